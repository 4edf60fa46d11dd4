"""Events from rows of JSON: new, changed and deleted ones, and the last day that the feed covers."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from rules.field_types import did_you_mean
from rules.language.sources import JsonHttp
from rules.language.sources.expressions import first_at
from rules.language.sources.json_http import EventRow
from rules.times import parse_day
from rules.vocabulary.readings import ReadEvent, Readings
from workflows.sources.adapter import Ask
from workflows.sources.figures import UnusableAnswer
from workflows.sources.strict_json import row_text, stored
from workflows.sources.url_template import day_before


def events_of(  # noqa: PLR0913, PLR0917  what one run of a feed has brought
    ask: Ask,
    source: JsonHttp,
    rows: Sequence[Any],
    deleted: Sequence[tuple[str, Any]],
    contents: Sequence[Any],
    edition: str,
    counts: Callable[[Any], bool],
) -> Readings:
    """All events; the last version of one that occurs in several answers. Raises UnusableAnswer."""
    if source.event is None:
        raise UnusableAnswer("unparseable", "the source says nowhere in a row where an event stands")
    found: dict[str, ReadEvent] = {}
    newest: date | None = None
    for row in rows:
        event = _event(source.event, row)
        _check_days(event, source.first_year, ask.today)
        newest = max(filter(None, (newest, event.happened_on)), default=None)
        if counts(row):
            found[event.id] = _with_day_range(source.event, row, event)
    for name, row in deleted:
        if not name:
            raise UnusableAnswer("unparseable", f"a deleted event has no id: {row_text(row)[:120]}")
        found[name] = ReadEvent(name, None, None, None, row_text(row), deleted=True)
    return Readings(edition, events=tuple(found.values()), covers_until=_last_covered_day(source, contents, newest, ask))


def _event(rule: EventRow, row: Any) -> ReadEvent:
    def said(place: str | None, longest: int = 200) -> str | None:
        value = first_at(row, place) if place else None
        return None if value is None or isinstance(value, dict | list) else stored(str(value), longest) or None

    if (name := said(rule.id, 100)) is None:
        raise UnusableAnswer("unparseable", f"an event has no {rule.id}: {row_text(row)[:120]}")
    first, last = (
        None if (text := said(place)) is None else _day(text, f"{place} of {name}")
        for place in (rule.happened_on, rule.happened_until)
    )
    return ReadEvent(
        id=name,
        happened_on=first,
        happened_until=None if last == first else last,
        kind=said(rule.kind),
        place=said(rule.place),
        row=row_text(row),
        severity=said(rule.severity),
        attributed_to=said(rule.attributed_to),
        title=said(rule.title),
    )


def _check_days(event: ReadEvent, first_year: int, today: date) -> None:
    """Raises UnusableAnswer for a day before the first year or in the future: a wrong year would hide an event."""
    first, last = event.happened_on, event.happened_until
    for day in filter(None, (first, last)):
        if day > today:
            raise UnusableAnswer("implausible", f"the event {event.id} is of {day}, a day to come on {today}")
        if day.year < first_year:
            raise UnusableAnswer("implausible", f"the event {event.id} is of {day}, and the source begins with {first_year}")
    if first and last and last < first:
        raise UnusableAnswer("implausible", f"the event {event.id} ended on {last}, before it began on {first}")


def _with_day_range(rule: EventRow, row: Any, event: ReadEvent) -> ReadEvent:
    """The event with the range of days that its precision code implies."""
    if rule.precision is None or event.happened_on is None:
        return event
    if (said := first_at(row, rule.precision.at)) is None:
        return event
    code = str(said)
    if (around := rule.precision.codes.get(code)) is None:
        told = did_you_mean(code, rule.precision.codes)
        raise UnusableAnswer("unparseable", f"{code[:60]!r} in {rule.precision.at} of {event.id} says no precision; {told}")
    first, last = event.happened_on, event.happened_until or event.happened_on
    begins, ends = min(first, _day_range(first, around)[0]), max(last, _day_range(last, around)[1])
    return replace(event, happened_on=begins, happened_until=None if begins == ends else ends)


def _day_range(day: date, known_to: str) -> tuple[date, date]:
    """The first and last day of the range. A week may be given by any of its days."""
    match known_to:
        case "P1Y":
            return date(day.year, 1, 1), date(day.year, 12, 31)
        case "P1M":
            return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])
        case "P1W":
            return day - timedelta(days=6), day + timedelta(days=6)
        case _:
            return day, day


def _day(text: str | None, where: str) -> date:
    try:
        return parse_day((text or "")[:10])
    except ValueError:
        raise UnusableAnswer("unparseable", f"{(text or 'nothing')[:60]!r} in {where} is no date") from None


def _last_covered_day(source: JsonHttp, contents: Sequence[Any], newest: date | None, ask: Ask) -> date | None:
    """The last day that the feed covers, never in the future."""
    rule = source.coverage
    if rule is None:
        return None
    until = newest
    if rule.until is not None:
        said = first_at(contents[0], rule.until)
        until = _day(None if said is None else str(said), rule.until)
    return None if until is None else min(day_before(until, rule.lag), ask.today)
