"""Partial achievement and revised figures: what counts, what falls, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from rules import acts as a
from rules.evolve import fold
from rules.explanations.explain import blocking_phase
from rules.vocabulary.findings import Finding
from rules.vocabulary.milestones import MilestoneStatus
from rules.vocabulary.phases import PhaseStatus
from rules.vocabulary.standing import Standing
from tests.rules.small_plan import World, day


def graded_world(scale: str = "share", least: str = "0.5", **changes: Any) -> World:
    """The North's announcement, in two pieces, can be determined in part; the answer opens on a part of it."""
    world = World(
        phases__move__milestones__announced__determined={"by": ["commission"], "observation": "P7D", "scale": scale},
        phases__answer__entry=[{"graded": {"milestone": "announced", "at_least": least}}],
        **changes,
    )
    world.given("nora", world.document("e1", "announced", "text"), day(1))
    world.given("sven", a.Verify(evidence="e1"), day(1))
    return world


def part(share: str | None = None, grade: int | None = None, outcome: Any = "partly_achieved") -> a.Determine:
    exact = None if share is None else Decimal(share)
    return a.Determine(milestone="announced", outcome=outcome, share=exact, grade=grade, reason="So far.")


def finding(world: World, name: str = "announced") -> Finding:
    found = world.program.milestone(name).finding
    assert found is not None
    return found


class TestAPart:
    def test_some_of_the_evidence_proposes_a_grade_and_the_party_that_owes_may_answer(self) -> None:
        world = graded_world()
        assert finding(world).proposes == "grading"
        assert world.tried("cleo", part("0.5"), day(3)) == "observation_open"
        world.given("nils", a.Observe(milestone="announced", text="The word will follow."), day(3))
        world.given("cleo", part("0.5"), day(3))
        assert world.program.milestone("announced").status is MilestoneStatus.PARTLY_ACHIEVED
        assert fold(world.entries) == world.program

    @pytest.mark.parametrize(
        ("scale", "least", "short", "enough"),
        [("share", "0.5", part("0.4"), part("0.5")), ("ordinal", "2", part(grade=1), part(grade=2))],
    )
    def test_a_gate_opens_on_the_part_that_it_asks_for(self, scale: str, least: str, short: Any, enough: Any) -> None:
        world = graded_world(scale, least)
        world.given("cleo", short, day(9))
        assert world.program.phase("answer").status is PhaseStatus.WAITING
        world.given("cleo", enough, day(10))
        assert world.program.phase("answer").status is PhaseStatus.OPEN
        assert world.program.phase("move").status is PhaseStatus.OPEN  # its exit asks for the whole

    def test_what_blocks_says_how_much_is_held_and_asked(self) -> None:
        world = graded_world()
        world.given("cleo", part("0.4"), day(9))
        told = blocking_phase(world.program, "answer", day(9))[0]
        assert told.criterion == "graded: announced"
        assert "partly achieved: 0.4. Asked is the grade 0.5" in told.sentence

    def test_the_whole_is_more_than_any_part(self) -> None:
        world = graded_world()
        world.given("nils", a.RecordEvidence(evidence="e2", milestone="announced", shows="word", text="Meant."), day(2))
        world.given("sven", a.Verify(evidence="e2"), day(2))
        world.given("cleo", a.Determine(milestone="announced", outcome="achieved", reason="All."), day(10))
        assert world.program.milestone("announced").grade == 1
        assert world.program.phase("answer").status is PhaseStatus.OPEN

    def test_no_part_is_proposed_of_what_rests_on_something_that_fell(self) -> None:
        """After a reversal, too: the evidence stands, and shows nothing while what it counts under does not hold."""
        world = graded_world(phases__move__milestones__announced__holds_while=[{"commitment": "moratorium"}])
        world.given("cleo", part("0.5"), day(9))
        world.incident("i1", day(9), day(10))
        world.given("cleo", a.ConfirmIncident(incident="i1", reason="Seen."), day(11))
        assert finding(world).proposes == "reversal"
        world.given("cleo", a.Determine(milestone="announced", outcome="reversed", reason="The word is broken."), day(19))
        assert finding(world).proposes == "reversal"  # as it was determined, and no part of it
        world.given("cleo", a.ResolveIncident(incident="i1", reason="Settled."), day(20))
        assert finding(world).proposes == "grading"

    def test_nothing_shown_is_no_part(self) -> None:
        world = World(phases__move__milestones__announced__determined={"by": ["commission"], "scale": "share"})
        assert world.tried("cleo", part("0.5"), day(1)) == "finding_not_met"


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("scale", "deed"),
        [
            ("share", part(grade=2)),
            ("ordinal", part("0.5")),
            ("share", part("1.5")),
            ("share", part("-0.1")),
            ("ordinal", part(grade=4)),
            ("share", part()),
            ("share", part("1")),
            ("share", part("0")),
            ("share", part("0.5", outcome="achieved")),
            ("share", part("0.5", outcome="not_achieved")),
            ("share", part("0.5", grade=2)),
        ],
    )
    def test_a_grade_that_is_not_on_the_scale_or_says_something_else(self, scale: str, deed: Any) -> None:
        least = "0.5" if scale == "share" else "2"
        assert graded_world(scale, least).tried("cleo", deed, day(9)) == "wrong_grade"

    @pytest.mark.parametrize("deed", [part("0.5"), part(), part("1", outcome="achieved")])
    def test_a_part_of_what_is_all_or_nothing(self, deed: Any) -> None:
        assert World().tried("cleo", deed, day(1)) == "wrong_grade"

    def test_the_same_grade_twice(self) -> None:
        world = graded_world()
        world.given("cleo", part("0.5"), day(9))
        assert world.tried("cleo", part("0.5"), day(10)) == "already_determined"


