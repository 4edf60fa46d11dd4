"""Due dates: which date counts, what pauses it, its force, and the effects of missing it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rules import acts as a
from rules.evolve import fold
from rules.explanations.explain import blocking_phase
from rules.queries.lateness import lateness
from rules.queries.stability import days_left
from rules.times import local_day
from rules.vocabulary import matters as m
from rules.vocabulary.deadlines import Due
from rules.vocabulary.proposals import ProposalStatus
from rules.vocabulary.standing import Standing
from tests.rules.small_plan import World, day, night, through

FROM_START = {"program": True}
ELECTIONS = {"elections": {"title": "Elections", "from": "2025-03-11T00:00:00+03:00", "to": "2025-03-16T00:00:00+03:00"}}


def world(**due: Any) -> World:
    """A world in which the North owes its announcement by a date."""
    return World(
        phases__move__milestones__announced__due=due,
        calendar=ELECTIONS
        | {
            "recess": {"title": "Recess", "from": "2025-06-01T00:00:00+03:00", "to": "2025-07-01T00:00:00+03:00"},
        },
        phases__quiet__stability__length="P30D",
        parameters={},
    )


def due(given: World, milestone: str = "announced") -> Due:
    found = given.program.milestone(milestone).due
    assert found is not None
    return found


def kinds(given: World) -> list[str]:
    return [entry.fact.kind for entry in given.entries]


class TestWhicheverComesEarlier:
    def test_the_earlier_of_two_dates_counts(self) -> None:
        given = world(earliest_of=[{"within": "P40D", "from": FROM_START}, {"within": "P20D", "from": FROM_START}])
        assert due(given).revised == through(20)

    def test_a_floating_date_counts_when_its_anchor_comes(self) -> None:
        """The original stays what it was when the milestone first had a date."""
        given = World(
            phases__answer__milestones__safety__due={
                "earliest_of": [
                    {"within": "P60D", "from": {"phase": "answer", "becomes": "open"}},
                    {"within": "P5D", "from": {"phase": "quiet", "becomes": "open"}},
                ]
            },
            phases__quiet__entry=[{"milestone": "announced"}],
        )
        assert given.program.milestone("safety").due is None
        given.first_move(day(1))
        assert due(given, "safety").revised == through(6)

    def test_one_that_cannot_come_any_more_does_not_count(self) -> None:
        given = world(earliest_of=[{"within": "P40D", "from": FROM_START}, {"within": "P1D", "from": {"milestone": "safety"}}])
        assert due(given).revised == through(40)


class TestForce:
    def test_an_aspiration_that_is_missed_is_recorded_and_said(self) -> None:
        given = world(within="P20D", **{"from": FROM_START}, force="indicative")
        given.clock(day(21))
        assert due(given).missed_at == night(20)
        assert (
            "It was due on 2025-03-21 (Asia/Baghdad), indicative." in blocking_phase(given.program, "move", day(21))[0].sentence
        )
        assert given.program.standing is Standing.RUNNING

    def test_a_long_stop_suspends_where_the_plan_says_so(self) -> None:
        given = world(within="P20D", **{"from": FROM_START}, force="long_stop", when_missed="suspend")
        given.clock(day(30))
        assert given.program.standing is Standing.SUSPENDED
        assert list(given.program.suspensions) == [(night(20), None)]
        given.given("cleo", a.ResumeProgram(reason="Agreed."), day(31))
        given.clock(day(60))
        assert list(given.program.suspensions) == [(night(20), day(31))]
        assert fold(given.entries) == given.program

    def test_a_long_stop_ends_the_program_where_the_plan_says_so(self) -> None:
        given = world(within="P20D", **{"from": FROM_START}, force="long_stop", when_missed="terminate")
        given.clock(day(30))
        assert given.program.standing is Standing.TERMINATED
        assert given.program.ended_at == night(20)
        assert given.tried("nora", given.document("e1", "announced", "text"), day(31)) == "program_ended"

    def test_a_warning_names_the_date(self) -> None:
        given = world(within="P20D", **{"from": FROM_START}, when_missed="warn")
        given.clock(day(30))
        warning = next(entry.fact for entry in given.entries if entry.fact.kind == "warning_given")
        assert warning.sentence == "Announced: was due on 2025-03-21 (Asia/Baghdad) and is not achieved."

    def test_what_is_achieved_in_time_stops_nothing(self) -> None:
        given = world(within="P20D", **{"from": FROM_START}, force="long_stop", when_missed="terminate")
        given.first_move(day(19))
        given.clock(day(30))
        assert given.program.standing is Standing.RUNNING


class TestPauses:
    def test_days_of_a_window_do_not_count(self) -> None:
        """Five days of elections lie before the date; the recess comes after it."""
        given = world(within="P20D", **{"from": FROM_START}, paused_in=["elections", "recess"])
        assert due(given).original == through(20)
        assert due(given).revised == through(25)

    def test_a_window_and_a_suspension_on_the_same_days_are_lost_once(self) -> None:
        given = world(within="P20D", **{"from": FROM_START}, paused_in=["elections"])
        given.given("cleo", a.SuspendProgram(reason="Talks."), day(9))
        given.given("cleo", a.ResumeProgram(reason="Done."), day(12))
        assert due(given).revised == through(26)

    def test_a_date_runs_again_after_a_quiet_time(self) -> None:
        """Broken from day 5 to day 7: three days are lost, and the seven that have to be quiet."""
        given = world(within="P20D", **{"from": FROM_START}, paused_while_broken=["moratorium"], resumes_after="P7D")
        self.attack(given, "i1", 5)
        assert due(given).revised is None
        given.given("cleo", a.ResolveIncident(incident="i1", reason="Over."), day(7))
        assert due(given).revised == through(30)

    def test_what_becomes_known_late_moves_a_date_that_was_missed(self) -> None:
        """Broken from day 5 to day 7. Had it been known then, the date would have been three days later all along."""
        given = world(within="P20D", **{"from": FROM_START}, paused_while_broken=["moratorium"])
        given.clock(day(21))
        assert due(given).missed_at == night(20)
        self.attack(given, "i1", 5, at=22)
        assert due(given).revised is None, "it is broken, and nobody knows until when"
        given.given("cleo", a.ResolveIncident(incident="i1", resolved_at=day(7), reason="Over."), day(22))
        assert (due(given).original, due(given).revised, due(given).missed_at) == (through(20), through(23), None)
        assert due(given).missed_original
        given.clock(day(24))
        assert due(given).missed_at == night(23)
        assert fold(given.entries) == given.program

    def test_broken_again_in_the_quiet_time_is_one_pause(self) -> None:
        given = world(within="P20D", **{"from": FROM_START}, paused_while_broken=["moratorium"], resumes_after="P7D")
        for name, number in (("i1", 5), ("i2", 9)):
            self.attack(given, name, number)
            given.given("cleo", a.ResolveIncident(incident=name, reason="Over."), day(number + 1))
        assert due(given).revised == through(33)

    @staticmethod
    def attack(given: World, name: str, number: int, *, at: int | None = None) -> None:
        known = day(number if at is None else at)
        given.incident(name, day(number), known)
        given.given("cleo", a.ConfirmIncident(incident=name, reason="Seen."), known)


class TestWhoMovesSecond:
    """Whoever moves second owes nothing before, also where a date is counted from the start of the program."""

    def waiting(self) -> World:
        return World(phases__answer__milestones__safety__due={"within": "P10D", "from": FROM_START})

    def test_a_date_that_passes_while_the_phase_waits_is_not_missed(self) -> None:
        given = self.waiting()
        given.clock(day(50))
        assert due(given, "safety").missed_at is None
        assert lateness(given.program, "safety", day(50)) is None

    def test_it_is_counted_anew_from_the_opening(self) -> None:
        given = self.waiting()
        given.first_move(day(50))
        assert (due(given, "safety").original, due(given, "safety").revised) == (through(10), through(60))
        given.clock(day(59))
        assert due(given, "safety").missed_at is None
        given.clock(day(61))
        assert due(given, "safety").missed_at == night(60)

    def test_a_date_still_to_come_stays_as_it_is(self) -> None:
        given = self.waiting()
        given.first_move(day(8))
        assert due(given, "safety").revised == through(10)


def test_how_late_the_timer_is_changes_nothing_of_a_long_stop() -> None:
    def suspended_at(*strikes: float) -> list[tuple[datetime, datetime | None]]:
        given = world(within="P20D", **{"from": FROM_START}, force="long_stop", when_missed="suspend")
        for strike in strikes:
            given.clock(day(strike))
        return list(given.program.suspensions)

    assert suspended_at(20, 25, 90) == suspended_at(90)


class TestOtherClocksInWindows:
    """Elections stop what says so; what happens in them still counts."""

    def quiet(self) -> World:
        given = World(calendar=ELECTIONS, phases__quiet__stability__paused_in=["elections"])
        given.first_move(day(1))
        given.answer(day(2))
        return given

    def test_days_of_a_window_are_no_quiet_days(self) -> None:
        """4 March to 3 April, settled on the 5th, and five days of elections."""
        given = self.quiet()
        assert days_left(given.program, "quiet", day(3)) == 37
        assert "Days of Elections do not count." in blocking_phase(given.program, "trade", day(3))[0].sentence
        assert "today does not count" not in blocking_phase(given.program, "trade", day(3))[0].sentence
        assert "Elections is under way, so today does not count." in blocking_phase(given.program, "trade", day(12))[0].sentence
        assert "Elections" not in blocking_phase(given.program, "trade", day(20))[0].sentence

    def test_an_attack_in_a_window_starts_it_anew(self) -> None:
        """From 14 March thirty days, of which the elections take two more away."""
        given = self.quiet()
        given.incident("i1", day(12), day(12))
        given.given("cleo", a.ConfirmIncident(incident="i1", reason="Seen."), day(12))
        counted = given.program.stability["quiet"].counted
        assert local_day(counted.counted_from, "Asia/Baghdad") == "2025-03-14"
        assert counted.completes_at is not None
        assert local_day(counted.completes_at, "Asia/Baghdad") == "2025-04-17"

    def test_silence_in_a_window_means_nothing(self) -> None:
        given = World(calendar=ELECTIONS, procedures__quiet__paused_in=["elections"])
        given.first_move(day(1))
        extend = m.Extend(milestone="safety", to=day(100))
        given.given("saul", a.Propose(proposal="p1", procedure="quiet", matter=extend, reason="Late."), day(2))
        for party in ("north", "south"):
            given.given("olga", a.GiveNotice(proposal="p1", party=party, proof="Served."), day(2))
        assert given.program.proposals["p1"].status is ProposalStatus.OPEN
        given.clock(day(30))
        assert given.program.proposals["p1"].decided_at == night(21)
        assert [entry.fact.due_at for entry in given.entries if entry.fact.kind == "clock_struck"] == [night(21)]
