"""Inactivity: who owes something and does nothing that counts, since when, and what ends the stall."""

from __future__ import annotations

from typing import Any

from rules import acts as a
from rules.effects import StallEnded, StallFound
from rules.evolve import fold
from rules.explanations.explain import blocking
from rules.reactions.clocks import clocks
from rules.vocabulary.stalls import Stall
from tests.rules.small_plan import World, day

RULE = {"within": "P30D", "qualifying": ["evidence_recorded", "evidence_verified"], "horizon": "P10D"}


def world(**changes: Any) -> World:
    """A world in which both parties, and the commission, may stand still for thirty days."""
    return World(**{"inactivity": {"north": RULE, "south": RULE, "commission": RULE}} | changes)


def found(given: World) -> list[StallFound | StallEnded]:
    return [entry.fact for entry in given.entries if isinstance(entry.fact, StallFound | StallEnded)]


def standing(given: World, party: str = "north") -> Stall | None:
    return given.program.stalls.get(party)


class TestWhoStandsStill:
    def test_a_party_that_owes_something_and_does_nothing(self) -> None:
        given = world()
        assert [clock.due_at for clock in clocks(given.program) if clock.kind == "inactivity"] == [day(30)]
        given.clock(day(31))
        assert found(given) == [StallFound(party="north", since=day(0), horizon_ends=day(40), effective_at=day(30))]
        assert fold(given.entries) == given.program

    def test_never_a_party_that_owes_nothing(self) -> None:
        """The South owes nothing before the North has moved, however long that takes."""
        given = world()
        given.clock(day(500))
        assert list(given.program.stalls) == ["north"]

    def test_it_counts_from_when_it_began_to_owe(self) -> None:
        given = world()
        given.first_move(day(100))
        given.clock(day(129))
        assert standing(given, "south") is None
        given.clock(day(130))
        stall = standing(given, "south")
        assert stall is not None
        assert stall.since == day(100)

    def test_a_body_that_owes_a_determination(self) -> None:
        given = world()
        given.given("nora", given.document("e1", "announced", "text"), day(1))
        word = a.RecordEvidence(evidence="e2", milestone="announced", shows="word", text="It is meant.")
        given.given("nils", word, day(1))
        for name in ("e1", "e2"):
            given.given("sven", a.Verify(evidence=name), day(2))
        given.clock(day(40))
        assert list(given.program.stalls) == ["commission"]

    def test_it_is_found_once(self) -> None:
        given = world()
        for number in (31, 50, 90):
            given.clock(day(number))
        assert len(found(given)) == 1


class TestWhatRestartsIt:
    def test_only_what_the_plan_names(self) -> None:
        given = world(inactivity={"north": RULE | {"qualifying": ["consent_given"]}})
        given.given("nora", given.document("e1", "announced", "text"), day(20))
        given.clock(day(31))
        assert standing(given) is not None

    def test_an_act_that_counts_starts_it_anew(self) -> None:
        given = world()
        given.given("nora", given.document("e1", "announced", "text"), day(20))
        given.clock(day(49))
        assert standing(given) is None
        given.clock(day(50))
        assert found(given)[0] == StallFound(party="north", since=day(20), horizon_ends=day(60), effective_at=day(50))

    def test_an_act_of_somebody_else_does_not(self) -> None:
        given = world()
        given.given("sara", given.document("e1", "safety", "order"), day(20))
        given.clock(day(31))
        assert standing(given) is not None

    def test_an_act_that_counts_ends_a_stall(self) -> None:
        given = world()
        given.clock(day(35))
        given.given("nora", given.document("e1", "announced", "text"), day(36))
        assert standing(given) is None
        assert found(given)[-1] == StallEnded(party="north", effective_at=day(36))

    def test_a_stall_ends_when_nothing_is_owed_any_more(self) -> None:
        """It was waived: nobody did anything that counts, and nothing is owed."""
        given = world(phases__move__milestones__announced__waived_by="joint")
        given.clock(day(35))
        waive = a.Propose.model_validate(
            {
                "proposal": "p1",
                "procedure": "joint",
                "matter": {"kind": "waive", "milestone": "announced"},
                "reason": "Let it be.",
            }
        )
        given.given("saul", waive, day(36))
        given.given("saul", a.Consent(proposal="p1"), day(36))
        given.given("nils", a.Consent(proposal="p1"), day(36))
        assert standing(given) is None


class TestWhenItIsNotCounted:
    def test_not_while_the_program_is_suspended(self) -> None:
        given = world()
        given.given("cleo", a.SuspendProgram(reason="War."), day(10))
        given.clock(day(100))
        assert standing(given) is None
        given.given("cleo", a.ResumeProgram(reason="Peace."), day(100))
        assert standing(given) is None
        given.clock(day(121))
        assert standing(given) is not None

    def test_not_in_a_window_of_the_calendar(self) -> None:
        window = {"title": "Elections", "from": "2025-03-11T00:00:00+03:00", "to": "2025-03-21T00:00:00+03:00"}
        given = world(calendar={"elections": window}, inactivity={"north": RULE | {"paused_in": ["elections"]}})
        given.clock(day(39))
        assert standing(given) is None
        given.clock(day(40))
        assert standing(given) is not None


def test_what_blocks_says_who_stands_still() -> None:
    given = world()
    given.clock(day(35))
    told = next(block for block in blocking(given.program, day(35)) if block.owes == ("north",))
    assert told.sentence.endswith("North has stood still since 2025-03-01 (Asia/Baghdad).")
