"""Disputes referred from stage to stage, and snapbacks that take effect unless decided otherwise."""

from __future__ import annotations

import pytest

from rules import acts as a
from rules.explanations.explain import blocking_phase
from rules.vocabulary import matters as m
from rules.vocabulary.disputes import DisputeStatus
from rules.vocabulary.phases import PhaseStatus
from rules.vocabulary.proposals import ProposalStatus
from rules.vocabulary.standing import Standing
from tests.rules.small_plan import DUTIES, World, day, night, through

RAISED = a.RaiseDispute(dispute="d1", ladder="compliance", about="announced", reason="It was not meant.")
NOTICE = a.InvokeSnapback(snapback="relief", dispute="d1", reason="Nothing was settled.")


@pytest.fixture
def given() -> World:
    ready = World()
    ready.first_move(day(0))
    ready.given("saul", RAISED, day(1))
    return ready


def unsettled(given: World) -> World:
    given.clock(day(40))
    return given


def status(given: World) -> DisputeStatus:
    return given.program.disputes["d1"].status


class TestLadder:
    def test_what_a_stage_does_not_settle_goes_to_the_next(self, given: World) -> None:
        given.clock(through(16))
        assert given.program.disputes["d1"].stage == "commission"
        given.clock(night(16))
        assert given.program.disputes["d1"].stage == "ministers"
        given.clock(through(31))
        assert status(given) is DisputeStatus.OPEN
        given.clock(night(31))
        assert status(given) is DisputeStatus.UNSETTLED

    def test_a_late_clock_refers_as_of_the_end_of_the_stage(self, given: World) -> None:
        given.clock(day(20))
        assert given.program.disputes["d1"].until == through(31)

    def test_it_is_settled_by_those_before_whom_it_lies(self, given: World) -> None:
        given.given("cleo", a.SettleDispute(dispute="d1", outcome="It was meant, and is repeated in public."), day(5))
        assert status(given) is DisputeStatus.SETTLED
        assert given.tried("cleo", a.SettleDispute(dispute="d1", outcome="Again."), day(6)) == "dispute_ended"

    def test_nobody_else_settles_it(self, given: World) -> None:
        given.clock(night(16))
        assert given.tried("cleo", a.SettleDispute(dispute="d1", outcome="It was meant."), day(17)) == "party_may_not"

    def test_whoever_raised_it_takes_it_back(self, given: World) -> None:
        assert given.tried("nils", a.WithdrawDispute(dispute="d1", reason="No."), day(2)) == "party_may_not"
        given.given("saul", a.WithdrawDispute(dispute="d1", reason="Cleared up."), day(2))
        assert status(given) is DisputeStatus.WITHDRAWN

    def test_a_stage_gets_more_time_only_as_the_plan_says(self, given: World) -> None:
        longer = m.ExtendStage(dispute="d1", stage="commission", to=day(25))
        propose = a.Propose(proposal="p1", procedure="joint", matter=longer, reason="The experts are travelling.")
        given.given("nils", propose, day(3))
        for person in ("nils", "saul"):
            given.given(person, a.Consent(proposal="p1"), day(4))
        given.clock(day(24))
        assert given.program.disputes["d1"].stage == "commission"
        given.clock(day(26))
        further = a.Propose(
            proposal="p2", procedure="joint", matter=m.ExtendStage(dispute="d1", stage="ministers", to=day(90)), reason="More."
        )
        assert given.tried("nils", further, day(27)) == "not_foreseen", "the ministers have no more time"

    def test_more_time_before_one_stage_is_none_before_the_next(self, given: World) -> None:
        longer = m.ExtendStage(dispute="d1", stage="commission", to=day(60))
        given.given("nils", a.Propose(proposal="p1", procedure="joint", matter=longer, reason="More."), day(14))
        given.given("nils", a.Consent(proposal="p1"), day(14))
        given.clock(night(16))
        assert given.program.proposals["p1"].status is ProposalStatus.OVERTAKEN
        assert given.program.disputes["d1"].until == through(31)
        again = a.Propose(proposal="p2", procedure="joint", matter=longer, reason="More.")
        assert given.tried("nils", again, day(17)) == "wrong_stage"

    def test_what_was_left_unsettled_can_still_be_settled_or_taken_back(self, given: World) -> None:
        given.clock(day(40))
        assert given.tried("cleo", a.SettleDispute(dispute="d1", outcome="Agreed."), day(41)) == "party_may_not"
        given.given("saul", a.WithdrawDispute(dispute="d1", reason="Cleared up."), day(42))
        assert status(given) is DisputeStatus.WITHDRAWN

    def test_it_goes_on_while_the_program_is_suspended(self, given: World) -> None:
        given.given("nils", a.SuspendProgram(reason="War."), day(2))
        given.clock(night(16))
        assert given.program.disputes["d1"].stage == "ministers"

    def test_bad_input_is_refused(self, given: World) -> None:
        assert given.tried("saul", RAISED, day(2)) == "id_taken"
        assert given.tried("saul", RAISED.model_copy(update={"dispute": "d2", "ladder": "x"}), day(2)) == "ladder_unknown"
        assert given.tried("saul", RAISED.model_copy(update={"dispute": "d2", "about": "x"}), day(2)) == "subject_unknown"
        assert given.tried("cleo", a.SettleDispute(dispute="d9", outcome="x"), day(2)) == "dispute_unknown"


