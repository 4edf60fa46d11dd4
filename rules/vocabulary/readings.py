"""Readings: what an adapter has read from a source (figures or events), or why it has read nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

Unread: TypeAlias = Literal["missing", "no_match", "retired", "unparseable", "implausible", "wrong_unit", "refused"]
"""Why an answer gives no figure.

    missing      the source answers, and has no figure for what is asked
    no_match     the answer holds rows, and a filter lets none of them through: a name is spelled otherwise, or is another
    retired      the producer no longer knows the code
    unparseable  not the format that was agreed: a renamed column, XML for JSON, a page for a table
    implausible  what cannot be: not finite, outside the plausible range, of a year to come or before the source's first one
    wrong_unit   a figure in another unit
    refused      the producer answers and denies (4xx), or the answer breaks a limit
"""


@dataclass(frozen=True, slots=True)
class ReadFigure:
    """One figure as the source says it."""

    period: str
    value: Decimal
    unit: str | None
    edition: str
    row: str
    standard_error: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ReadEvent:
    """One event as the source says it; a deleted one is known by its id alone.

    It happened on a day from `happened_on` to `happened_until`: on the first of them where there is no second. Without a day
    it may have happened on any; without a place, at any.
    """

    id: str
    happened_on: date | None
    kind: str | None
    place: str | None
    row: str
    severity: str | None = None
    attributed_to: str | None = None
    title: str | None = None
    happened_until: date | None = None
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Dropped:
    """Rows or events that a filter has left out, and why."""

    why: str
    count: int


def counted(reasons: Iterable[str]) -> tuple[Dropped, ...]:
    """How often each reason was given, the most frequent first."""
    return tuple(Dropped(why, count) for why, count in Counter(reasons).most_common())


@dataclass(frozen=True, slots=True)
class Readings:
    """All that one run has read. `covers_until` is the last day of which a feed of events speaks.

    `dropped` says of rows that the source's description leaves out how many they are and why, the most first; `differs` how
    the answer differs from what it was like when the source was described, in a sentence's end.
    """

    edition: str
    figures: tuple[ReadFigure, ...] = ()
    events: tuple[ReadEvent, ...] = ()
    covers_until: date | None = None
    dropped: tuple[Dropped, ...] = ()
    differs: str = ""


@dataclass(frozen=True, slots=True)
class NoReading:
    """Why a run has read nothing, in a sentence that names the place."""

    kind: Unread
    sentence: str