class TestAFall:
    def test_a_grade_is_not_lowered_while_nothing_new_is_found(self) -> None:
        world = graded_world()
        world.given("cleo", part("0.5"), day(9))
        assert world.tried("cleo", part("0.3"), day(10)) == "finding_stands"
        assert world.tried("cleo", a.Determine(milestone="announced", outcome="reversed", reason="No."), day(10)) == (
            "finding_stands"
        )

    @pytest.mark.parametrize(
        ("then", "phase", "standing"),
        [
            ("step_back", PhaseStatus.WAITING, Standing.RUNNING),
            ("suspend", PhaseStatus.OPEN, Standing.SUSPENDED),
            ("warn", PhaseStatus.OPEN, Standing.RUNNING),
        ],
    )
    def test_a_part_that_falls_closes_the_gates_that_counted_it(
        self, then: str, phase: PhaseStatus, standing: Standing
    ) -> None:
        """And what then happens stands in the plan."""
        world = graded_world(phases__answer__when_gate_closes=then)
        world.given("cleo", part("0.5"), day(9))
        world.given("nora", a.WithdrawEvidence(evidence="e1", reason="It was a draft."), day(10))
        assert finding(world).proposes == "reversal"
        verdict = a.Determine(milestone="announced", outcome="reversed", reason="Fallen.")
        assert world.tried("cleo", verdict, day(11)) == "observation_open"
        assert world.program.phase("answer").status is PhaseStatus.OPEN
        world.given("cleo", verdict, day(18))
        assert world.program.phase("answer").status is phase
        assert world.program.standing is standing
        assert world.program.milestone("announced").grade is None

    def test_the_whole_falls_to_a_part(self) -> None:
        world = graded_world()
        world.given("nils", a.RecordEvidence(evidence="e2", milestone="announced", shows="word", text="Meant."), day(2))
        world.given("sven", a.Verify(evidence="e2"), day(2))
        world.given("cleo", a.Determine(milestone="announced", outcome="achieved", reason="All."), day(10))
        assert world.tried("cleo", part("0.5"), day(11)) == "finding_stands"
        world.given("nils", a.WithdrawEvidence(evidence="e2", reason="No more."), day(11))
        world.given("cleo", part("0.5"), day(20))
        assert world.program.milestone("announced").status is MilestoneStatus.PARTLY_ACHIEVED
        assert world.program.phase("move").status is PhaseStatus.OPEN


def cleaner_world(**changes: Any) -> World:
    """Smoke of 85 kt was recorded in the first phase, 90 asked, and achieved on it."""
    step = {
        "title": "Less smoke",
        "party": "south",
        "shown_by": {
            "figure": {
                "kind": "measurement",
                "what": "smoke fell",
                "indicator": "smoke",
                "target": {"change": "-10%", "unit": "kt"},
            }
        },
        "verified_by": ["north"],
        "determined": {"by": ["commission"]},
        **changes,
    }
    world = World(phases__move__milestones__cleaner=step, phases__trade__milestones={})
    world.given("moss", figure("m1", "85"), day(1))
    world.given("nick", a.Verify(evidence="m1"), day(1))
    world.given("cleo", a.Determine(milestone="cleaner", outcome="achieved", reason="Shown."), day(2))
    return world


