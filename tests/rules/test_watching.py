"""Feeds of events: reported incidents, changes by later editions, and uncovered days."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from rules import acts as a
from rules.checks.runs import CHECKS, Run, acts_of_run
from rules.decide import Decided, decide
from rules.explanations.explain import blocking
from rules.truth import Truth
from rules.vocabulary.incidents import Incident
from rules.vocabulary.origin import Fetch
from rules.vocabulary.readings import NoReading, ReadEvent, Readings
from rules.vocabulary.testimony import GiveAccount
from tests.rules.small_plan import PLAN, World, day

FEED: dict[str, Any] = {
    "kinds": {"Explosions/Remote violence": "attack"},
    "places": ["Anbar", "Erbil"],
    "spellings": {"Erbil": ["Arbil"]},
    "elsewhere": ["Basra"],
    "other_kinds": ["Protests"],
    "severity": "serious",
    "severities": {"missed": "minor"},
    "actors": {"Unknown militia": "bands"},
    "lists_all": True,
}
WATCHED = {
    "sources": {"events": {"adapter": "another", "title": "Event data", "producer": "Monitor", "licence": "its own"}},
    "checks": {
        "attacks": {"title": "Attacks", "source": "events", "incidents": FEED, "runs": {"every": "P1D"}},
    },
    "phases__quiet__stability": PLAN["phases"]["quiet"]["stability"] | {"length": "P20D", "watched_by": ["attacks"]},
    "parameters": {},
}
ANSWER = Fetch(
    url="https://events.example/read", status=200, retrieved_at=datetime(2025, 3, 1, tzinfo=UTC), sha256="0" * 64, size=2
)


def event(name: str = "17", on: date = date(2025, 3, 6), **more: Any) -> ReadEvent:
    given = {"kind": "Explosions/Remote violence", "place": "Anbar", "row": f'{{"id": "{name}"}}', **more}
    return ReadEvent(id=name, happened_on=on, **given)


class Watched(World):
    """A program whose quiet is watched by a feed."""

    def read(self, at: datetime, *events: ReadEvent, covers: date | None = None, check: str = "attacks") -> list[Decided]:
        return self.ran(at, Readings("weekly", events=events, covers_until=covers), check)

    def ran(self, at: datetime, reading: Readings | NoReading, check: str = "attacks") -> list[Decided]:
        done = []
        answer = ANSWER.model_copy(update={"retrieved_at": at})
        for number, deed in enumerate(acts_of_run(self.program, check, Run(reading, (answer,), "another", "1"))):
            act = a.Act(id=f"{check}-{len(self.entries)}-{number}", actor=CHECKS, deed=deed)
            decided = decide(self.program, act, at)
            assert isinstance(decided, Decided), decided
            self.program = decided.program
            self.entries.extend(decided.entries)
            done.append(decided)
        return done

    def told(self, name: str = "attacks:17") -> Incident:
        return self.program.incidents[name]


@pytest.fixture
def world() -> Watched:
    world = Watched(**WATCHED)
    world.first_move(day(0))
    world.answer(day(0))
    world.clock(day(7))
    return world


class TestAnEvent:
    def test_is_reported_and_never_confirmed(self, world: Watched) -> None:
        world.read(day(7), event(attributed_to="Unknown militia"))
        assert world.told().status == "reported"
        assert (world.told().severity, world.told().attributed_to) == ("serious", "bands")
        assert world.told().reported_by.person == "checks"
        fact = next(entry.fact for entry in world.entries if entry.fact.kind == "incident_reported")
        assert fact.origin is not None
        assert fact.origin.row == '{"id": "17"}'

    def test_is_reported_once(self, world: Watched) -> None:
        world.read(day(7), event(), covers=date(2025, 3, 7))
        assert world.read(day(8), event(), covers=date(2025, 3, 7)) == []

    @pytest.mark.parametrize(
        "other",
        [event(place="Basra"), event(kind="Protests"), event(on=date(2025, 2, 27))],
        ids=["elsewhere", "of another class", "before the program"],
    )
    def test_that_the_plan_does_not_watch_is_none(self, world: Watched, other: ReadEvent) -> None:
        world.read(day(7), other)
        assert world.program.incidents == {}

    def test_freezes_the_clock_until_an_authority_decides(self, world: Watched) -> None:
        world.read(day(8), event(on=date(2025, 3, 8)), covers=date(2025, 3, 8))
        assert world.program.stability["quiet"].counted.frozen_by == "attacks:17"
        world.given("cleo", a.DismissIncident(incident="attacks:17", reason="A gas bottle."), day(9))
        assert world.program.stability["quiet"].counted.frozen_by is None

    def test_that_somebody_has_reported_is_a_further_account_of_that(self, world: Watched) -> None:
        given: dict[str, Any] = {"incident_kind": "attack", "happened_at": day(5), "place": "anbar", "account": "Two rockets."}
        world.given("moss", a.ReportIncident(incident="base", severity="serious", **given), day(6))
        world.read(day(7), event(severity="missed"))
        assert set(world.program.incidents) == {"base"}
        assert world.told("base").status == "contested"
        assert [account.id for account in world.told("base").accounts] == ["base", "attacks:17"]

    def test_whose_name_somebody_has_used_has_another(self, world: Watched) -> None:
        """Nobody keeps a feed from reporting by taking the names of its events."""
        given: dict[str, Any] = {"incident_kind": "attack", "severity": "minor", "happened_at": day(5), "account": "Shots."}
        world.given("moss", a.ReportIncident(incident="attacks:17", place="The bridge", **given), day(6))
        world.given("moss", a.ReportIncident(incident="base", place="Anbar", **given), day(6))
        again = GiveAccount(incident="base", account="attacks:18", severity="minor", text="Shots.")
        world.given("moss", again, day(6))
        world.read(day(7), event("17", place="Erbil"), event("18"))
        assert (len(world.program.incidents), len(world.told("base").accounts)) == (3, 3)
        assert world.read(day(7), event("17", place="Erbil"), event("18")) == []

    def test_is_no_account_of_what_was_dismissed(self, world: Watched) -> None:
        """Else a false report, dismissed in time, would take in whatever happens there on that day."""
        given: dict[str, Any] = {"incident_kind": "attack", "happened_at": day(8), "place": "Anbar", "account": "Two rockets."}
        world.given("moss", a.ReportIncident(incident="base", severity="serious", **given), day(8))
        world.given("cleo", a.DismissIncident(incident="base", reason="Nothing happened."), day(8))
        world.read(day(9), event(on=date(2025, 3, 9)))
        assert world.program.stability["quiet"].counted.frozen_by == "attacks:17"

    def test_is_told_apart_from_another_of_its_day(self, world: Watched) -> None:
        """Also where both are read at once: one of them is the incident that somebody has reported, and the other is not."""
        given: dict[str, Any] = {"incident_kind": "attack", "happened_at": day(5), "place": "Anbar", "account": "Two rockets."}
        world.given("moss", a.ReportIncident(incident="base", severity="serious", **given), day(6))
        world.read(day(7), event("17"), event("18"))
        assert set(world.program.incidents) == {"base", "attacks:18"}


class TestALaterEdition:
    def test_changes_what_the_feed_says(self, world: Watched) -> None:
        world.read(day(7), event())
        world.read(day(8), event(severity="missed"))
        assert (world.told().status, world.told().severity) == ("reported", "minor")
        assert len(world.told().accounts) == 1

    def test_takes_back_an_event_that_it_has_deleted(self, world: Watched) -> None:
        world.read(day(8), event(on=date(2025, 3, 8)))
        world.read(day(9), ReadEvent("17", None, None, None, "17", deleted=True))
        assert world.told().status == "withdrawn"
        assert world.program.stability["quiet"].counted.frozen_by is None

    def test_takes_back_an_event_that_a_whole_listing_holds_no_longer(self, world: Watched) -> None:
        first, second = event("17"), event("18", on=date(2025, 3, 4))
        world.read(day(7), first, second, covers=date(2025, 3, 7))
        world.read(day(8), second, covers=date(2025, 3, 7))
        assert (world.told().status, world.told("attacks:18").status) == ("withdrawn", "reported")

    def test_that_is_empty_takes_nothing_back(self, world: Watched) -> None:
        world.read(day(7), event(), covers=date(2025, 3, 7))
        world.read(day(8), covers=date(2025, 3, 8))
        assert world.told().status == "reported"

    def test_takes_back_an_event_that_happened_elsewhere(self, world: Watched) -> None:
        world.read(day(7), event())
        world.read(day(8), event(place="Basra"))
        assert world.told().status == "withdrawn"

    def test_brings_back_what_it_had_taken_back(self, world: Watched) -> None:
        world.read(day(7), event())
        world.read(day(8), event(place="Basra"))
        world.read(day(9), event())
        assert world.told().status == "reported"

    def test_puts_a_decision_in_question(self, world: Watched) -> None:
        world.read(day(7), event())
        world.given("cleo", a.ConfirmIncident(incident="attacks:17", reason="Seen."), day(8))
        world.read(day(9), ReadEvent("17", None, None, None, "17", deleted=True))
        assert (world.told().status, world.told().questioned) == ("confirmed", True)

    def test_puts_a_decision_in_question_that_was_of_another_day(self, world: Watched) -> None:
        """The quiet is counted from the day; that the source has moved it must not go unseen."""
        world.read(day(7), event())
        world.given("cleo", a.ConfirmIncident(incident="attacks:17", reason="Seen."), day(8))
        world.read(day(9), event(on=date(2025, 3, 7)))
        assert world.told().questioned


class TestADayThatNoFeedCovers:
    def test_never_counts_as_quiet(self, world: Watched) -> None:
        """The period is over by the calendar, and nobody has looked at its last days yet."""
        world.read(day(10), covers=date(2025, 3, 9))
        ends = world.program.stability["quiet"].counted.completes_at
        assert ends is not None
        world.clock(day(60))
        assert world.program.stability["quiet"].completed_at is None
        (block,) = [
            one for one in blocking(world.program, day(60)) if one.criterion == "stability: quiet" and one.gate == "exit"
        ]
        assert block.outcome is Truth.INDETERMINATE
        assert "Attacks speaks of days up to 2025-03-09" in block.sentence

    def test_completes_the_period_when_it_is_covered(self, world: Watched) -> None:
        world.clock(day(60))
        world.read(day(60), covers=date(2025, 4, 25))
        assert world.program.stability["quiet"].completed_at == day(60)

    def test_restarts_it_when_something_happened_on_it(self, world: Watched) -> None:
        world.clock(day(60))
        world.read(day(60), event(on=date(2025, 3, 20)), covers=date(2025, 4, 25))
        assert world.program.stability["quiet"].counted.frozen_by == "attacks:17"
        world.given("cleo", a.ConfirmIncident(incident="attacks:17", reason="Seen."), day(61))
        assert world.program.stability["quiet"].counted.moved_by == "attacks:17"

    def test_is_a_day_with_more_events_than_one_run_takes(self, world: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
        """A flood goes into the ledger in parts, and no day of it is taken for quiet meanwhile."""
        monkeypatch.setattr("rules.checks.runs.MOST_EVENTS", 2)
        flood = [event(f"{number}", on=date(2025, 3, 20 + number)) for number in range(3)]
        world.read(day(60), *flood, covers=date(2025, 4, 25))
        assert set(world.program.incidents) == {"attacks:0", "attacks:1"}
        assert world.program.checks["attacks"].covers_until == date(2025, 3, 21)
        world.read(day(61), *flood, covers=date(2025, 4, 25))
        assert set(world.program.incidents) == {"attacks:0", "attacks:1", "attacks:2"}
        assert world.program.checks["attacks"].covers_until == date(2025, 4, 25)

    def test_stays_covered_when_the_source_fails_later(self, world: Watched) -> None:
        world.read(day(10), covers=date(2025, 4, 25))
        world.ran(day(11), NoReading("unparseable", "It is a page, not JSON."))
        world.clock(day(60))
        assert world.program.stability["quiet"].completed_at is not None


def test_a_person_gives_no_origin(world: Watched) -> None:
    from_feed: dict[str, Any] = {
        "incident_kind": "attack",
        "happened_at": day(5),
        "place": "Anbar",
        "account": "x",
        "origin": {"check": "attacks", "fetched": [ANSWER], "adapter": "another", "version": "1", "row": "x"},
    }
    assert world.tried("moss", a.ReportIncident(incident="i1", severity="minor", **from_feed), day(7)) == "wrong_origin"
