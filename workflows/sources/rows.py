"""Rows of a table from CSV or a workbook, with limits on rows, columns and cells."""

from __future__ import annotations

import csv
import io
import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from typing import TypeAlias

from workflows.sources.strict_json import LONGEST_ROW, UnreadableAnswer, stored

Cell: TypeAlias = object
Row: TypeAlias = tuple[Cell, ...]

MOST_ROWS = 1_000_000
MOST_COLUMNS = 1_000
LONGEST_LINE = 500_000
LONGEST_CELL = 32_767
"""Limit of characters in a cell, that of workbooks."""

SEPARATORS = ",;\t"
_TELLING = 20_000
"""Bytes from which the delimiter is detected."""
_SPACES = re.compile(r"\s+")


def rows_of_csv(body: bytes) -> Iterator[Row]:
    """Yields rows of CSV lazily. Raises UnreadableAnswer, also during iteration.

    The delimiter is the most frequent of comma, semicolon and tab in the first lines.
    """
    start = body[:100].removeprefix(BOM_UTF8).lstrip()[:1]
    if not start:
        raise UnreadableAnswer("the answer is empty")
    if start == b"<":
        raise UnreadableAnswer("a table was asked for, and the answer is a page")
    if b"\0" in body:
        raise UnreadableAnswer("the answer is no CSV: it holds the character NUL")
    rows = csv.reader(
        _lines(io.TextIOWrapper(io.BytesIO(body), encoding="utf-8-sig", newline="")), strict=True, delimiter=_separator(body)
    )
    try:
        for count, row in enumerate(rows, start=1):
            yield check_row(tuple(row), count)
    except UnicodeDecodeError:
        raise UnreadableAnswer(f"the answer is not UTF-8 after line {rows.line_num}") from None
    except csv.Error as fault:
        raise UnreadableAnswer(f"the answer is no CSV in line {rows.line_num}: {fault}") from None


def _separator(body: bytes) -> str:
    begins = body[:_TELLING].decode("utf-8", "replace").splitlines()[:20]
    plain = re.sub(r'"[^"]*"', "", "\n".join(begins))
    return max(SEPARATORS, key=plain.count)


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            raise UnreadableAnswer(f"a line of the table has more than {LONGEST_LINE:,} characters")
        yield line


def check_row(row: Row, count: int) -> Row:
    """The row, if it is within the limits. Raises UnreadableAnswer."""
    if count > MOST_ROWS:
        raise UnreadableAnswer(f"the table has more than {MOST_ROWS:,} rows")
    if len(row) > MOST_COLUMNS:
        raise UnreadableAnswer(f"row {count} has more than {MOST_COLUMNS:,} columns")
    if any(isinstance(cell, str) and len(cell) > LONGEST_CELL for cell in row):
        raise UnreadableAnswer(f"a cell of row {count} has more than {LONGEST_CELL:,} characters")
    return row


def said(cell: Cell) -> str:
    """A cell as text; workbooks may store 2012 as 2012.0, which becomes 2012."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def normalize(text: str) -> str:
    """Normalizes a column name for comparison: spaces and case vary between years."""
    return _SPACES.sub(" ", text).strip().casefold()


def row_as_text(row: Row) -> str:
    """A row as a line of CSV."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([said(cell) if not isinstance(cell, float) else repr(cell) for cell in row])
    return stored(line.getvalue().rstrip(","), LONGEST_ROW) or "(an empty row)"