def figure(name: str, value: str, *, revises: str | None = None, cause: Any = None, **other: Any) -> a.RecordMeasurement:
    fields: dict[str, Any] = {"unit": "kt", "producer": "Observatory", "period": "2024", "indicator": "smoke", **other}
    return a.RecordMeasurement(
        measurement=name,
        value=Decimal(value),
        edition=name,
        source="yearbook",
        retrieved_at=day(0),
        revises=revises,
        cause=cause,
        **fields,
    )


def revised(world: World, by: a.RecordMeasurement, at: float) -> None:
    world.given("moss", by, day(at))
    world.given("nick", a.Verify(evidence=by.measurement), day(at))


class TestARevisedFigure:
    @pytest.mark.parametrize("cause", ["late_data", "data_error", "policy_reversal"])
    def test_what_was_never_so_proposes_a_reversal(self, cause: str) -> None:
        world = cleaner_world()
        revised(world, figure("m2", "95", revises="m1", cause=cause), 3)
        assert finding(world, "cleaner").proposes == "reversal"

    @pytest.mark.parametrize("cause", ["methodology", "scope"])
    def test_another_yardstick_proposes_nothing_and_the_finding_says_why(self, cause: str) -> None:
        world = cleaner_world()
        revised(world, figure("m2", "95", revises="m1", cause=cause), 3)
        assert finding(world, "cleaner").proposes is None
        assert "its cause is none for which this is reversed (late data, data error, policy reversal)" in (
            finding(world, "cleaner").sentence
        )
        verdict = a.Determine(milestone="cleaner", outcome="reversed", reason="It reads 95.")
        assert world.tried("cleo", verdict, day(4)) == "finding_stands"

    def test_the_plan_says_which_causes_count(self) -> None:
        world = cleaner_world(reversed_by=["methodology"])
        revised(world, figure("m2", "95", revises="m1", cause="late_data"), 3)
        assert finding(world, "cleaner").proposes is None
        revised(world, figure("m3", "96", revises="m2", cause="methodology"), 4)
        assert finding(world, "cleaner").proposes == "reversal"

    def test_a_new_method_does_not_excuse_an_error_before_it(self) -> None:
        world = cleaner_world()
        revised(world, figure("m2", "95", revises="m1", cause="data_error"), 3)
        revised(world, figure("m3", "97", revises="m2", cause="methodology"), 4)
        assert finding(world, "cleaner").proposes == "reversal"

    def test_a_figure_of_a_later_period_is_no_revision(self) -> None:
        world = cleaner_world()
        world.given("moss", figure("m2", "95", period="2025-01"), day(40))
        world.given("nick", a.Verify(evidence="m2"), day(40))
        assert finding(world, "cleaner").proposes == "reversal"

    def test_what_was_revised_counts_no_more_even_if_it_is_verified_later(self) -> None:
        world = World()
        for name, value, of in (("m1", "85", None), ("m2", "95", "m1")):
            world.given("moss", figure(name, value, revises=of, cause="data_error" if of else None), day(1))
        world.given("nick", a.Verify(evidence="m2"), day(2))
        world.given("nick", a.Verify(evidence="m1"), day(3))
        assert "was 95 kt" in finding(world, "cleaner").sentence

    @pytest.mark.parametrize(
        ("deed", "code"),
        [
            (figure("m2", "95", cause="scope"), "wrong_revision"),
            (figure("m2", "95", revises="m1"), "wrong_revision"),
            (figure("m2", "95", revises="m9", cause="scope"), "evidence_unknown"),
            (figure("m2", "95", revises="m1", cause="scope", period="2023"), "wrong_revision"),
            (figure("m2", "95", revises="m1", cause="scope", producer="Others"), "wrong_revision"),
            (figure("m2", "95", revises="m1", cause="scope", unit="Mt"), "wrong_unit"),
        ],
    )
    def test_a_revision_says_of_what_and_why(self, deed: Any, code: str) -> None:
        assert cleaner_world().tried("moss", deed, day(3)) == code

    def test_what_was_withdrawn_is_not_revised(self) -> None:
        world = cleaner_world()
        world.given("moss", a.WithdrawEvidence(evidence="m1", reason="Misread."), day(3))
        assert world.tried("moss", figure("m2", "95", revises="m1", cause="scope"), day(4)) == "evidence_not_standing"
