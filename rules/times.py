"""Instants, calendar durations and the intervals between them.

An instant is an aware UTC `datetime` with microseconds. A duration stays the calendar duration
that the plan wrote (`P1M` is a month, not 30 days) until it is added to an instant in a time zone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, PlainValidator, WithJsonSchema
from whenever import Instant as Moment
from whenever import ItemizedDelta

Interval = tuple[datetime, datetime | None]
"""From an instant (inclusive) to an instant (exclusive), or still open (`None`)."""


def format_instant(at: datetime) -> str:
    """The single written form of an instant: RFC 3339, UTC, six decimals, `Z`."""
    there = at if at.tzinfo is UTC else at.astimezone(UTC)
    return there.isoformat(timespec="microseconds")[:-6] + "Z"


def _in_utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("an instant needs an offset, for example 2025-03-01T09:00:00+03:00")
    if not 1900 <= at.year <= 9000:
        raise ValueError("an instant lies between the years 1900 and 9000")
    return at.astimezone(UTC)


NO_INSTANT = "is no instant; write date, time and offset (RFC 3339): 2025-03-01T09:00:00+03:00"
NO_DAY = "is no day; write 2025-03-01"
_RFC_3339 = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})\Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


def parse_instant(text: str) -> datetime:
    """An instant from text, in UTC. Raises ValueError, which says what would be accepted.

    Not accepted are forms that parsers read differently: `20261101` (for some, seconds since 1970) and times without
    offset.
    """
    if not _RFC_3339.match(text):
        raise ValueError(f"{text[:60]!r} {NO_INSTANT}")
    try:
        return _in_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError) as error:
        raise ValueError(str(error) if str(error).startswith("an instant") else f"{text!r} {NO_INSTANT}") from None


def parse_day(text: str) -> date:
    """A calendar day from text. Raises ValueError, which says what would be accepted."""
    if not _DAY.match(text):
        raise ValueError(f"{text[:60]!r} {NO_DAY}")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} {NO_DAY}") from None


def _instant(value: object) -> datetime:
    match value:
        case str():
            return parse_instant(value)
        case datetime():
            return _in_utc(value)
        case _:
            raise ValueError(f"{str(value)[:60]} {NO_INSTANT}")


def _day(value: object) -> date:
    match value:
        case str():
            return parse_day(value)
        case date() if not isinstance(value, datetime):
            return value
        case _:
            raise ValueError(f"{str(value)[:60]} {NO_DAY}")


Instant = Annotated[
    datetime,
    BeforeValidator(_instant),
    PlainSerializer(format_instant, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""Date, time and offset in the one form of RFC 3339 that everybody reads alike; kept in UTC."""

Day = Annotated[date, BeforeValidator(_day)]
"""A day of the calendar, without a place."""


def _day_or_instant(value: object) -> date:
    if isinstance(value, datetime):
        return _in_utc(value)
    if isinstance(value, date):
        return value
    text = str(value)
    return parse_day(text) if _DAY.match(text) else parse_instant(text)


def _format_day_or_instant(value: date) -> str:
    return format_instant(value) if isinstance(value, datetime) else value.isoformat()


DayOrInstant = Annotated[
    date,
    PlainValidator(_day_or_instant),
    PlainSerializer(_format_day_or_instant, return_type=str, when_used="json"),
    WithJsonSchema(
        {
            "type": "string",
            "maxLength": 40,
            "description": "a day, 2025-03-01, or date, time and offset, 2025-03-01T09:00:00+03:00",
        }
    ),
]
"""A day of the calendar, or an instant."""


@lru_cache(maxsize=4096)
def parse_duration(duration: str) -> ItemizedDelta:
    """A calendar duration from ISO 8601 text. Raises ValueError."""
    return ItemizedDelta(duration)


def _checked_duration(text: str) -> str:
    try:
        delta = parse_duration(text)
    except ValueError:
        raise ValueError(f"{text!r} is no duration; write ISO 8601, for example P6M, P14D or PT12H") from None
    if delta.sign() < 0:
        raise ValueError("a duration cannot be negative")
    if not _ends_in_time(text):
        raise ValueError(f"a duration is at most {LONGEST_YEARS} years")
    return text


