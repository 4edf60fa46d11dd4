"""Clock changes of a time zone: the days on which a local time does not exist, or exists twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ZoneTransition:
    """A day on which a local time is missing or doubled, with the instant that counts for it.

    That is the next existing instant for a missing time, and the first of the two for a doubled one.
    """

    day: date
    instant: datetime
    read_as: datetime
    """The local time as which the time of day is taken by those who do not look: itself, or one after the gap."""


@lru_cache(maxsize=256)
def transition_days(zone: str, at: time, years: range) -> tuple[ZoneTransition, ...]:
    """The days within some years on which a local time does not exist exactly once, in order."""
    return tuple(_changed(ZoneInfo(zone), at, years))


def _changed(zone: ZoneInfo, at: time, years: range) -> Iterator[ZoneTransition]:
    day, end = date(years[0], 1, 1), date(years[-1], 12, 31)
    while day <= end:
        if _offset(day, zone) != _offset(day + _DAY, zone):
            first, second = (datetime.combine(day, at, zone).replace(fold=fold) for fold in (0, 1))
            if first.utcoffset() != second.utcoffset():
                read_as = first.astimezone(UTC).astimezone(zone)
                exists = read_as.replace(tzinfo=None) == first.replace(tzinfo=None)
                yield ZoneTransition(day, first.astimezone(UTC) if exists else _after_the_gap(first, second, zone), read_as)
        day += _DAY


def _offset(day: date, zone: ZoneInfo) -> timedelta | None:
    return datetime.combine(day, time(), zone).utcoffset()


def _after_the_gap(first: datetime, second: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which clocks go forward, in the gap between two local times."""
    before, after = sorted((first.astimezone(UTC), second.astimezone(UTC)))
    old = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return (after + timedelta(seconds=0.5)).replace(microsecond=0)
