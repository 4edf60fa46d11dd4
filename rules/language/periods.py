"""Reporting periods of figures: years, halves, quarters, months, weeks, days, seasons, and ranges.

    2025   2025-H1   2025-Q1   2025-06   2025-W07   2025-06-30   FY2025   FY2025-Q1   2025-irrigation   2025-02/2025-04

A period is a unit of some kind and its ordinal number: quarters are counted through the years, weeks and days from the
first of all. So the previous period has the previous number.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TypeAlias

from rules.text_formats import PERIOD

DayOfYear: TypeAlias = tuple[int, int]
"""Month and day; a day that a month does not have is its last."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a plan says of the periods in which its figures are reported."""

    first_day: int = 1
    """Of a month, and so of quarters, halves and years."""
    months_named_after_end: bool = False
    """Where a month begins on another day than its first: whether it has the name of the month in which it ends."""
    first_month: int | None = None
    """Of a fiscal year; None: the plan has none."""
    fiscal_named_after_end: bool = False
    seasons: tuple[tuple[str, DayOfYear, DayOfYear], ...] = ()
    """By name, the first and the last day."""


USUAL = Calendar()

_FORM = re.compile(
    r"(?P<fiscal>FY)?(?P<year>[0-9]{4})(?:-(?:(?P<part>[QH])(?P<number>[1-4])|W(?P<week>[0-9]{2})"
    r"|(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?|(?P<season>[a-z][a-z0-9_]*)))?"
)
_MONTHS = {"Y": 12, "H": 6, "Q": 3, "M": 1}
_Unit: TypeAlias = tuple[str, int]
"""A kind and a number. Kinds are Y, H, Q and M, with F before them those of the fiscal year, W, D, and names of seasons."""


def period_end(period: str, calendar: Calendar = USUAL) -> datetime:
    """The first instant after a period, in UTC. Raises ValueError, which says what would be accepted."""
    return _instant_after(covered(period, calendar)[1])


@lru_cache(maxsize=65536)
def covered(period: str, calendar: Calendar = USUAL) -> tuple[date, date]:
    """The first and the last day of a period. Raises ValueError, which says what would be accepted."""
    first, last = _units(period, calendar)
    return _days(first, calendar)[0], _days(last, calendar)[1]


def before(period: str, calendar: Calendar = USUAL) -> str:
    """The previous period of the same kind; of a season, last year's. Raises ValueError."""
    return _neighbour(period, calendar, -1)


def after(period: str, calendar: Calendar = USUAL) -> str:
    """The next period of the same kind. Raises ValueError."""
    return _neighbour(period, calendar, 1)


@lru_cache(maxsize=65536)
def _neighbour(period: str, calendar: Calendar, way: int) -> str:
    (kind, first), (_, last) = _units(period, calendar)
    length = last - first + 1
    begins, ends = ((kind, number + way * length) for number in (first, last))
    if length == 1:
        return _format(begins)
    return _name_of(begins, ends) or f"{_format(begins)}/{_format(ends)}"


def is_period(text: str, calendar: Calendar = USUAL) -> bool:
    """Whether a text is a period of the calendar, in a plausible year."""
    try:
        return covered(text, calendar)[0].year >= 1000 and year_of(text) < 9000
    except (ValueError, OverflowError):
        return False


def in_order(period: str, calendar: Calendar) -> tuple[str, str]:
    """The sort key of periods: their end. Unknown periods sort first."""
    return covered(period, calendar)[1].isoformat() if is_period(period, calendar) else "", period


def year_of(period: str) -> int:
    """The year in a period's name."""
    return int(period.removeprefix("FY")[:4])


def kind_of(period: str, calendar: Calendar = USUAL) -> tuple[str, int]:
    """The kind of a period's units, and their number. Raises ValueError."""
    (kind, first), (_, last) = _units(period, calendar)
    return kind, last - first + 1


@lru_cache(maxsize=65536)
def _instant_after(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)


def _units(period: str, calendar: Calendar) -> tuple[_Unit, _Unit]:
    """The first and the last unit of a range; of a single unit, that unit twice."""
    begins, slash, ends = period.partition("/")
    if not re.fullmatch(PERIOD, period):
        raise ValueError(f"{period!r} is no period; {_forms(calendar)}")
    first = _unit(begins, calendar)
    if not slash:
        return first, first
    last = _unit(ends, calendar)
    if last[0] != first[0] or first[0] in {name for name, _, _ in calendar.seasons}:
        raise ValueError(
            f"{period!r} is no range; write two periods of one kind: 2025-02/2025-04, from the first through the last"
        )
    if last[1] <= first[1]:
        raise ValueError(f"{period!r} ends before its second period; write the earlier one first")
    if (name := _name_of(first, last)) is not None:
        raise ValueError(f"{period!r} has a name of its own; write {name}")
    return first, last


