"""Date arithmetic: until when something can be done, and from when on.

A date that is counted in days is a day of the plan's calendar. "Until" such a date includes the whole day, so the date is its
last instant and has passed when the next day begins. "Not before" it means from the day's beginning. A date with an hour, or
counted in seconds, is exact. A duration of zero is exact too: it leaves its anchor where it is.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date as day
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from rules import times

_INSTANT = timedelta(microseconds=1)


@lru_cache(maxsize=1024)
def is_positive(duration: str) -> bool:
    """Whether a duration is more than zero."""
    return times.parse_duration(duration).sign() != 0


@lru_cache(maxsize=1024)
def is_in_days(duration: str) -> bool:
    """Whether a duration gives a day, rather than an instant."""
    return times.in_whole_days(duration) and is_positive(duration)


@lru_cache(maxsize=65536)
def end_after(since: datetime, within: str, zone: str) -> datetime:
    """The last instant of a duration counted from an instant."""
    ends = times.add_duration(since, within, zone)
    return end_of_day(ends, zone) if is_in_days(within) else ends


def shift_date(date: datetime, lost: Collection[times.Interval], since: datetime, within: str, zone: str) -> datetime | None:
    """A date moved by the time lost after `since`; None while an interval of it is open.

    `within` is the duration by which the date was counted. If that is in days, each touched day is lost as a whole.
    """
    if not lost:
        return date
    return times.add_lost_time(date, lost, since, zone, whole_days=times.in_whole_days(within))


def end_of_date(by: day, zone: str) -> datetime:
    """The last instant of a day; an instant stays as it is."""
    return by if isinstance(by, datetime) else end_of_day(times.start_of_day(by, zone), zone)


@lru_cache(maxsize=65536)
def start_of_date(since: datetime, within: str, zone: str) -> datetime:
    """The first instant that is not before a date."""
    at = times.add_duration(since, within, zone)
    return times.start_of_day(at.astimezone(ZoneInfo(zone)).date(), zone) if is_in_days(within) else at


@lru_cache(maxsize=65536)
def passes_at(date: datetime, zone: str) -> datetime:
    """The instant at which a date has passed: the end of its day, or at once if it has an hour."""
    return date + _INSTANT if lasts_through_its_day(date, zone) else date


def has_passed(date: datetime, at: datetime, zone: str) -> bool:
    """Whether a date has passed."""
    return passes_at(date, zone) <= at


def lasts_through_its_day(date: datetime, zone: str) -> bool:
    """Whether a date is a whole day."""
    return date == end_of_day(date, zone)


@lru_cache(maxsize=65536)
def in_words(date: datetime, zone: str) -> str:
    """A date in words: a day, or an instant with its hour, in the plan's zone."""
    return times.day_in_words(date, zone) if lasts_through_its_day(date, zone) else times.time_in_words(date, zone)


def start_in_words(at: datetime, within: str, zone: str) -> str:
    """The first instant that is not before a date, in words."""
    return times.day_in_words(at, zone) if is_in_days(within) else times.time_in_words(at, zone)


def end_of_day(at: datetime, zone: str) -> datetime:
    """The last instant of the local day of an instant."""
    return times.next_day_start(at, zone) - _INSTANT
