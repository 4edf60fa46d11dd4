"""Files of producers: strict workbooks, zip archives, errors, footnotes, and national number formats."""

from __future__ import annotations

import io
import re
import zipfile
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.vocabulary.readings import NoReading, Readings
from tests.workflows.sources.answers import workbook
from tests.workflows.sources.producers import asked
from tests.workflows.sources.ready import ask
from tests.workflows.sources.test_reading import reading
from workflows.sources.adapter import Ask
from workflows.sources.numbers import Separators

BOOK: dict[str, Any] = {
    "adapter": "table-url",
    "url": "https://data.example.test/series",
    "format": "xlsx",
    "area": {"column": "Code", "is": "IRQ"},
    "years": {"columns": "{year}"},
    "edition": {"label": "1"},
}
TABLE = BOOK | {"format": "csv", "years": {"column": "Year"}, "value": "Value"}
ROWS: list[list[Any]] = [["Code", "2022", "2023", "2024"], ["IRQ", 1.5, 2.5, 26]]
CPI: list[list[Any]] = [
    ["Scores of a made-up index"],
    [],
    [],
    [
        "Country / Territory",
        "ISO3",
        "Region",
        "CPI score 2025",
        "Rank 2025",
        "Standard error 2025",
        "CPI score 2024",
        "Standard error 2024",
    ],
    ["Northland", "NOR", "X", 31, 1, 4.5, 29, 4.25],
    ["Iraq", "IRQ", "MENA", 28, 2, 5.25, 26, 4.5],
]


def strict(book: bytes) -> bytes:
    """The same workbook as software writes it that saves in strict Office Open XML."""
    usual = re.compile(rb"http://schemas\.openxmlformats\.org/(spreadsheetml|officeDocument|drawingml)/2006/")
    with zipfile.ZipFile(io.BytesIO(book)) as folder:
        parts = {name: usual.sub(rb"http://purl.oclc.org/ooxml/\1/", folder.read(name)) for name in folder.namelist()}
    return zipped(parts)