def _unit(text: str, calendar: Calendar) -> _Unit:
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no period; {_forms(calendar)}")
    year, fiscal = int(found["year"]), "F" if found["fiscal"] else ""
    if fiscal and (calendar.first_month is None or found["week"] or found["month"] or found["season"]):
        told = "its fiscal year has halves and quarters" if calendar.first_month else "the plan has no fiscal year"
        raise ValueError(f"{text!r} is no period of this plan: {told}; {_forms(calendar)}")
    if found["part"]:
        each = 4 if found["part"] == "Q" else 2
        if int(found["number"]) > each:
            raise ValueError(f"{text!r} is no period: a year has {each} of them")
        return f"{fiscal}{found['part']}", year * each + int(found["number"]) - 1
    if found["week"]:
        return "W", _week(text, year, int(found["week"]))
    if found["day"]:
        return "D", date.fromisoformat(text).toordinal()
    if found["month"]:
        if not 1 <= int(found["month"]) <= 12:
            raise ValueError(f"{text!r} is no period: a year has 12 months")
        return "M", year * 12 + int(found["month"]) - 1
    if found["season"]:
        if found["season"] not in {name for name, _, _ in calendar.seasons}:
            raise ValueError(f"{text!r} is no period: the plan has no such season; {_forms(calendar)}")
        return found["season"], year
    return f"{fiscal}Y", year


def _week(text: str, year: int, week: int) -> int:
    try:
        return date.fromisocalendar(year, week, 1).toordinal() // 7
    except ValueError:
        raise ValueError(f"{text!r} is no period: the year has no such week") from None


def _days(unit: _Unit, calendar: Calendar) -> tuple[date, date]:
    kind, number = unit
    if kind == "D":
        return date.fromordinal(number), date.fromordinal(number)
    if kind == "W":
        return date.fromordinal(number * 7 + 1), date.fromordinal(number * 7 + 7)
    if (length := _MONTHS.get(kind[-1])) and kind.removeprefix("F") in _MONTHS:
        first = number * length + (_fiscal_start(calendar) if kind[0] == "F" else 0)
        return _month_begins(first, calendar), _month_begins(first + length, calendar) - timedelta(days=1)
    begins, ends = next((begins, ends) for name, begins, ends in calendar.seasons if name == kind)
    return _day(number, begins), _day(number if begins <= ends else number + 1, ends)


def _fiscal_start(calendar: Calendar) -> int:
    """The offset of a fiscal year's first month from January of the year in its name, in months."""
    return (calendar.first_month or 1) - 1 - (12 if calendar.fiscal_named_after_end else 0)


def _month_begins(number: int, calendar: Calendar) -> date:
    year, month = divmod(number - (1 if calendar.months_named_after_end else 0), 12)
    return date(year, month + 1, calendar.first_day)


def _day(year: int, day: DayOfYear) -> date:
    return date(year, day[0], min(day[1], monthrange(year, day[0])[1]))


def _format(unit: _Unit) -> str:
    kind, number = unit
    match kind:
        case "D":
            return date.fromordinal(number).isoformat()
        case "W":
            year, week, _ = date.fromordinal(number * 7 + 1).isocalendar()
            return f"{year:04}-W{week:02}"
        case "M":
            return f"{number // 12:04}-{number % 12 + 1:02}"
        case "Y" | "FY":
            return f"{kind.removesuffix('Y')}{'Y' if kind == 'FY' else ''}{number:04}"
        case "Q" | "H" | "FQ" | "FH":
            each = 4 if kind[-1] == "Q" else 2
            return f"{'FY' if kind[0] == 'F' else ''}{number // each:04}-{kind[-1]}{number % each + 1}"
        case _:
            return f"{number:04}-{kind}"


def _name_of(first: _Unit, last: _Unit) -> str | None:
    """The single larger unit that equals a range of smaller ones, if any."""
    kind, fiscal = first[0].removeprefix("F"), "F" if first[0].startswith("F") else ""
    if kind not in _MONTHS:
        return None
    begins, ends = first[1] * _MONTHS[kind], (last[1] + 1) * _MONTHS[kind]
    for larger, length in _MONTHS.items():
        if ends - begins == length and begins % length == 0:
            return _format((f"{fiscal}{larger}", begins // length))
    return None


def _forms(calendar: Calendar) -> str:
    """The accepted forms, for messages."""
    forms = ["2025", "2025-H1", "2025-Q1", "2025-06", "2025-W07", "2025-06-30"]
    forms += ["FY2025"] if calendar.first_month else []
    forms += [f"2025-{name}" for name, _, _ in calendar.seasons]
    return f"write {', '.join(forms)} or a range of two, 2025-02/2025-04"
