"""The adapter `table-url`: a table in CSV or a workbook, with rows by area and optionally columns by year."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from rules.field_types import did_you_mean
from rules.language.sources import TableUrl
from rules.language.sources.templates import fill_template
from rules.vocabulary.readings import NoReading, Readings
from workflows.sources.adapter import Ask
from workflows.sources.answers import Answer, Progress
from workflows.sources.editions import edition_of, split_answers
from workflows.sources.egress import Egress
from workflows.sources.figures import FigureReader, UnusableAnswer, read_or_reason, unit_of, with_schema_changes
from workflows.sources.numbers import Separators
from workflows.sources.row_filter import FieldFilter, RowFilter
from workflows.sources.rows import Row, normalize, row_as_text, rows_of_csv, said
from workflows.sources.schema_changes import schema_changes
from workflows.sources.url_template import build_url, values_of
from workflows.sources.workbook import rows_of_workbook
from workflows.sources.zip_archive import extract

_YEAR = r"(?P<year>\d{4})(?:\.0)?"
_LOOKED_FOR = 200
"""Limit of rows in which the header is searched."""


class TableUrlAdapter:
    name: Final = "table-url"
    version: Final = "1"

    async def fetch(self, ask: Ask, egress: Egress, told: Progress) -> tuple[Answer, ...]:
        source, values = _source(ask), values_of(ask)
        answers = [await egress.get(build_url(source.url, {}, values), told, keep=source.headers())]
        if source.edition.url is not None:
            answers.append(await egress.get(build_url(source.edition.url, {}, values), told))
        return tuple(answers)

    def read(self, ask: Ask, answers: Sequence[Answer]) -> Readings | NoReading:
        source = _source(ask)
        return read_or_reason(source.title, lambda: _read(ask, source, answers))


def _source(ask: Ask) -> TableUrl:
    if not isinstance(ask.source, TableUrl):
        raise TypeError(f"{ask.source.adapter} is read by another adapter")
    return ask.source


def _read(ask: Ask, source: TableUrl, answers: Sequence[Answer]) -> Readings:
    values = values_of(ask)
    beside_at = build_url(source.edition.url, {}, values) if source.edition.url else None
    tables, beside = split_answers(answers, lambda url: url == beside_at)
    if not tables:
        raise UnusableAnswer("missing", "there is no answer")
    edition = edition_of(source.edition, values, tables, beside, None)
    body = extract(tables[0].body, source.format, fill_template(source.file, values) if source.file else None)
    sheet = fill_template(source.sheet, values) if source.sheet else None
    rows = rows_of_csv(body) if source.format == "csv" else rows_of_workbook(body, sheet)
    columns = _columns(source, rows, values)
    differs = schema_changes(source.known_fields, columns.written, "column")
    with with_schema_changes(differs):
        return replace(_figures(ask, _Table(source, values, columns), rows, edition), differs=differs)


def _figures(ask: Ask, table: _Table, rows: Iterator[Row], edition: str) -> Readings:
    source = table.source
    gathering, narrowing = FigureReader(ask, source.scale, edition, _separators(source)), RowFilter(table.filters())
    places = table.places()
    for row in rows:
        if any(row) and narrowing.accepts([said(_cell(row, place)) for place in places]):
            unit, text = unit_of(*table.unit(row), ask), row_as_text(row)
            for covered, figure, error, where in table.figures(row):
                gathering.add(covered, figure, text, unit=unit, error=error, where=where)
    narrowing.check()
    return Readings(edition, figures=gathering.figures(), dropped=(*narrowing.dropped, *gathering.dropped))


def _separators(source: TableUrl) -> Separators:
    return Separators(source.numbers.decimal, source.numbers.thousands) if source.numbers else Separators()


@dataclass(frozen=True, slots=True)
class _Columns:
    """The index of each named column."""

    named: Mapping[str, int]
    written: tuple[str, ...]

    def place(self, name: str) -> int:
        if (place := self.named.get(normalize(name))) is None:
            raise UnusableAnswer(
                "unparseable", f"the table has no column {name!r}; {did_you_mean(normalize(name), self.named)}"
            )
        return place

    def cell(self, row: Row, name: str) -> object:
        return _cell(row, self.place(name))

    def of_years(self, pattern: str) -> list[tuple[str, int]]:
        """The year columns, with their year."""
        before, _, after = (re.escape(part) for part in normalize(pattern).partition("{year}"))
        named = re.compile(f"{before}{_YEAR}{after}")
        found = [(match["year"], place) for name, place in self.named.items() if (match := named.fullmatch(name))]
        if not found:
            raise UnusableAnswer("unparseable", f"the table has no column like {pattern!r}")
        return found


def _columns(source: TableUrl, rows: Iterator[Row], values: Mapping[str, str]) -> _Columns:
    """Consumes rows up to the header. Raises UnusableAnswer."""
    wanted = normalize(fill_template(source.header.cell, values)) if source.header.cell else None
    for count, row in enumerate(rows, start=1):
        if count == source.header.row or (wanted is not None and any(normalize(said(cell)) == wanted for cell in row)):
            return _named(row)
        if count > _LOOKED_FOR:
            break
    where = (
        f"no cell of the first {_LOOKED_FOR} rows says {source.header.cell!r}" if wanted else "the table ends before its header"
    )
    raise UnusableAnswer("unparseable", where)


def _named(row: Row) -> _Columns:
    named: dict[str, int] = {}
    for place, cell in enumerate(row):
        name = normalize(said(cell))
        if name and named.setdefault(name, place) != place:
            raise UnusableAnswer("unparseable", f"two columns are called {said(cell)[:60]!r}")
    return _Columns(named, tuple(said(cell) for cell in row))


@dataclass(frozen=True, slots=True)
class _Table:
    """A source with its parameters and the column indexes of this answer."""

    source: TableUrl
    values: Mapping[str, str]
    columns: _Columns

    def filters(self) -> Iterator[FieldFilter]:
        """The filters of a query: area and others. Totals have no area."""
        area, spellings = self.source.area, self.source.spellings
        wanted = self._fill(area.is_)
        if area.codes and wanted not in area.codes:
            raise UnusableAnswer("missing", f"the source has no name for {wanted}; {did_you_mean(wanted, area.codes)}")
        names = area.codes[wanted] if area.codes else (wanted,)
        asked = [(area.column, names), *((column, (self._fill(what),)) for column, what in self.source.where.items())]
        for column, found in asked:
            self.columns.place(self._fill(column))
            yield FieldFilter(self._fill(column), found, spellings)

    def places(self) -> list[int]:
        """The columns of the filters."""
        return [self.columns.place(self._fill(column)) for column in (self.source.area.column, *self.source.where)]

    def unit(self, row: Row) -> tuple[str | None, str | None]:
        """The unit in a row, and the expected one."""
        if (rule := self.source.unit) is None:
            return None, None
        return self._said(row, rule.column), self._fill(rule.is_) if rule.is_ else None

    def figures(self, row: Row) -> Iterator[tuple[object, object, object, str]]:
        """Period, figure, standard error and column name of each figure in a row."""
        years, spread = self.source.years, self.source.standard_error
        if years.column is not None and self.source.value is not None:
            value = self._fill(self.source.value)
            error = self.columns.cell(row, self._fill(spread)) if spread else None
            yield self._said(row, years.column), self.columns.cell(row, value), error, value
            return
        pattern = self._fill(years.columns or "")
        errors = dict(self.columns.of_years(self._fill(spread))) if spread else {}
        for year, place in self.columns.of_years(pattern):
            error = _cell(row, errors[year]) if year in errors else None
            yield year, _cell(row, place), error, pattern.replace("{year}", year)

    def _said(self, row: Row, column: str) -> str:
        return said(self.columns.cell(row, self._fill(column)))

    def _fill(self, text: str) -> str:
        return fill_template(text, self.values)


def _cell(row: Row, place: int) -> object:
    return row[place] if place < len(row) else None