LONGEST_YEARS = 1_000
"""The calendar ends with the year 9999. A clock beyond it could not be computed, and no act after it be recorded."""


def _ends_in_time(duration: str) -> bool:
    try:
        return add_duration(datetime(2000, 1, 1, tzinfo=UTC), duration, "UTC") <= datetime(
            2000 + LONGEST_YEARS, 1, 1, tzinfo=UTC
        )
    except ValueError:
        return False


Duration = Annotated[str, AfterValidator(_checked_duration)]


def _checked_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        raise ValueError(f"{name!r} is no time zone; write an IANA name, for example Asia/Baghdad") from None
    return name


TimeZone = Annotated[str, AfterValidator(_checked_zone)]


@lru_cache(maxsize=1024)
def in_whole_days(duration: str) -> bool:
    """Whether a duration is in local calendar days rather than in seconds."""
    return not parse_duration(duration).date_and_time_parts()[1]


@lru_cache(maxsize=65536)
def multiply_duration(duration: str, times: int) -> str:
    """A duration multiplied component by component, so that three times a month is three months."""
    return re.sub(r"[0-9]+(\.[0-9]+)?", lambda found: f"{Decimal(found[0]) * times:f}", duration)


def add_duration(at: datetime, duration: str, zone: str) -> datetime:
    """An instant plus a calendar duration in a time zone; month ends are clamped (31 Jan + P1M)."""
    moved = Moment(at).to_tz(zone).add(parse_duration(duration), disambiguation="compatible")
    return moved.to_instant().to_stdlib()


def local_day(at: datetime, zone: str) -> str:
    """The local calendar date of an instant, `YYYY-MM-DD`."""
    return at.astimezone(ZoneInfo(zone)).date().isoformat()


def local_time(at: datetime, zone: str) -> str:
    """An instant as local clock time; seconds only if they are not zero."""
    there = at.astimezone(ZoneInfo(zone))
    return f"{there:%Y-%m-%d %H:%M:%S}" if there.second else f"{there:%Y-%m-%d %H:%M}"


def day_in_words(at: datetime, zone: str) -> str:
    """An instant's local day for sentences, with the zone."""
    return f"{local_day(at, zone)} ({zone})"


def time_in_words(at: datetime, zone: str) -> str:
    """An instant's local time for sentences, with the zone."""
    return f"{local_time(at, zone)} ({zone})"


def start_of_day(day: date, zone: str) -> datetime:
    """The first instant of a local day."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def next_day_start(at: datetime, zone: str) -> datetime:
    """The start of the first local day that lies wholly after `at`."""
    return _midnight(at, zone, timedelta(days=1))


def _midnight(at: datetime, zone: str, offset: timedelta = timedelta()) -> datetime:
    local = at.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (local.replace(tzinfo=None) + offset).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def days_between(start: datetime, end: datetime, zone: str) -> int:
    """The number of local midnights between two instants."""
    first, last = (at.astimezone(ZoneInfo(zone)).date() for at in (start, end))
    return (last - first).days


_INSTANT = timedelta(microseconds=1)
"""The least time between two instants; an interval that ends at midnight does not touch the day that begins there."""


def add_lost_time(at: datetime, lost: Iterable[Interval], since: datetime, zone: str, *, whole_days: bool) -> datetime | None:
    """`at` moved by the length of the intervals after `since`; None while one is open.

    In whole days, a local day that an interval touches is lost as a whole, once.
    """
    ends = at
    covered = since
    for start, end in sorted(lost, key=lambda interval: interval[0]):
        if end is None:
            if start < ends:
                return None
            continue
        first = max(_midnight(start, zone) if whole_days else start, covered)
        last = next_day_start(end - _INSTANT, zone) if whole_days else end
        if last <= first or first >= ends:
            continue
        covered = last
        ends = add_duration(ends, f"P{days_between(first, last, zone)}D", zone) if whole_days else ends + (last - first)
    return ends
