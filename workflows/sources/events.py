"""Events out of rows of JSON: new ones, changed ones, deleted ones, and up to which day the feed speaks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from rules.language.sources import JsonHttp
from rules.language.sources.expressions import at
from rules.language.sources.json_http import EventRow
from rules.times import read_day
from rules.vocabulary.readings import ReadEvent, Readings
from workflows.sources.adapter import Ask
from workflows.sources.addressing import earlier
from workflows.sources.gathering import Unfit
from workflows.sources.json_text import row_text, stored


def events_of(  # noqa: PLR0913, PLR0917  what one run of a feed has brought
    ask: Ask,
    source: JsonHttp,
    rows: Sequence[Any],
    deleted: Sequence[tuple[str, Any]],
    contents: Sequence[Any],
    edition: str,
    counts: Callable[[Any], bool],
) -> Readings:
    """All events; of one that stands in several answers, the last. Raises Unfit."""
    if source.event is None:
        raise Unfit("unparseable", "the source says nowhere in a row where an event stands")
    found: dict[str, ReadEvent] = {}
    newest: date | None = None
    for row in rows:
        event = _event(source.event, row)
        if event.happened_on is not None and event.happened_on > ask.today:
            raise Unfit("implausible", f"the event {event.id} is of {event.happened_on}, a day to come on {ask.today}")
        newest = max(filter(None, (newest, event.happened_on)), default=None)
        if counts(row):
            found[event.id] = event
    for name, row in deleted:
        if not name:
            raise Unfit("unparseable", f"a deleted event has no id: {row_text(row)[:120]}")
        found[name] = ReadEvent(name, None, None, None, row_text(row), deleted=True)
    return Readings(edition, events=tuple(found.values()), covers_until=_covered(source, contents, newest, ask))


def _event(rule: EventRow, row: Any) -> ReadEvent:
    def said(place: str | None, longest: int = 200) -> str | None:
        value = at(row, place) if place else None
        return None if value is None or isinstance(value, dict | list) else stored(str(value), longest) or None

    if (name := said(rule.id, 100)) is None:
        raise Unfit("unparseable", f"an event has no {rule.id}: {row_text(row)[:120]}")
    return ReadEvent(
        id=name,
        happened_on=_day(said(rule.happened_on), f"{rule.happened_on} of {name}"),
        kind=said(rule.kind),
        place=said(rule.place),
        row=row_text(row),
        severity=said(rule.severity),
        attributed_to=said(rule.attributed_to),
        title=said(rule.title),
    )


def _day(text: str | None, where: str) -> date:
    try:
        return read_day((text or "")[:10])
    except ValueError:
        raise Unfit("unparseable", f"{(text or 'nothing')[:60]!r} in {where} is no date") from None


def _covered(source: JsonHttp, contents: Sequence[Any], newest: date | None, ask: Ask) -> date | None:
    """The last day that the feed speaks of; never one to come."""
    rule = source.coverage
    if rule is None:
        return None
    until = newest
    if rule.until is not None:
        said = at(contents[0], rule.until)
        until = _day(None if said is None else str(said), rule.until)
    return None if until is None else min(earlier(until, rule.lag), ask.today)
