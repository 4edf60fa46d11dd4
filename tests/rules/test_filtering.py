"""The filter of a feed: each event is watched, dropped with a count, or makes the answer unreliable."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.acts import ReportIncident
from rules.checks.filtering import NOWHERE, dropped_counts, dropped_in_words, filter_of
from rules.checks.runs import unreadable
from rules.spelling import Spellings, normalize_name, normalize_place
from rules.times import add_duration, local_day
from rules.vocabulary.readings import ReadEvent, Readings
from tests.rules.small_plan import day
from tests.rules.test_watching import WATCHED, Watched, event

BLAST = "Explosions/Remote violence"


@pytest.fixture
def world() -> Watched:
    world = Watched(**WATCHED)
    world.first_move(day(0))
    world.answer(day(0))
    world.clock(day(7))
    return world


def reported(world: Watched) -> list[tuple[str, str]]:
    return [(incident.id, incident.place) for incident in world.program.incidents.values()]


def what_was_said(world: Watched) -> str:
    report = world.program.checks["attacks"].report
    assert report is not None
    return f"{report.outcome}: {report.sentence}"


class TestAPlace:
    @pytest.mark.parametrize(
        "spelled", ["Anbar province", "ANBAR", "Anbār Governorate", "  anbar ", "Muhafazat Anbar", "`Anbar"]
    )
    def test_is_the_same_with_other_capitals_marks_and_kind(self, world: Watched, spelled: str) -> None:
        """Else an attack is dropped in silence, and its day is proven quiet."""
        world.read(day(8), event(place=spelled), covers=date(2025, 3, 8))
        assert reported(world) == [("attacks:17", "Anbar")]

    def test_has_the_other_spellings_that_the_plan_lists(self, world: Watched) -> None:
        world.read(day(8), event(place="Arbīl"), covers=date(2025, 3, 8))
        assert reported(world) == [("attacks:17", "Erbil")]

    def test_that_is_only_near_is_another(self) -> None:
        assert Spellings(["Niger"], {}, places=True).known_as("Nigeria") is None

    def test_that_is_unknown_is_not_quiet(self, world: Watched) -> None:
        """No event is at a watched place, and one is at a place of which the plan knows nothing: it may be one of ours."""
        world.read(day(60), event(place="Hewlêr"), covers=date(2025, 4, 25))
        assert "no_match" in what_was_said(world)
        assert "Hewlêr" in what_was_said(world)
        assert world.program.checks["attacks"].covers_until is None
        assert world.program.stability["quiet"].completed_at is None

    def test_that_is_unknown_takes_nothing_back(self, world: Watched) -> None:
        """The producer has changed its spelling, and no event is gone."""
        world.read(day(8), event())
        world.read(day(9), event(place="Al Anbar"), covers=date(2025, 3, 9))
        assert world.told().status == "reported"

    def test_that_is_unknown_among_others_keeps_its_days_from_being_covered(self, world: Watched) -> None:
        """One row is misspelled and the others match: it is counted, and its day and those after it are not proven quiet."""
        known, misspelled = event(place="Basra"), event("18", date(2025, 3, 20), place="Ambar")
        world.read(day(60), event("16", place="Anbar", severity="missed"), known, misspelled, covers=date(2025, 4, 25))
        assert (
            "No day from 2025-03-20 on counts as covered until the plan knows the place Ambar (is it Anbar)"
            in what_was_said(world)
        )
        assert world.program.checks["attacks"].covers_until == date(2025, 3, 19)

    def test_that_is_unknown_among_others_takes_nothing_back(self, world: Watched) -> None:
        world.read(day(8), event(), event("18", place="Erbil"))
        world.read(day(9), event(place="Al Anbar"), event("18", place="Erbil"), covers=date(2025, 3, 9))
        assert world.told().status == "reported"

    @pytest.mark.parametrize(("place", "covers"), [("Ambar", date(2025, 3, 5)), ("Basra", date(2025, 4, 25))])
    def test_that_is_nearly_one_of_ours_is_unknown_where_the_plan_lists_no_others(self, place: str, covers: date) -> None:
        without = deepcopy(WATCHED)
        del without["checks"]["attacks"]["incidents"]["elsewhere"]
        world = Watched(**without)
        world.read(day(60), event(place=place), event("18", place="Erbil"), covers=date(2025, 4, 25))
        assert world.program.checks["attacks"].covers_until == covers

    def test_that_is_blank_may_be_one_that_is_watched(self, world: Watched) -> None:
        world.read(day(8), event(place=None), event("18", place="Basra"), covers=date(2025, 3, 8))
        assert reported(world) == [("attacks:17", NOWHERE)]
        assert world.program.stability["quiet"].counted.frozen_by == "attacks:17"

    def test_elsewhere_proves_quiet_when_the_plan_knows_it(self, world: Watched) -> None:
        world.read(day(60), event(place="Basra governorate"), covers=date(2025, 4, 25))
        assert world.program.stability["quiet"].completed_at == day(60)


class TestAKind:
    def test_that_is_unknown_is_not_quiet(self, world: Watched) -> None:
        world.read(day(60), event(kind="Explosion"), covers=date(2025, 4, 25))
        assert "no_match: Event data: no event is of a kind that the plan watches; the source says Explosion" in what_was_said(
            world
        )

    def test_that_is_blank_may_be_one_that_is_watched(self, world: Watched) -> None:
        world.read(day(8), event(kind=None), covers=date(2025, 3, 8))
        assert world.program.stability["quiet"].counted.frozen_by == "attacks:17"


class TestADay:
    def test_that_is_blank_may_be_any(self, world: Watched) -> None:
        unknown = ReadEvent("17", None, BLAST, "Anbar", "17")
        world.read(day(8), unknown, event("18", place="Basra"), covers=date(2025, 3, 8))
        incident = world.told()
        assert incident.happened_at == world.program.started_at
        assert world.program.stability["quiet"].counted.frozen_by == "attacks:17"
        assert world.read(day(9), unknown, event("18", place="Basra"), covers=date(2025, 3, 8)) == []

    @pytest.mark.parametrize("year", [1, 25, 225, 1025, 1899])
    def test_before_the_source_begins_cannot_be(self, world: Watched, year: int) -> None:
        world.read(day(8), event())
        world.read(day(9), event(on=date(year, 3, 6)), covers=date(2025, 3, 9))
        assert world.told().status == "reported"
        assert "implausible" in what_was_said(world)
        assert world.program.checks["attacks"].covers_until is None

    def test_of_a_span_that_began_before_the_program_counts(self, world: Watched) -> None:
        world.read(day(8), event(on=date(2025, 2, 20), happened_until=date(2025, 3, 7)), covers=date(2025, 3, 8))
        assert world.program.stability["quiet"].counted.frozen_by == "attacks:17"

    def test_of_a_span_before_the_program_does_not(self, world: Watched) -> None:
        world.read(day(8), event(on=date(2025, 2, 1), happened_until=date(2025, 2, 28)), covers=date(2025, 3, 8))
        assert reported(world) == []


def test_a_span_of_more_than_two_years_tells_nothing(world: Watched) -> None:
    world.read(day(8), event(on=date(2025, 3, 1), happened_until=date(2090, 1, 1)), covers=date(2025, 3, 8))
    assert "implausible" in what_was_said(world)


def test_a_run_counts_what_it_has_dropped_and_says_why(world: Watched) -> None:
    events = (event(), event("1", place="Basra"), event("2", place="Basra"), event("3", kind="Protests"))
    told = dropped_in_words(dropped_counts(filter_of(world.program, "attacks"), Readings("weekly", events=events)))
    assert told == (
        "3 dropped: 2 at Basra, which is none of the plan's places, 1 of the kind Protests, which the plan does not watch."
    )


NAMES = st.sampled_from(["Anbar", "anbār province", "Arbil", "Basra", "Dohuk", None])
KINDS = st.sampled_from([BLAST, "explosions/remote violence", "Protests", "Strategic developments", None])
STRANGE, OTHERS = {"Dohuk", "Strategic developments"}, {"Protests", "Basra"}
DAYS = st.one_of(st.none(), st.dates(date(2024, 1, 1), date(2025, 3, 8)))


@st.composite
def events(draw: st.DrawFn) -> list[ReadEvent]:
    def one(number: int) -> ReadEvent:
        first = draw(DAYS)
        length = draw(st.integers(0, 800))
        until = None if first is None or not length else date.fromordinal(first.toordinal() + length)
        return ReadEvent(f"{number}", first, draw(KINDS), draw(NAMES), "row", happened_until=until)

    return [one(number) for number in range(draw(st.integers(1, 6)))]


@given(events())
@settings(max_examples=150, deadline=None)
def test_what_goes_in_is_watched_or_dropped_with_a_count_or_keeps_the_answer_from_counting(found: list[ReadEvent]) -> None:
    world = Watched(**WATCHED)
    world.first_move(day(0))
    reading = Readings("weekly", events=tuple(found), covers_until=date(2025, 3, 8))
    if unreadable(world.program, "attacks", reading) is not None:
        assert world.ran(day(8), reading)
        assert (world.program.incidents, world.program.checks["attacks"].covers_until) == ({}, None)
        return
    world.ran(day(8), reading)
    left_out = sum(one.count for one in dropped_counts(filter_of(world.program, "attacks"), reading))
    assert len(world.program.incidents) + left_out == len(found)
    covered = world.program.checks["attacks"].covers_until or date.min
    strange = [one for one in found if {one.kind, one.place} & STRANGE and not {one.kind, one.place} & OTHERS]
    began = date(2025, 3, 1)
    since = [one.happened_on or began for one in strange if (one.happened_until or one.happened_on or began) >= began]
    assert all(covered < max(first, began) for first in since)


@given(st.dates(date(2025, 3, 1), date(2025, 4, 1)), st.integers(0, 60), st.integers(0, 60))
@settings(max_examples=100, deadline=None)
def test_no_day_of_a_span_is_proven_quiet(first: date, length: int, covered: int) -> None:
    """Wherever in its span an event lay, the period that completes holds no day of it."""
    last = date.fromordinal(first.toordinal() + length)
    world = Watched(**WATCHED)
    world.first_move(day(0))
    world.answer(day(0))
    world.clock(day(7))
    world.read(day(100), event(on=first, happened_until=last), covers=date.fromordinal(last.toordinal() + covered))
    counted = world.program.stability["quiet"].counted
    zone = world.program.plan.time_zone
    rule = world.program.plan.phases["quiet"].stability
    assert rule is not None
    settled = add_duration(counted.completes_at or day(999), f"-{rule.settling}", zone)
    began, ends = local_day(counted.counted_from, zone), local_day(settled, zone)
    assert counted.frozen_by == "attacks:17" or f"{last}" < began or f"{first}" >= ends


@pytest.mark.parametrize(("one", "other"), [("-1", "1"), ("%", "\u2030"), ("2.5", "25"), ("", " - ")])
def test_what_has_no_letters_is_no_spelling_of_another(one: str, other: str) -> None:
    assert normalize_name(one) != normalize_name(other)


@pytest.mark.parametrize(
    ("until", "code"), [(day(4), "before_it_happened"), (day(1200), "in_the_future"), (day(30), None), (None, None)]
)
def test_a_span_begins_before_it_ends_and_ends_within_three_years(
    world: Watched, until: datetime | None, code: str | None
) -> None:
    """Whoever reports an incident of the year 8000 would keep a period from ever ending."""
    given: dict[str, Any] = {"incident_kind": "attack", "severity": "minor", "place": "Anbar", "account": "Shots."}
    deed = ReportIncident(incident="i1", happened_at=day(5), happened_until=until, **given)
    if code is None:
        world.given("moss", deed, day(8))
    else:
        assert world.tried("moss", deed, day(8)) == code


@given(st.text(max_size=40))
def test_folding_twice_is_folding_once(text: str) -> None:
    """Else a name would not be found by its own folded form."""
    folds: Iterable[Any] = (normalize_name, normalize_place)
    for fold in folds:
        assert fold(fold(text)) == fold(text)