def zipped(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as folder:
        for name, content in parts.items():
            folder.writestr(name, content)
    return file.getvalue()


def values(found: Readings | NoReading) -> dict[str, str]:
    assert isinstance(found, Readings), found
    return {figure.period: f"{figure.value:f}" for figure in found.figures}


def told(found: Readings | NoReading) -> str:
    assert isinstance(found, NoReading), found
    return f"{found.kind}: {found.sentence}"


def dropped(found: Readings | NoReading) -> list[str]:
    assert isinstance(found, Readings), found
    return [one.why for one in found.dropped if "Code" not in one.why]


def cpi() -> Ask:
    return ask("transparency-cpi", "cpi", "points of 100")


class TestAWorkbookInStrictForm:
    def test_is_read_as_one_in_the_usual_form(self) -> None:
        """The producer has published so since 2026."""
        usual = workbook(**{"CPI Timeseries 2012 - 2025": CPI})
        for book in (usual, strict(usual)):
            found = reading(cpi(), book)
            assert values(found) == {"2024": "26", "2025": "28"}
            assert isinstance(found, Readings)
            assert [figure.standard_error for figure in found.figures] == [Decimal("4.5"), Decimal("5.25")]

    def test_is_read_in_a_zip(self) -> None:
        book = strict(workbook(**{"CPI Timeseries 2012 - 2025": CPI}))
        assert values(reading(cpi(), zipped({"Results/CPI2025.xlsx": book, "Results/method.pdf": b"%PDF"}))) == {
            "2024": "26",
            "2025": "28",
        }

    def test_with_tags_across_the_pieces_in_which_it_is_copied(self) -> None:
        rows = [
            ["Code", *(str(year) for year in range(2000, 2025))],
            *([f"N{n}", *range(25)] for n in range(4_000)),
            ["IRQ", *range(25)],
        ]
        assert values(reading(asked(BOOK), strict(workbook(Sheet=rows))))["2024"] == "24"


class TestASheet:
    def test_is_found_in_the_year_that_its_name_has(self) -> None:
        source = BOOK | {"sheet": "Data 2012 - {year}"}
        books: dict[str, list[list[Any]]] = {
            "Notes": [["none"]],
            "Data 2012 - 2023": [["Code", "2023"], ["IRQ", 1]],
            "Data 2012 - 2024": ROWS,
        }
        assert values(reading(asked(source), workbook(**books)))["2024"] == "26"

    def test_that_is_not_there_is_told_with_those_that_are(self) -> None:
        said = told(reading(asked(BOOK | {"sheet": "Data {year}"}), workbook(Figures=ROWS)))
        assert said.startswith("unparseable: Source: the workbook has no sheet 'Data {year}'; known here: Figures")

    def test_without_anything_on_it_is_told(self) -> None:
        assert "the table ends before its header" in told(reading(asked(BOOK), workbook(Empty=[])))


class TestACell:
    @pytest.mark.parametrize("cell", ["#N/A", "..", "…", "\u2013", "n/a", ":", ": c", "-", "n.a.", "", None, "No data"])
    def test_in_which_nothing_stands_is_missing_and_the_others_are_read(self, cell: object) -> None:
        assert values(reading(asked(BOOK), workbook(S=[ROWS[0], ["IRQ", 1.5, 2.5, cell]]))) == {"2022": "1.5", "2023": "2.5"}

    @pytest.mark.parametrize("cell", ["#REF!", "#VALUE!", "#DIV/0!"])
    def test_that_is_an_error_is_told_and_the_others_are_read(self, cell: str) -> None:
        found = reading(asked(BOOK), workbook(S=[ROWS[0], ["IRQ", 1.5, 2.5, cell]]))
        assert values(found) == {"2022": "1.5", "2023": "2.5"}
        assert dropped(found) == [f"in which 2024 is the error {cell}"]

    def test_that_is_spoilt_does_not_fell_the_others(self) -> None:
        found = reading(asked(BOOK), workbook(S=[ROWS[0], ["IRQ", 1.5, "see note", 26]]))
        assert values(found) == {"2022": "1.5", "2024": "26"}
        assert dropped(found) == ["in which 'see note' in 2023 is no number"]

    def test_that_is_spoilt_alone_is_told(self) -> None:
        assert "unparseable: Source: 'see note' in 2024 is no number" in told(
            reading(asked(BOOK), workbook(S=[["Code", "2024"], ["IRQ", "see note"]]))
        )

    def test_that_cannot_be_does_fell_them(self) -> None:
        """What went wrong in one row may have gone wrong in all."""
        found = reading(asked(BOOK, at_least=0), workbook(S=[ROWS[0], ["IRQ", 1.5, -2.5, 26]]))
        assert told(found).startswith("implausible")

    @pytest.mark.parametrize("cell", ["26*", "26 *", "26 (a)", "26[1]", "26¹", "26 e", "26†"])
    def test_with_a_footnote_is_read(self, cell: str) -> None:
        assert values(reading(asked(BOOK), workbook(S=[["Code", "2024"], ["IRQ", cell]]))) == {"2024": "26"}

    @pytest.mark.parametrize("cell", ["26 of 30", "(26)", "26%", "2 6", "26e", "26 - 28"])
    def test_that_says_more_than_a_number_is_none(self, cell: str) -> None:
        assert "is no number" in told(reading(asked(BOOK), workbook(S=[["Code", "2024"], ["IRQ", cell]])))


class TestSeparators:
    @pytest.mark.parametrize(
        ("numbers", "written", "value"),
        [
            ({"thousands": ","}, "1,234,567.5", "1234567.5"),
            ({"thousands": ".", "decimal": ","}, "1.234.567,5", "1234567.5"),
            ({"decimal": ","}, "17,37", "17.37"),
            ({"thousands": " ", "decimal": ","}, "12\u00a0345,6", "12345.6"),
            ({"thousands": "'"}, "12'345", "12345"),
            ({"thousands": ","}, "-17.5", "-17.5"),
        ],
    )
    def test_are_those_that_the_source_declares(self, numbers: dict[str, str], written: str, value: str) -> None:
        found = reading(asked(TABLE | {"numbers": numbers}), f'Code;Year;Value\nIRQ;2024;"{written}"\n')
        assert values(found) == {"2024": value}

    @pytest.mark.parametrize(
        ("numbers", "written"),
        [
            ({}, "1,234"),
            ({"decimal": ","}, "17.37"),
            ({"thousands": ","}, "1,23"),
            ({"thousands": ",", "decimal": "."}, "12,34,567"),
            ({"thousands": ".", "decimal": ","}, "17.5"),
        ],
    )
    def test_that_are_not_declared_make_no_number(self, numbers: dict[str, str], written: str) -> None:
        """1,234 is a thousand to some and one and a quarter to others."""
        found = reading(asked(TABLE | ({"numbers": numbers} if numbers else {})), f'Code;Year;Value\nIRQ;2024;"{written}"\n')
        assert "is no number; a source says how its numbers are written" in told(found)

    @given(st.integers(-(10**15), 10**15), st.integers(0, 999), st.sampled_from([",", ".", " ", "'"]))
    def test_give_the_number_back_that_was_written_with_them(self, whole: int, part: int, thousands: str) -> None:
        decimal = "," if thousands != "," else "."
        text = f"{whole:,}".replace(",", thousands) + f"{decimal}{part:03}"
        assert Separators(decimal, thousands).plain(text) == f"{whole}.{part:03}"


class TestCsv:
    @pytest.mark.parametrize("mark", [";", "\t", ","])
    @pytest.mark.parametrize("before", ["", "\ufeff"])
    def test_is_read_with_the_mark_that_it_has(self, mark: str, before: str) -> None:
        rows = [["Code", "Year", "Value"], ["IRQ", "2024", "17.5"], ["IRN", "2024", "9"]]
        assert values(reading(asked(TABLE), before + "\r\n".join(mark.join(row) for row in rows))) == {"2024": "17.5"}

    def test_is_read_in_a_zip(self) -> None:
        inside = {"data/figures.csv": b"Code,Year,Value\nIRQ,2024,17\n", "__MACOSX/figures.csv": b"", "readme.txt": b"x"}
        assert values(reading(asked(TABLE), zipped(inside))) == {"2024": "17"}

    def test_of_several_in_a_zip_is_the_one_that_the_source_names(self) -> None:
        inside = {"a.csv": b"Code,Year,Value\nIRQ,2024,1\n", "b.csv": b"Code,Year,Value\nIRQ,2024,2\n"}
        assert "several tables; say which by file: a.csv, b.csv" in told(reading(asked(TABLE), zipped(inside)))
        assert values(reading(asked(TABLE | {"file": "b.csv"}), zipped(inside))) == {"2024": "2"}
        assert "no file 'c.csv'; did you mean" in told(reading(asked(TABLE | {"file": "c.csv"}), zipped(inside)))

    def test_that_does_not_stay_small_in_a_zip_is_not_unpacked(self) -> None:
        bomb = zipped({"a.csv": b"Code,Year,Value\n" + b"IRQ,2024,1\n" * 6_000_000})
        assert "unpacks to more than" in told(reading(asked(TABLE), bomb))
