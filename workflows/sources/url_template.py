"""URL of a request: the plan's template with the parameters of a check and the date."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from urllib.parse import quote, urlencode

from rules.language.sources.templates import day_values, fill_template
from rules.times import add_duration
from workflows.sources.adapter import Ask

_AS_WRITTEN = ":|,;~*"
"""Characters left unescaped in queries, so that URLs stay recognisable."""


def values_of(ask: Ask, look_back: str = "P0D") -> dict[str, str]:
    """The value of each placeholder."""
    return {**ask.check.with_, **day_values(ask.today, day_before(ask.today, look_back))}


def build_url(url: str, query: Mapping[str, str], values: Mapping[str, str]) -> str:
    """The URL. Values are escaped, so that none can add a path segment."""
    base = fill_template(url, values, lambda value: quote(value, safe=_AS_WRITTEN))
    if not query:
        return base
    written = urlencode(
        {name: fill_template(value, values) for name, value in query.items()}, quote_via=quote, safe=_AS_WRITTEN
    )
    return f"{base}{'&' if '?' in base else '?'}{written}"


def day_before(day: date, duration: str) -> date:
    """The day a duration before another."""
    if duration in {"P0D", ""}:
        return day
    return add_duration(datetime.combine(day, time(), UTC), f"-{duration}", "UTC").date()
