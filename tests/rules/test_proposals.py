"""Decisions that parties take together: waivers, extensions, amendments, and what silence means."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

from rules import acts as a
from rules import effects, facts
from rules.decide import Decided
from rules.evolve import fold
from rules.program import Program
from rules.reactions.clocks import clocks
from rules.vocabulary import matters as m
from rules.vocabulary.phases import PhaseStatus
from rules.vocabulary.proposals import ProposalStatus
from tests.rules.small_plan import PLAN, World, day, night, through


def document(**changes: Any) -> dict[str, Any]:
    """The small plan with changes by path."""
    plan = deepcopy(PLAN)
    for path, value in changes.items():
        *parents, last = path.split("__")
        held = plan
        for name in parents:
            held = held[name]
        held[last] = value
    return plan


def world() -> World:
    ready = World()
    ready.first_move(day(1))
    return ready


def propose(matter: m.Matter, procedure: str = "joint", name: str = "p1") -> a.Propose:
    return a.Propose(proposal=name, procedure=procedure, matter=matter, reason="It is time.")


def amend(**changes: Any) -> m.Amend:
    return m.Amend(document=json.dumps(document(**changes)))


def effect(decided: Decided, kind: type[Any]) -> Any:
    return next(entry.fact for entry in decided.entries if isinstance(entry.fact, kind))


def consents(program: Program, name: str = "p1") -> frozenset[str]:
    return program.proposals[name].consents


def status(given: World) -> ProposalStatus:
    return given.program.proposals["p1"].status


WAIVER = m.Waive(milestone="safety", until=day(100))


class TestWaiver:
    def test_a_waived_milestone_counts_for_gates_until_the_waiver_ends(self) -> None:
        given = world()
        given.given("nils", propose(WAIVER), day(2))
        given.given("nils", a.Consent(proposal="p1"), day(2))
        assert given.program.phase("quiet").status is PhaseStatus.WAITING
        given.given("saul", a.Consent(proposal="p1"), day(3))
        assert given.program.phase("quiet").status is PhaseStatus.OPEN
        given.clock(day(100))
        assert given.program.milestone("safety").waived is None
        assert given.program.phase("answer").status is PhaseStatus.OPEN

    def test_a_waived_milestone_is_not_late(self) -> None:
        given = world()
        given.given("nils", propose(WAIVER), day(2))
        for person in ("nils", "saul"):
            given.given(person, a.Consent(proposal="p1"), day(2))
        given.clock(day(99))
        due = given.program.milestone("safety").due
        assert due is not None
        assert due.missed_at is None
        given.clock(day(101))
        due = given.program.milestone("safety").due
        assert due is not None
        assert due.missed_at == day(100), "from the end of the waiver, not from a day on which nothing was owed"

    def test_only_by_the_procedure_that_the_plan_names(self) -> None:
        given = world()
        assert given.tried("saul", propose(WAIVER, "quiet"), day(2)) == "other_procedure"
        assert given.tried("nils", propose(m.Waive(milestone="announced")), day(2)) == "not_foreseen"
        assert given.tried("nils", propose(m.Waive(milestone="peace")), day(2)) == "milestone_unknown"
        assert given.tried("nils", propose(m.Waive(milestone="safety", until=day(1))), day(2)) == "not_later"
        assert given.tried("nils", propose(WAIVER, "decree"), day(2)) == "procedure_unknown"
        assert given.tried("cleo", propose(WAIVER), day(2)) == "party_may_not"

    def test_an_achieved_milestone_overtakes_its_waiver(self) -> None:
        given = world()
        given.given("nils", propose(WAIVER), day(2))
        given.answer(day(3))
        assert status(given) is ProposalStatus.OVERTAKEN


class TestConsent:
    def test_somebody_named_may_consent_for_a_party(self) -> None:
        given = world()
        given.given("saul", propose(WAIVER), day(2))
        assert given.tried("saul", a.Consent(proposal="p1", on_behalf_of="north"), day(2)) == "party_may_not"
        given.given("cleo", a.Consent(proposal="p1", on_behalf_of="north"), day(2))
        given.given("saul", a.Consent(proposal="p1"), day(2))
        assert status(given) is ProposalStatus.ADOPTED

    def test_whoever_proposes_has_not_consented_by_that(self) -> None:
        given = world()
        given.given("saul", propose(WAIVER), day(2))
        assert consents(given.program) == frozenset()

    def test_a_quorum_is_enough_where_the_plan_says_so(self) -> None:
        given = world()
        given.given("cleo", propose(amend(phases__trade__title="Trade and more"), "one"), day(2))
        given.given("saul", a.Consent(proposal="p1"), day(2))
        assert given.program.plan.phases["trade"].title == "Trade and more"

    def test_what_is_decided_is_over(self) -> None:
        given = world()
        given.given("nils", propose(WAIVER), day(2))
        assert given.tried("saul", a.WithdrawProposal(proposal="p1", reason="No."), day(2)) == "party_may_not"
        given.given("nils", a.WithdrawProposal(proposal="p1", reason="Not now."), day(2))
        assert given.tried("saul", a.Consent(proposal="p1"), day(2)) == "proposal_decided"
        assert given.tried("saul", a.Consent(proposal="p9"), day(2)) == "proposal_unknown"
        assert given.tried("nils", propose(WAIVER), day(2)) == "id_taken"

    def test_a_proposal_lapses_when_it_is_not_adopted_in_time(self) -> None:
        given = world()
        given.given("nils", propose(WAIVER), day(2))
        given.given("nils", a.Consent(proposal="p1"), day(2))
        given.clock(through(92))
        assert status(given) is ProposalStatus.OPEN
        given.clock(night(92))
        assert status(given) is ProposalStatus.LAPSED

    def test_a_consent_to_effects_that_have_changed_is_refused(self) -> None:
        given = world()
        given.given("nils", propose(WAIVER), day(2))
        stale = a.Consent(proposal="p1", effects="0" * 64)
        assert given.tried("saul", stale, day(2)) == "effects_changed"
        given.given("saul", a.Consent(proposal="p1", effects=given.program.proposals["p1"].effects), day(2))

    def test_a_new_fact_that_changes_the_effects_lifts_the_consents(self) -> None:
        given = world()
        longer = amend(phases__answer__milestones__safety__due__within="P90D")
        given.given("nils", propose(longer), day(2))
        given.given("nils", a.Consent(proposal="p1"), day(3))
        assert consents(given.program) == {"north"}
        given.incident("i1", day(4), day(5))
        given.given("cleo", a.ConfirmIncident(incident="i1", reason="Seen."), day(6))
        assert given.program.commitments["moratorium"].status == "broken", "so the deadline stands still"
        assert consents(given.program) == frozenset()

    def test_a_fact_that_changes_nothing_of_it_lifts_nothing(self) -> None:
        given = world()
        given.given("nils", propose(amend(phases__answer__milestones__safety__due__within="P90D")), day(2))
        given.given("nils", a.Consent(proposal="p1"), day(3))
        given.given("sara", given.document("e9", "safety", "order"), day(20))
        assert consents(given.program) == {"north"}


class TestSilence:
    EXTENSION = m.Extend(milestone="safety", to=day(120))

    def served(self) -> World:
        given = world()
        given.given("saul", propose(self.EXTENSION, "quiet"), day(2))
        given.given("saul", a.Consent(proposal="p1"), day(2))
        return given

    def test_whoever_had_notice_and_says_nothing_consents(self) -> None:
        given = self.served()
        given.clock(day(40))
        assert status(given) is ProposalStatus.OPEN, "no silence before notice"
        given.given("olga", a.GiveNotice(proposal="p1", party="north", proof="Handed over on day 40."), day(40))
        given.clock(through(54))
        assert status(given) is ProposalStatus.OPEN
        decided = given.clock(night(54))
        assert effect(decided, effects.ProposalAdopted).by_silence == ("north",)

    def test_an_extended_date_stands_beside_the_original(self) -> None:
        given = self.served()
        before = given.program.milestone("safety").due
        assert before is not None
        given.given("nils", a.Consent(proposal="p1"), day(3))
        after = given.program.milestone("safety").due
        assert after is not None
        assert (after.original, after.revised) == (before.original, day(120))

    def test_an_objection_breaks_the_silence_and_a_veto_ends_it(self) -> None:
        given = self.served()
        given.given("olga", a.GiveNotice(proposal="p1", party="north", proof="Handed over."), day(3))
        given.given("nils", a.ObjectTo(proposal="p1", reason="Too long."), day(4))
        assert status(given) is ProposalStatus.VETOED

    def test_a_broken_silence_has_no_clock(self) -> None:
        given = self.served()
        given.given("olga", a.GiveNotice(proposal="p1", party="north", proof="Handed over."), day(3))
        given.given("saul", a.ObjectTo(proposal="p1", reason="We have thought again."), day(4))
        assert not any(clock.kind == "silence" for clock in clocks(given.program))

    def test_silence_is_extended_only_by_the_word_of_all(self) -> None:
        given = self.served()
        given.given("olga", a.GiveNotice(proposal="p1", party="north", proof="Handed over."), day(3))
        longer = m.ExtendSilence(proposal="p1", to=day(60))
        given.given("saul", propose(longer, "quiet", "p2"), day(4))
        given.given("saul", a.Consent(proposal="p2"), day(4))
        assert given.program.proposals["p1"].silence_until is None
        given.given("nils", a.Consent(proposal="p2"), day(5))
        given.clock(day(59))
        assert status(given) is ProposalStatus.OPEN
        given.clock(day(61))
        assert status(given) is ProposalStatus.ADOPTED

    def test_notice_is_proved_by_an_officer_or_by_the_party_itself(self) -> None:
        given = self.served()
        notice = a.GiveNotice(proposal="p1", party="north", proof="Received.")
        assert given.tried("saul", notice, day(3)) == "party_may_not"
        assert given.tried("olga", notice.model_copy(update={"party": "bands"}), day(3)) == "consent_not_asked"
        given.given("nils", notice, day(3))
        assert given.tried("olga", notice, day(3)) == "notice_already_given"

    def test_nothing_is_extended_to_an_earlier_date(self) -> None:
        given = world()
        assert given.tried("saul", propose(m.Extend(milestone="safety", to=day(3)), "quiet"), day(2)) == "not_later"


class TestAmendment:
    def test_the_class_is_found_from_what_is_changed(self) -> None:
        given = world()
        wording, substance = amend(phases__trade__title="Trade and more"), amend(phases__trade__opens="automatically")
        assert given.tried("nils", propose(wording, "joint"), day(2)) == "other_procedure"
        assert given.tried("cleo", propose(substance, "one"), day(2)) == "other_procedure"
        assert given.tried("nils", propose(amend(), "joint"), day(2)) == "nothing_amended"
        faulty = m.Amend(document=json.dumps(document(time_zone="Mars/Olympus")))
        assert given.tried("nils", propose(faulty), day(2)) == "plan_faulty"

    def test_what_is_recorded_counts_for_what_still_bears_its_name(self) -> None:
        given = world()
        phases = document()["phases"]
        phases["answer"]["entry"] = []
        phases["answer"]["milestones"]["order_read"] = {**phases["move"]["milestones"]["announced"], "party": "north"}
        del phases["move"]
        phases["quiet"]["entry"] = phases["aid"]["entry"] = []
        given.given("nils", propose(amend(phases=phases)), day(2))
        for person in ("nils", "saul"):
            given.given(person, a.Consent(proposal="p1"), day(3))
        assert "announced" not in given.program.milestones
        assert given.program.evidence["e1"].milestone == "announced", "what was recorded stays on record"
        assert given.program.phase("quiet").status is PhaseStatus.OPEN
        assert fold(given.entries) == given.program

    def test_two_amendments_of_different_places_are_joined(self) -> None:
        given = world()
        given.given("nils", propose(amend(phases__trade__opens="automatically"), name="p1"), day(2))
        given.given("saul", propose(amend(phases__quiet__stability__settling="P5D"), name="p2"), day(2))
        given.given("saul", a.Consent(proposal="p2"), day(2))
        for person in ("nils", "saul"):
            given.given(person, a.Consent(proposal="p1"), day(3))
        assert consents(given.program, "p2") == frozenset(), "it is another text now"
        for person in ("nils", "saul"):
            given.given(person, a.Consent(proposal="p2"), day(4))
        plan = given.program.plan
        assert plan.phases["trade"].opens == "automatically"
        assert plan.phases["quiet"].stability is not None
        assert plan.phases["quiet"].stability.settling == "P5D"

    def test_two_amendments_of_one_place_conflict(self) -> None:
        given = world()
        given.given("nils", propose(amend(phases__quiet__stability__settling="P3D"), name="p1"), day(2))
        given.given("saul", propose(amend(phases__quiet__stability__settling="P5D"), name="p2"), day(2))
        for person in ("nils", "saul"):
            given.given(person, a.Consent(proposal="p1"), day(3))
        late = given.program.proposals["p2"]
        assert late.status is ProposalStatus.CONFLICTING
        assert "phases.quiet.stability.settling" in (late.because or "")

    def test_recorded_incidents_keep_their_kinds(self) -> None:
        given = world()
        given.incident("i1", day(1), day(2), kind="strike")
        phases = document()["phases"]
        phases["quiet"]["stability"]["restarted_by"] = [{"kinds": ["attack"]}]
        incidents = {"attack": {"title": "Attack"}, "blockade": {"title": "Blockade"}}
        matter = amend(phases=phases, incidents=incidents)
        assert given.tried("nils", propose(matter), day(3)) == "amendment_drops_recorded"

    def test_a_dispute_that_lies_before_a_stage_keeps_its_stage(self) -> None:
        given = world()
        given.given("saul", a.RaiseDispute(dispute="d1", ladder="compliance", reason="It was not meant."), day(2))
        ladder = document()["disputes"]["compliance"]
        ladder["stages"] = {"ministers": ladder["stages"]["ministers"]}
        matter = amend(disputes={"compliance": ladder})
        assert given.tried("nils", propose(matter), day(3)) == "amendment_drops_recorded"

    def test_evidence_for_what_is_gone_is_verified_by_nobody(self) -> None:
        given = world()
        given.given("sara", given.document("e3", "safety", "order"), day(2))
        phases = document()["phases"]
        phases["answer"]["milestones"] = {}
        given.given("nils", propose(amend(phases=phases)), day(2))
        for person in ("nils", "saul"):
            given.given(person, a.Consent(proposal="p1"), day(3))
        assert given.tried("nick", a.Verify(evidence="e3"), day(4)) == "party_may_not"
        given.given("sara", a.WithdrawEvidence(evidence="e3", reason="Of no use."), day(5))

    def test_consents_to_an_opening_are_asked_anew(self) -> None:
        given = world()
        given.given("nils", a.Consent(phase="trade"), day(2))
        given.given("nils", propose(amend(phases__trade__opens="automatically")), day(2))
        for person in ("nils", "saul"):
            given.given(person, a.Consent(proposal="p1"), day(3))
        assert given.program.consented("trade", "entry") == frozenset()


@pytest.mark.parametrize("person", ["saul", "cleo"])
def test_a_suspension_is_not_refused_for_open_proposals(person: str) -> None:
    given = world()
    given.given("nils", propose(WAIVER), day(2))
    decided = given.given(person, a.SuspendProgram(reason="War."), day(3))
    assert isinstance(decided.entries[0].fact, facts.ProgramSuspended)


def test_a_matter_is_decided_also_while_the_program_is_suspended() -> None:
    given = world()
    given.given("nils", propose(amend(phases__trade__opens="automatically")), day(2))
    given.given("saul", a.SuspendProgram(reason="War."), day(3))
    for person in ("nils", "saul"):
        given.given(person, a.Consent(proposal="p1"), day(4))
    assert given.program.plan.phases["trade"].opens == "automatically"


def test_a_proposal_whose_date_has_come_is_overtaken_though_nobody_acts() -> None:
    given = world()
    given.given("saul", propose(m.Extend(milestone="safety", to=day(70)), "quiet"), day(2))
    assert [clock.due_at for clock in clocks(given.program) if clock.name == "day.p1"] == [day(70)]
    given.clock(day(70))
    assert given.program.proposals["p1"].status is ProposalStatus.OVERTAKEN
