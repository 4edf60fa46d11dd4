"""The filter of a feed: which of its events the plan watches.

Every other event is dropped and counted with a reason. If one filter drops all events of an answer, a name in it may be spelled
otherwise at the source. Such an answer proves no day quiet, unless the plan lists every name that the source used. If only some
events have an unknown name, coverage ends on the day before the first of them. A blank place, kind or day may be a watched one,
and proves no day quiet either.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from rules.field_types import did_you_mean
from rules.language.checks import Feed
from rules.program import Program
from rules.spelling import Spellings
from rules.times import local_day
from rules.vocabulary.readings import Dropped, NoReading, ReadEvent, Readings, counted

NOWHERE = "unknown place"
"""Where an event happened of which the source says no place."""
_LONGEST_SPAN = timedelta(days=731)
"""Of the days on which an event may have happened: two years, where one is known to its year only and lasted into the next."""
_NAMED = 5
"""Names that a sentence lists of those that a source used."""


class UnknownName(NamedTuple):
    """A name in an event of which the plan does not say whether it is watched."""

    what: str
    name: str


@dataclass(frozen=True, slots=True)
class Watched:
    """A watched event, in the plan's names.

    It happened on a day from `first` to `until`; `first` is None where the day is unknown.
    """

    event: ReadEvent
    kind: str
    place: str
    first: date | None
    until: date | None


class FeedFilter:
    """The filter of a check's feed, with the names of the plan."""

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
        """The event in the plan's names, or the reason why it is dropped."""
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
        # Without a kind it may be any watched one; the decision says which.
        return Watched(
            event, self._kind[kind or next(iter(self._kind))], place or NOWHERE, event.happened_on, event.happened_until
        )

    def unknown(self, event: ReadEvent) -> UnknownName | None:
        """The unknown name that leaves open whether an event is watched; None if there is none.

        If the plan lists the other names of the source, every name outside the list is unknown. Otherwise only a name
        similar to a watched one is, since it may be a misspelling.
        """
        if event.deleted or ((last := event.happened_until or event.happened_on) is not None and last < self._began):
            return None
        found: UnknownName | None = None
        for what, name, watched, others in (
            ("kind", event.kind, self._kinds, self._other_kinds),
            ("place", event.place, self._places, self._elsewhere),
        ):
            if not name or watched.known_as(name) is not None:
                continue
            if others.known_as(name) is not None or not (others.names or watched.is_near(name)):
                return None
            found = found or UnknownName(what, name)
        return found

    def unproven(self, events: Iterable[ReadEvent]) -> tuple[date, str] | None:
        """The first day on which an event with an unknown name may have happened, with a sentence; None without one."""
        told = [(event, unknown) for event in events if (unknown := self.unknown(event)) is not None]
        if not told:
            return None
        first = min(max(event.happened_on or self._began, self._began) for event, _ in told)
        unknown_names = dict.fromkeys(unknown for _, unknown in told)
        names = [f"the {what} {name} ({self._suggestion(what, name)})" for what, name in unknown_names]
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        return first, f"No day from {first} on counts as covered until the plan knows {', '.join(names[:_NAMED])}{more}."

    def place(self, written: str) -> str:
        """The key for comparing places: the plan's name of a place, or its text as written."""
        return self._places.known_as(written) or written.casefold()

    def no_match(self, events: Iterable[ReadEvent]) -> NoReading | None:
        """Why an answer cannot be trusted: a filter drops all its events, and the plan does not know one of their names."""
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
                return NoReading("no_match", f"{self._title}: {self._unknown_names(what, unknown, field)}")
        return None

    def _unknown_names(self, what: str, unknown: list[str], field: str) -> str:
        more = f" and {len(unknown) - _NAMED} more" if len(unknown) > _NAMED else ""
        return (
            f"no event is of a {what} that the plan watches; the source says {', '.join(unknown[:_NAMED])}{more} "
            f"({self._suggestion(what, unknown[0])}). No day counts as covered until the plan has these under {field}."
        )

    def _suggestion(self, what: str, name: str) -> str:
        known = self._kind if what == "kind" else self._places.names
        return did_you_mean(name, known).replace("did you mean", "is it").rstrip("?")


def filter_of(program: Program, check: str) -> FeedFilter | None:
    """The filter of a check; None if it reads figures."""
    rule = program.plan.checks[check]
    if rule.incidents is None:
        return None
    began = date.fromisoformat(local_day(program.started_at, program.plan.time_zone))
    return FeedFilter(rule.incidents, program.plan.sources[rule.source].title, began)


def dropped_counts(rules: FeedFilter | None, reading: Readings) -> tuple[Dropped, ...]:
    """The rows that the source's description and the plan's feed drop, by reason, most frequent first."""
    why = (rules.watched(event) for event in reading.events) if rules else ()
    return (*reading.dropped, *counted(reason for reason in why if isinstance(reason, str)))


def implausible(reading: Readings, first_year: int) -> str | None:
    """Why events cannot be right: one is dated before the source begins, or ends before it begins. None if all can."""
    for event in reading.events:
        for day in (event.happened_on, event.happened_until):
            if day is not None and day.year < first_year:
                return f"The event {event.id} is of {day}, and the source begins with {first_year}."
        if event.happened_on and event.happened_until and event.happened_until - event.happened_on > _LONGEST_SPAN:
            text = f"The event {event.id} may have happened from {event.happened_on} to {event.happened_until}"
            return f"{text}, which tells nothing."
        if event.happened_on and event.happened_until and event.happened_until < event.happened_on:
            return f"The event {event.id} ended on {event.happened_until}, before it began on {event.happened_on}."
    return None


def dropped_in_words(found: Iterable[Dropped]) -> str:
    """The dropped rows, in a sentence; empty without any."""
    held = list(found)
    if not held:
        return ""
    more = sum(one.count for one in held[_NAMED:])
    reasons = [f"{one.count} {one.why}" for one in held[:_NAMED]] + ([f"{more} for other reasons"] if more else [])
    return f"{sum(one.count for one in held)} dropped: {', '.join(reasons)}."
