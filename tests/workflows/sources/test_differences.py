"""Changed tables and services: the message names what is missing, what is new, and close matches."""

from __future__ import annotations

from typing import Any

from rules.vocabulary.readings import NoReading, Readings
from tests.workflows.sources.answers import wdi_page, wdi_row
from tests.workflows.sources.producers import asked
from tests.workflows.sources.ready import FOLDER, ask, plan
from tests.workflows.sources.test_hostile import TABLE
from tests.workflows.sources.test_reading import reading
from workflows.sources.schema_changes import schema_changes

KNOWN = TABLE | {"known_fields": ["Code", "Year", "Value", "Rank {year}"]}


def table(head: str) -> Readings | NoReading:
    return reading(asked(KNOWN), f"{head}\nIRQ,2020,1,7\n")


def test_a_column_that_is_read_and_gone_is_told_with_what_may_have_taken_its_place() -> None:
    found = table("ISO code,Year,Value,Rank 2025")
    assert isinstance(found, NoReading)
    assert found.kind == "unparseable"
    assert "the column 'Code' (perhaps 'ISO code') is gone; 'ISO code' is new" in found.sentence
    found = table("Code,Year,Values,Rank 2025")
    assert isinstance(found, NoReading)
    assert "the column 'Value' (perhaps 'Values') is gone; 'Values' is new" in found.sentence


def test_a_column_that_nobody_reads_is_told_beside_the_figures() -> None:
    found = table("Code,Year,Value,Quality")
    assert isinstance(found, Readings)
    assert found.differs == "the column 'Rank {year}' is gone; 'Quality' is new"


def test_a_column_of_another_year_is_no_difference() -> None:
    found = table("Code,Year,Value,Rank 2026")
    assert isinstance(found, Readings)
    assert found.differs == ""


def test_a_source_that_says_nothing_of_its_fields_has_no_differences() -> None:
    assert schema_changes((), ["anything"], "column") == ""


def test_fields_of_json_are_told_by_their_places() -> None:
    row: dict[str, Any] = wdi_row("2021", 42.8)
    row["period"] = row.pop("date")
    found = reading(ask("worldbank-wdi", "oil_rents"), wdi_page([row]))
    assert isinstance(found, NoReading)
    assert "a row has no date" in found.sentence
    assert "the field 'date' is gone; 'period' is new" in found.sentence
    found = reading(ask("worldbank-wdi", "oil_rents"), wdi_page([wdi_row("2021", 42.8)]))
    assert isinstance(found, Readings)
    assert found.differs == ""


def test_every_ready_source_says_what_its_answers_are_like_and_when_that_was_compared() -> None:
    for file in FOLDER.glob("*.yaml"):
        for source in plan(file.stem).sources.values():
            assert source.compared_on is not None, file.stem
            assert source.known_fields or source.adapter == "document", file.stem


def test_a_message_means_what_it_means_for_its_source_only() -> None:
    """The Bank answers 175 to a code of another of its sources as to one that it has deleted."""
    message = [{"message": [{"id": "175", "key": "Invalid format", "value": "The indicator was not found."}]}]
    for name, check in (("worldbank-wdi", "oil_rents"), ("worldbank-wgi", "control_of_corruption")):
        found = reading(ask(name, check), message)
        assert isinstance(found, NoReading)
        assert (found.kind, "The indicator was not found" in found.sentence) == ("refused", True)
