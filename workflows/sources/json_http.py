"""The adapter `json-http`: figures or events from rows in pages of JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from rules.language.sources import JsonHttp
from rules.language.sources.expressions import all_at, first_at
from rules.language.sources.json_http import Deleted, FigureRow
from rules.language.sources.templates import fill_template
from rules.vocabulary.readings import NoReading, Readings
from workflows.sources.adapter import Ask
from workflows.sources.answers import Answer, Progress
from workflows.sources.editions import edition_of, split_answers
from workflows.sources.egress import Egress
from workflows.sources.events import events_of
from workflows.sources.figures import FigureReader, UnusableAnswer, read_or_reason, unit_of, with_schema_changes
from workflows.sources.json_pages import JsonPages, sign_in
from workflows.sources.row_filter import FieldFilter, RowFilter
from workflows.sources.schema_changes import fields_of, schema_changes
from workflows.sources.strict_json import LARGEST, parse, row_text, stored
from workflows.sources.url_template import build_url, values_of

MOST_JSON = 4 * LARGEST
"""Bytes of all pages of a run, whose rows are held in memory."""


class JsonHttpAdapter:
    name: Final = "json-http"
    version: Final = "1"

    async def fetch(self, ask: Ask, egress: Egress, told: Progress) -> tuple[Answer, ...]:
        source = _source(ask)
        values = values_of(ask, source.look_back)
        headers = await sign_in(source, egress, told)
        asking = JsonPages(source, values, headers, egress, told)
        answers = await asking.pages(source.url, source.query, source.paging)
        if source.edition.url is not None:
            answers.append(await asking.one(build_url(source.edition.url, {}, values)))
        if source.changed is not None:
            answers += await asking.pages(source.url, source.changed, source.paging)
        if source.deleted is not None:
            answers += await asking.pages(source.deleted.url, source.deleted.query, source.deleted.paging)
        return tuple(answers)

    def read(self, ask: Ask, answers: Sequence[Answer]) -> Readings | NoReading:
        source = _source(ask)
        return read_or_reason(source.title, lambda: _read(ask, source, answers))


def _source(ask: Ask) -> JsonHttp:
    if not isinstance(ask.source, JsonHttp):
        raise TypeError(f"{ask.source.adapter} is read by another adapter")
    return ask.source


def _read(ask: Ask, source: JsonHttp, answers: Sequence[Answer]) -> Readings:
    values = values_of(ask, source.look_back)
    rest, described = split_answers(answers, _of(source.edition.url, values))
    rows, deleted = split_answers(rest, _of(source.deleted.url if source.deleted else None, values))
    if (size := sum(len(answer.body) for answer in answers)) > MOST_JSON:
        raise UnusableAnswer("refused", f"the pages have {size:,} bytes together; at most {MOST_JSON:,} are read")
    contents = [parse(answer.body) for answer in rows]
    gone = [parse(answer.body) for answer in deleted]
    for content in (*contents, *gone):
        _check_errors(source, content)
    if not contents:
        raise UnusableAnswer("missing", "there is no answer")
    edition = edition_of(source.edition, values, rows, described, contents[0])
    chosen = [row for content in contents for row in _rows(content, source.rows)]
    differs = schema_changes(source.known_fields, fields_of(chosen), "field") if chosen else ""
    with with_schema_changes(differs):
        if source.event is not None:
            gone_ids = _ids(source.deleted, gone) if source.deleted else []
            return replace(_events(ask, source, chosen, gone_ids, contents, edition, values), differs=differs)
        return replace(_figures(ask, source, chosen, edition, values), differs=differs)


def _events(  # noqa: PLR0913, PLR0917  what one run of a feed has brought
    ask: Ask,
    source: JsonHttp,
    rows: Sequence[Any],
    gone: Sequence[tuple[str, Any]],
    contents: Sequence[Any],
    edition: str,
    values: Mapping[str, str],
) -> Readings:
    narrowing = RowFilter(_filters(source, values), blank_counts=True)
    found = events_of(ask, source, rows, gone, contents, edition, lambda row: _counts(source, row, narrowing))
    narrowing.check()
    return replace(found, dropped=narrowing.dropped)


def _figures(ask: Ask, source: JsonHttp, rows: Sequence[Any], edition: str, values: Mapping[str, str]) -> Readings:
    if (rule := source.figure) is None:
        raise UnusableAnswer("unparseable", "the source says nowhere in a row where a figure stands")
    narrowing, gathering = RowFilter(_filters(source, values)), FigureReader(ask, rule.scale, edition)
    for row in rows:
        if _counts(source, row, narrowing):
            _add(gathering, ask, rule, row, values)
    narrowing.check()
    return Readings(edition, figures=gathering.figures(), dropped=(*narrowing.dropped, *gathering.dropped))


def _of(url: str | None, values: Mapping[str, str]) -> Any:
    if url is None:
        return lambda _: False
    base = build_url(url, {}, values).partition("?")[0]
    return lambda asked: asked.partition("?")[0] == base


def _check_errors(source: JsonHttp, content: Any) -> None:
    for rule in source.errors:
        found = all_at(content, rule.at) if rule.at else []
        if found and (rule.is_ is None or any(_said(value) == rule.is_ for value in found)):
            words = _said(first_at(content, rule.says)) if rule.says else ""
            raise UnusableAnswer(
                rule.means, words.rstrip(".") or f"the answer is an error: {rule.at} is {_said(found[0]) or 'there'}"
            )


def _rows(content: Any, place: str) -> Iterator[Any]:
    """The rows of a page, possibly none. Raises UnusableAnswer for a page of another structure."""
    around = place.partition("[*]")[0].rstrip(".")
    if around and not all_at(content, around):
        raise UnusableAnswer("unparseable", f"nothing stands at {around} in the answer")
    if place.startswith("[*]") and not isinstance(content, list):
        raise UnusableAnswer("unparseable", "the answer is no list")
    return iter(all_at(content, place))


def _ids(rule: Deleted, contents: Sequence[Any]) -> list[tuple[str, Any]]:
    rows = [row for content in contents for row in _rows(content, rule.rows)]
    return [(_said(first_at(row, rule.id)), row) for row in rows]


def _filters(source: JsonHttp, values: Mapping[str, str]) -> Iterator[FieldFilter]:
    for place, wanted in source.where.items():
        yield FieldFilter(place, (fill_template(wanted, values),), source.spellings)


def _counts(source: JsonHttp, row: Any, narrowing: RowFilter) -> bool:
    said = []
    for place in source.where:
        if not (found := all_at(row, place)):
            raise UnusableAnswer("unparseable", f"a row has no {place}: {row_text(row)[:120]}")
        instead = source.where_blank.get(place)
        said.append(_said(found[0]) or (_said(first_at(row, instead)) if instead else ""))
    return narrowing.accepts(said)


def _add(gathering: FigureReader, ask: Ask, rule: FigureRow, row: Any, values: Mapping[str, str]) -> None:
    for place in filter(None, (rule.period, rule.value, rule.unit, rule.standard_error)):
        if not all_at(row, place):
            raise UnusableAnswer("unparseable", f"a row has no {place}: {row_text(row)[:120]}")
    expected = fill_template(rule.unit_is, values) if rule.unit_is else None
    value = first_at(row, rule.value)
    gathering.add(
        first_at(row, rule.period),
        value,
        row_text(row),
        unit=unit_of(first_at(row, rule.unit), expected, ask) if rule.unit and value is not None else None,
        error=first_at(row, rule.standard_error) if rule.standard_error else None,
        where=rule.value,
    )


def _said(value: Any) -> str:
    """A value as text; empty for null."""
    match value:
        case None | dict() | list():
            return ""
        case bool():
            return "true" if value else "false"
        case _:
            return stored(str(value), 500)
