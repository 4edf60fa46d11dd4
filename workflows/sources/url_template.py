"""The address of a request: a plan's template with the values of a check and of the day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from urllib.parse import quote, urlencode

from rules.language.sources.templates import day_values, fill_template
from rules.times import add_duration
from workflows.sources.adapter import Ask

_AS_WRITTEN = ":|,;~*"
"""Characters that need no escape in a query, and by which people recognise the addresses of producers."""


def values_of(ask: Ask, look_back: str = "P0D") -> dict[str, str]:
    """What stands for each placeholder."""
    return {**ask.check.with_, **day_values(ask.today, earlier(ask.today, look_back))}


def addressed(url: str, query: Mapping[str, str], values: Mapping[str, str]) -> str:
    """The whole address. A value fills one piece of a path and cannot begin another."""
    base = fill_template(url, values, lambda value: quote(value, safe=_AS_WRITTEN))
    if not query:
        return base
    written = urlencode(
        {name: fill_template(value, values) for name, value in query.items()}, quote_via=quote, safe=_AS_WRITTEN
    )
    return f"{base}{'&' if '?' in base else '?'}{written}"


def earlier(day: date, duration: str) -> date:
    """The day that lies a duration before another."""
    if duration in {"P0D", ""}:
        return day
    return add_duration(datetime.combine(day, time(), UTC), f"-{duration}", "UTC").date()
