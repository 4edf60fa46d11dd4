"""Rows of a sheet of an XLSX workbook, whose archive is checked before it is opened."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence

from rules.field_types import did_you_mean
from workflows.sources.rows import Row, check_row, normalize
from workflows.sources.strict_json import UnreadableAnswer
from workflows.sources.strict_workbook import is_strict, to_transitional

MOST_PARTS = 1_000
LARGEST_UNPACKED = 100 * 2**20
LARGEST_DENSITY = 200
"""Highest accepted compression ratio; sheets of figures are far below."""
_YEAR = re.escape("{year}")
"""Placeholder for any year in a sheet name; the latest sheet is used."""


def rows_of_workbook(body: bytes, sheet: str | None) -> Iterator[Row]:
    """Yields the rows of a sheet lazily. Raises UnreadableAnswer, also during iteration."""
    from openpyxl import load_workbook  # noqa: PLC0415  a worker starts without it: most never read a workbook

    _check_archive(body)
    try:
        book = load_workbook(_to_transitional(body), read_only=True, data_only=True, keep_links=False)
        table = book[_choose_sheet(book.sheetnames, sheet)]
        table.reset_dimensions()  # the declared size in an archive is not reliable
        for count, row in enumerate(table.iter_rows(values_only=True), start=1):
            yield check_row(tuple(row), count)
    except UnreadableAnswer:
        raise
    except Exception as fault:  # noqa: BLE001  the library raises what it pleases for a workbook that is none
        raise UnreadableAnswer(f"the workbook cannot be read ({type(fault).__name__})") from None


def _to_transitional(body: bytes) -> io.BytesIO:
    with zipfile.ZipFile(io.BytesIO(body)) as folder:
        return to_transitional(folder) if is_strict(folder) else io.BytesIO(body)


def _choose_sheet(names: Sequence[str], sheet: str | None) -> str:
    if not names:
        raise UnreadableAnswer("the workbook has no sheet")
    if sheet is None:
        return names[0]
    named = re.compile(re.escape(normalize(sheet)).replace(_YEAR, "([0-9]{4})"))
    found = [(match.groups(), name) for name in names if (match := named.fullmatch(normalize(name)))]
    if not found:
        raise UnreadableAnswer(f"the workbook has no sheet {sheet!r}; {did_you_mean(sheet, names)}")
    return max(found)[1]


def _check_archive(body: bytes) -> None:
    """Raises UnreadableAnswer for other files and for zip bombs."""
    if not body:
        raise UnreadableAnswer("the answer is empty")
    if body[:2] != b"PK":
        raise UnreadableAnswer("a workbook was asked for, and the answer is none")
    if body.count(b"PK\x01\x02") > MOST_PARTS:
        raise UnreadableAnswer(f"the workbook has more than {MOST_PARTS:,} parts")
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as folder:
            left = min(LARGEST_UNPACKED, LARGEST_DENSITY * len(body))
            for part in folder.infolist():
                left = _check_part(folder, part, left)
    except UnreadableAnswer:
        raise
    except Exception:  # noqa: BLE001  zipfile raises what its parts raise for a file that is broken
        raise UnreadableAnswer("a workbook was asked for, and the answer is a broken one") from None


def _check_part(folder: zipfile.ZipFile, part: zipfile.ZipInfo, left: int) -> int:
    """The remaining budget after decompressing a part; counted, since declared sizes are not reliable."""
    tail = b""
    with folder.open(part) as packed:
        while chunk := packed.read(2**16):
            left -= len(chunk)
            if left < 0:
                raise UnreadableAnswer("the workbook unpacks to more than is read of any")
            if b"<!DOCTYPE" in (seen := tail + chunk) or b"<!ENTITY" in seen:
                raise UnreadableAnswer("the workbook declares XML entities, which no producer's does")
            tail = chunk[-16:]
    return left
