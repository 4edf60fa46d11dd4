"""Which events of a feed the plan watches, and what becomes of all others: dropped with a reason, or why nothing is read.

Every event is watched, or dropped and counted. A filter that lets nothing of an answer through may have a name in it that the
source spells otherwise; then the answer proves no day quiet, unless the plan knows every name that the source used there. A
blank place, kind or day may be one that is watched, and is not quiet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from rules.language.checks import Feed
from rules.program import Program
from rules.spelling import Spellings
from rules.times import local_day
from rules.vocabulary.readings import Dropped, NoReading, ReadEvent, Readings, counted
from rules.words import did_you_mean

NOWHERE = "unknown place"
"""Where an event happened of which the source says no place."""
_NAMED = 5
"""Names that a sentence lists of those that a source used."""


@dataclass(frozen=True, slots=True)
class Watched:
    """An event that the plan watches, in the plan's words.

    `until` is the last of the days on which it may have happened; without `first` it may have happened on any.
    """

    event: ReadEvent
    kind: str
    place: str
    first: date | None
    until: date | None


class Filter:
    """What a feed lets through in a program."""

    def __init__(self, feed: Feed, title: str, began: date = date.min) -> None:
        """`began` is the local day on which the program began."""
        self._title = title
        self._kinds = Spellings(feed.kinds, {})
        self._other_kinds = Spellings(feed.other_kinds, {})
        self._kind = dict(feed.kinds)
        self._places = Spellings(feed.places, feed.spellings, places=True)
        self._elsewhere = Spellings(feed.elsewhere, {}, places=True)
        self._began = began

    def watched(self, event: ReadEvent) -> Watched | str:
        """An event as the plan sees it, or why it is dropped."""
        if event.deleted:
            return "deleted by the source"
        kind, place = self._kinds.known_as(event.kind), self._places.known_as(event.place)
        if event.kind and kind is None:
            return f"of the kind {event.kind}, which the plan does not watch"
        if event.place and place is None:
            return f"at {event.place}, which is none of the plan's places"
        last = event.happened_until or event.happened_on
        if last is not None and last < self._began:
            return "of days before the program"
        # Without a kind it may be any of those watched; whoever decides says which.
        return Watched(
            event, self._kind[kind or next(iter(self._kind))], place or NOWHERE, event.happened_on, event.happened_until
        )

    def place(self, written: str) -> str:
        """A place by which incidents are compared: the plan's name of it, or as it is written."""
        return self._places.known_as(written) or written.casefold()

    def no_match(self, events: Iterable[ReadEvent]) -> NoReading | None:
        """Why an answer cannot be relied on: one filter lets none of its events through, and a name in it is unknown."""
        told = [event for event in events if not event.deleted]
        kinds = {event.kind for event in told if event.kind}
        places = {event.place for event in told if event.place}
        for what, names, watched, others, field in (
            ("kind", kinds, self._kinds, self._other_kinds, "kinds or other_kinds"),
            ("place", places, self._places, self._elsewhere, "places, spellings or elsewhere"),
        ):
            if not names or any(watched.known_as(name) for name in names):
                continue
            if unknown := sorted(name for name in names if others.known_as(name) is None):
                return NoReading("no_match", f"{self._title}: {self._strange(what, unknown, field)}")
        return None

    def _strange(self, what: str, unknown: list[str], field: str) -> str:
        known = self._kind if what == "kind" else self._places.names
        more = f" and {len(unknown) - _NAMED} more" if len(unknown) > _NAMED else ""
        near = did_you_mean(unknown[0], known).replace("did you mean", "is it").rstrip("?")
        return (
            f"no event is of a {what} that the plan watches; the source says {', '.join(unknown[:_NAMED])}{more} ({near}). "
            f"No day counts as covered until the plan has these under {field}."
        )


def filter_of(program: Program, check: str) -> Filter | None:
    """What a check lets through; None where it reads figures."""
    rule = program.plan.checks[check]
    if rule.incidents is None:
        return None
    began = date.fromisoformat(local_day(program.started_at, program.plan.time_zone))
    return Filter(rule.incidents, program.plan.sources[rule.source].title, began)


def dropped(rules: Filter | None, reading: Readings) -> tuple[Dropped, ...]:
    """What a run has left out, by the source's description and by the plan's feed, the most frequent reason first."""
    why = (rules.watched(event) for event in reading.events) if rules else ()
    return (*reading.dropped, *counted(reason for reason in why if isinstance(reason, str)))


def implausible(reading: Readings, first_year: int) -> str | None:
    """Why events cannot be: one is of a year before the source begins, or ends before it begins. None where they can."""
    for event in reading.events:
        for day in (event.happened_on, event.happened_until):
            if day is not None and day.year < first_year:
                return f"The event {event.id} is of {day}, and the source begins with {first_year}."
        if event.happened_on and event.happened_until and event.happened_until < event.happened_on:
            return f"The event {event.id} ended on {event.happened_until}, before it began on {event.happened_on}."
    return None


def told_of(found: Iterable[Dropped]) -> str:
    """What was dropped, in a sentence; empty where nothing was."""
    held = list(found)
    if not held:
        return ""
    more = sum(one.count for one in held[_NAMED:])
    reasons = [f"{one.count} {one.why}" for one in held[:_NAMED]] + ([f"{more} for other reasons"] if more else [])
    return f"{sum(one.count for one in held)} dropped: {', '.join(reasons)}."
