"""URL of a request: the plan's template with the parameters of a check and the date."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from urllib.parse import quote, urlencode

from rules.language.sources.templates import filled, of_the_day
from rules.times import plus
from workflows.sources.adapter import Ask

_AS_WRITTEN = ":|,;~*"
"""Characters left unescaped in queries, so that URLs stay recognisable."""


def values_of(ask: Ask, look_back: str = "P0D") -> dict[str, str]:
    """The value of each placeholder."""
    return {**ask.check.with_, **of_the_day(ask.today, day_before(ask.today, look_back))}


def build_url(url: str, query: Mapping[str, str], values: Mapping[str, str]) -> str:
    """The URL. Values are escaped, so that none can add a path segment."""
    base = filled(url, values, lambda value: quote(value, safe=_AS_WRITTEN))
    if not query:
        return base
    written = urlencode({name: filled(value, values) for name, value in query.items()}, quote_via=quote, safe=_AS_WRITTEN)
    return f"{base}{'&' if '?' in base else '?'}{written}"


def day_before(day: date, duration: str) -> date:
    """The day a duration before another."""
    if duration in {"P0D", ""}:
        return day
    return plus(datetime.combine(day, time(), UTC), f"-{duration}", "UTC").date()
