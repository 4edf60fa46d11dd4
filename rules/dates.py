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

from rules.times import Interval, day_after, day_begins, day_said, in_whole_days, parsed, plus, plus_lost, time_said

_INSTANT = timedelta(microseconds=1)


@lru_cache(maxsize=1024)
def takes_time(duration: str) -> bool:
    """Whether it is more than nothing."""
    return parsed(duration).sign() != 0


@lru_cache(maxsize=1024)
def in_days(duration: str) -> bool:
    """Whether what is counted so is a day, and no instant."""
    return in_whole_days(duration) and takes_time(duration)


@lru_cache(maxsize=65536)
def until(since: datetime, within: str, zone: str) -> datetime:
    """The last instant of a time that is counted from another one."""
    ends = plus(since, within, zone)
    return end_of_day(ends, zone) if in_days(within) else ends


def moved(date: datetime, lost: Collection[Interval], since: datetime, within: str, zone: str) -> datetime | None:
    """A date moved by the time lost after `since`; None while some of it is still being lost.

    `within` is the duration that the date was counted by; in days, each day that is touched is lost as a whole.
    """
    if not lost:
        return date
    return plus_lost(date, lost, since, zone, whole_days=in_whole_days(within))


def until_day(by: day, zone: str) -> datetime:
    """The last instant of a day, or the instant itself where an hour was given."""
    return by if isinstance(by, datetime) else end_of_day(day_begins(by, zone), zone)


@lru_cache(maxsize=65536)
def begins(since: datetime, within: str, zone: str) -> datetime:
    """The first instant that is not before a date."""
    at = plus(since, within, zone)
    return day_begins(at.astimezone(ZoneInfo(zone)).date(), zone) if in_days(within) else at


@lru_cache(maxsize=65536)
def over(date: datetime, zone: str) -> datetime:
    """The instant at which a date has passed: when its day is over, or at once where it has an hour."""
    return date + _INSTANT if lasts_through_its_day(date, zone) else date


def has_passed(date: datetime, at: datetime, zone: str) -> bool:
    """Whether nothing can be done by a date any more."""
    return over(date, zone) <= at


def lasts_through_its_day(date: datetime, zone: str) -> bool:
    """Whether a date is a day, and no instant."""
    return date == end_of_day(date, zone)


@lru_cache(maxsize=65536)
def told(date: datetime, zone: str) -> str:
    """A date as people of the plan read it: a day, or an instant with its hour."""
    return day_said(date, zone) if lasts_through_its_day(date, zone) else time_said(date, zone)


def told_begun(at: datetime, within: str, zone: str) -> str:
    """The first instant that is not before a date, as people of the plan read it."""
    return day_said(at, zone) if in_days(within) else time_said(at, zone)


def end_of_day(at: datetime, zone: str) -> datetime:
    """The last instant of the local day of an instant."""
    return day_after(at, zone) - _INSTANT
