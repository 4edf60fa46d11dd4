"""The periods that figures cover: years, months and days, written as ISO 8601 writes them."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from rules.forms import PERIOD
from rules.times import plus

_LENGTHS = {4: "P1Y", 7: "P1M", 10: "P1D"}


def period_end(period: str) -> datetime:
    """The first instant after a period written as year, month or day, in UTC. Raises ValueError."""
    return plus(_begin(period), _LENGTHS[len(period)], "UTC")


def before(period: str) -> str:
    """The period of the same length that ends where this one begins. Raises ValueError."""
    last_day: date = _begin(period).date() - timedelta(days=1)
    return last_day.isoformat()[: len(period)]


def is_period(text: str) -> bool:
    """Whether a text is a year, a month or a day of the calendar, of a year that figures are about."""
    try:
        period_end(text)
    except ValueError:
        return False
    return 1000 <= int(text[:4]) < 9000


def _begin(period: str) -> datetime:
    if not re.fullmatch(PERIOD, period) or len(period) not in _LENGTHS:
        raise ValueError(f"{period!r} is no period; write YYYY, YYYY-MM or YYYY-MM-DD")
    return datetime.fromisoformat(period + "-01-01"[: 10 - len(period)] + "T00:00:00+00:00")