class TestSnapback:
    def test_it_takes_effect_when_nobody_decides_otherwise(self, given: World) -> None:
        unsettled(given).given("saul", NOTICE, day(41))
        given.clock(through(71))
        assert given.program.phase("aid").status is PhaseStatus.OPEN
        given.clock(night(71))
        assert given.program.phase("aid").status is PhaseStatus.WAITING
        assert given.program.standing is Standing.SUSPENDED

    def test_it_is_averted_by_the_procedure_that_the_plan_names(self, given: World) -> None:
        unsettled(given).given("saul", NOTICE, day(41))
        keep = m.Keep(snapback="relief")
        assert (
            given.tried("saul", a.Propose(proposal="p1", procedure="quiet", matter=keep, reason="Go on."), day(42))
            == "other_procedure"
        )
        given.given("nils", a.Propose(proposal="p1", procedure="joint", matter=keep, reason="Go on."), day(42))
        for person in ("nils", "saul"):
            given.given(person, a.Consent(proposal="p1"), day(43))
        given.clock(day(80))
        assert given.program.snapbacks == {}
        assert given.program.phase("aid").status is PhaseStatus.OPEN

    def test_what_has_lapsed_is_restored_by_the_same_procedure(self, given: World) -> None:
        unsettled(given).given("saul", NOTICE, day(41))
        given.clock(day(71))
        keep = a.Propose(proposal="p1", procedure="joint", matter=m.Keep(snapback="relief"), reason="Peace.")
        given.given("nils", keep, day(80))
        for person in ("nils", "saul"):
            given.given(person, a.Consent(proposal="p1"), day(81))
        given.given("cleo", a.ResumeProgram(reason="Peace."), day(82))
        assert given.program.phase("aid").status is PhaseStatus.OPEN

    def test_it_needs_a_dispute_that_was_left_unsettled(self, given: World) -> None:
        assert given.tried("saul", NOTICE, day(5)) == "dispute_not_unsettled"
        unsettled(given)
        assert given.tried("nils", NOTICE, day(41)) == "party_may_not"
        assert given.tried("saul", NOTICE.model_copy(update={"snapback": "x"}), day(41)) == "snapback_unknown"
        given.given("saul", NOTICE, day(41))
        assert given.tried("saul", NOTICE, day(42)) == "snapback_invoked"

    def test_what_is_not_invoked_is_not_kept(self, given: World) -> None:
        keep = a.Propose(proposal="p1", procedure="joint", matter=m.Keep(snapback="relief"), reason="Go on.")
        assert given.tried("nils", keep, day(2)) == "snapback_not_invoked"


def test_a_gate_says_which_dispute_it_waits_for(given: World) -> None:
    (told,) = [block for block in blocking_phase(given.program, "peace", day(2)) if "no_open_dispute" in block.criterion]
    assert told.owes == ("commission",)
    assert "d1 lies before The commission until 2025-03-17" in told.sentence


def test_what_lapses_by_itself_is_kept_by_consents_of_different_days() -> None:
    """When it then lapses depends on the day of the decision, which is no other effect."""
    world = World(**DUTIES)
    world.first_move(day(0))
    keep = a.Propose(proposal="p1", procedure="joint", matter=m.Keep(snapback="benefit"), reason="It goes on.")
    world.given("nils", keep, day(1))
    world.given("nils", a.Consent(proposal="p1"), day(2))
    world.given("saul", a.Consent(proposal="p1"), day(4))
    assert world.program.proposals["p1"].status == "adopted"
    assert world.program.snapbacks["benefit"].takes_effect_at == night(14)
