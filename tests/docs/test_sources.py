"""The page on sources: every ready source is in its table, and the adapter that it shows works."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rules.vocabulary.readings import Readings
from tests.docs.reading import ROOT, blocks, rows, section
from tests.workflows.sources.producers import Producers, Served, asked, playing
from tests.workflows.sources.ready import plan

PAGE = ROOT / "docs" / "reference" / "sources.md"


def test_every_ready_source_has_its_row() -> None:
    named = {row[0].strip("`") for row in rows(section(PAGE, "## Ready sources"))}
    assert named == {file.stem for file in (ROOT / "plans" / "sources").glob("*.yaml")}


def test_the_page_says_when_each_was_last_compared() -> None:
    """A description is as old as its last look at the producer's own documentation."""
    told = {row[0].strip("`"): row[-1] for row in rows(section(PAGE, "## Ready sources"))}
    compared = {name: {str(source.compared_on) for source in plan(name).sources.values()} for name in told}
    assert {name: {day} for name, day in told.items()} == compared


async def test_the_adapter_that_is_shown_reads_a_figure() -> None:
    """An example that does not run teaches what does not work."""
    (shown,) = [block.text for block in blocks(PAGE) if block.language == "python"]
    scope: dict[str, Any] = {}
    exec(shown, scope)  # noqa: S102  the page's own example
    adapter = scope["BulletinAdapter"]()
    source = {"adapter": "bulletin", "settings": {"url": "https://data.example.test/bulletin"}}
    ask = asked(source, values={"year": "2025"}, unit="bcm")
    async with playing() as producers:
        assert isinstance(producers, Producers)
        producers.answers["data.example.test/bulletin"] = Served("2024=18\n2025=17\n")
        readings = adapter.read(ask, await adapter.fetch(ask, producers.line("data.example.test"), lambda _: None))
    assert isinstance(readings, Readings)
    assert readings.figures[0].value == Decimal(17)
