"""The adapter `table-url`: a table in CSV or a workbook, whose rows stand for areas and whose columns may stand for years."""

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
from workflows.sources.answers import Answer, Told
from workflows.sources.editions import apart, edition_of
from workflows.sources.egress import Egress
from workflows.sources.figures import FigureReader, UnusableRow, differing, read_or_why, unit_of
from workflows.sources.numbers import Separators
from workflows.sources.row_filter import Filter, RowFilter
from workflows.sources.rows import Row, alike, row_as_text, rows_of_csv, said
from workflows.sources.schema_changes import difference
from workflows.sources.url_template import addressed, values_of
from workflows.sources.workbook import rows_of_workbook
from workflows.sources.zip_archive import taken_out

_YEAR = r"(?P<year>\d{4})(?:\.0)?"
_LOOKED_FOR = 200
"""Rows in which the names of the columns are looked for."""


class TableUrlAdapter:
    name: Final = "table-url"
    version: Final = "1"

    async def fetch(self, ask: Ask, line: Egress, told: Told) -> tuple[Answer, ...]:
        source, values = _source(ask), values_of(ask)
        answers = [await line.get(addressed(source.url, {}, values), told, keep=source.headers())]
        if source.edition.url is not None:
            answers.append(await line.get(addressed(source.edition.url, {}, values), told))
        return tuple(answers)

    def read(self, ask: Ask, answers: Sequence[Answer]) -> Readings | NoReading:
        source = _source(ask)
        return read_or_why(source.title, lambda: _read(ask, source, answers))


def _source(ask: Ask) -> TableUrl:
    if not isinstance(ask.source, TableUrl):
        raise TypeError(f"{ask.source.adapter} is read by another adapter")
    return ask.source


def _read(ask: Ask, source: TableUrl, answers: Sequence[Answer]) -> Readings:
    values = values_of(ask)
    beside_at = addressed(source.edition.url, {}, values) if source.edition.url else None
    tables, beside = apart(answers, lambda url: url == beside_at)
    if not tables:
        raise UnusableRow("missing", "there is no answer")
    edition = edition_of(source.edition, values, tables, beside, None)
    body = taken_out(tables[0].body, source.format, fill_template(source.file, values) if source.file else None)
    sheet = fill_template(source.sheet, values) if source.sheet else None
    rows = rows_of_csv(body) if source.format == "csv" else rows_of_workbook(body, sheet)
    columns = _columns(source, rows, values)
    differs = difference(source.known_fields, columns.written, "column")
    with differing(differs):
        return replace(_figures(ask, _Table(source, values, columns), rows, edition), differs=differs)


def _figures(ask: Ask, table: _Table, rows: Iterator[Row], edition: str) -> Readings:
    source = table.source
    gathering, narrowing = FigureReader(ask, source.scale, edition, _separators(source)), RowFilter(table.filters())
    places = table.places()
    for row in rows:
        if any(row) and narrowing.lets_through([said(_cell(row, place)) for place in places]):
            unit, text = unit_of(*table.unit(row), ask), row_as_text(row)
            for covered, figure, error, where in table.figures(row):
                gathering.add(covered, figure, text, unit=unit, error=error, where=where)
    narrowing.check()
    return Readings(edition, figures=gathering.figures(), dropped=(*narrowing.dropped, *gathering.dropped))


def _separators(source: TableUrl) -> Separators:
    return Separators(source.numbers.decimal, source.numbers.thousands) if source.numbers else Separators()


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where each named column stands."""

    named: Mapping[str, int]
    written: tuple[str, ...]

    def place(self, name: str) -> int:
        if (place := self.named.get(alike(name))) is None:
            raise UnusableRow("unparseable", f"the table has no column {name!r}; {did_you_mean(alike(name), self.named)}")
        return place

    def cell(self, row: Row, name: str) -> object:
        return _cell(row, self.place(name))

    def of_years(self, pattern: str) -> list[tuple[str, int]]:
        """The columns whose names hold a year, and the year."""
        before, _, after = (re.escape(part) for part in alike(pattern).partition("{year}"))
        named = re.compile(f"{before}{_YEAR}{after}")
        found = [(match["year"], place) for name, place in self.named.items() if (match := named.fullmatch(name))]
        if not found:
            raise UnusableRow("unparseable", f"the table has no column like {pattern!r}")
        return found


def _columns(source: TableUrl, rows: Iterator[Row], values: Mapping[str, str]) -> _Columns:
    """Takes rows up to the one with the names of the columns. Raises Unfit."""
    wanted = alike(fill_template(source.header.cell, values)) if source.header.cell else None
    for count, row in enumerate(rows, start=1):
        if count == source.header.row or (wanted is not None and any(alike(said(cell)) == wanted for cell in row)):
            return _named(row)
        if count > _LOOKED_FOR:
            break
    where = (
        f"no cell of the first {_LOOKED_FOR} rows says {source.header.cell!r}" if wanted else "the table ends before its header"
    )
    raise UnusableRow("unparseable", where)


def _named(row: Row) -> _Columns:
    named: dict[str, int] = {}
    for place, cell in enumerate(row):
        name = alike(said(cell))
        if name and named.setdefault(name, place) != place:
            raise UnusableRow("unparseable", f"two columns are called {said(cell)[:60]!r}")
    return _Columns(named, tuple(said(cell) for cell in row))


@dataclass(frozen=True, slots=True)
class _Table:
    """A source with the values of its placeholders, and where its columns stand in this answer."""

    source: TableUrl
    values: Mapping[str, str]
    columns: _Columns

    def filters(self) -> Iterator[Filter]:
        """Which rows count: those of the area that is asked for, and of what else is asked. Totals are of none."""
        area, spellings = self.source.area, self.source.spellings
        wanted = self._filled(area.is_)
        if area.codes and wanted not in area.codes:
            raise UnusableRow("missing", f"the source has no name for {wanted}; {did_you_mean(wanted, area.codes)}")
        names = area.codes[wanted] if area.codes else (wanted,)
        asked = [(area.column, names), *((column, (self._filled(what),)) for column, what in self.source.where.items())]
        for column, found in asked:
            self.columns.place(self._filled(column))
            yield Filter(self._filled(column), found, spellings)

    def places(self) -> list[int]:
        """Where in a row the filters look."""
        return [self.columns.place(self._filled(column)) for column in (self.source.area.column, *self.source.where)]

    def unit(self, row: Row) -> tuple[str | None, str | None]:
        """What the row says of its unit, and what it has to say."""
        if (rule := self.source.unit) is None:
            return None, None
        return self._said(row, rule.column), self._filled(rule.is_) if rule.is_ else None

    def figures(self, row: Row) -> Iterator[tuple[object, object, object, str]]:
        """Period, figure, standard error and the name of the column, for each figure of a row."""
        years, spread = self.source.years, self.source.standard_error
        if years.column is not None and self.source.value is not None:
            value = self._filled(self.source.value)
            error = self.columns.cell(row, self._filled(spread)) if spread else None
            yield self._said(row, years.column), self.columns.cell(row, value), error, value
            return
        pattern = self._filled(years.columns or "")
        errors = dict(self.columns.of_years(self._filled(spread))) if spread else {}
        for year, place in self.columns.of_years(pattern):
            error = _cell(row, errors[year]) if year in errors else None
            yield year, _cell(row, place), error, pattern.replace("{year}", year)

    def _said(self, row: Row, column: str) -> str:
        return said(self.columns.cell(row, self._filled(column)))

    def _filled(self, text: str) -> str:
        return fill_template(text, self.values)


def _cell(row: Row, place: int) -> object:
    return row[place] if place < len(row) else None
