"""The ready-made sources, as parts of a plan."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from rules.language.plan import Plan
from rules.language.reading import ParsedDocument, parse_document, validate
from workflows.sources.adapter import Ask

FOLDER = Path(__file__).parents[3] / "plans" / "sources"
AROUND = {
    "accord": 1,
    "plan": "around",
    "title": "A plan around ready sources",
    "source": "made up",
    "time_zone": "Asia/Baghdad",
    "parties": {"north": {"name": "North"}},
    "phases": {"one": {"title": "One"}},
}


def text(name: str) -> ParsedDocument:
    """What stands in one file."""
    return parse_document((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


@cache
def plan(name: str) -> Plan:
    """A plan with the hosts, sources and checks of one file, read as every plan is."""
    document = text(name)
    return validate(Plan, ParsedDocument(document.text, AROUND | document.data, document.positions))


def ask(name: str, check: str, unit: str | None = None, today: str = "2026-07-14", **values: str) -> Ask:
    """A check of a file, with other values for some of its placeholders."""
    found = plan(name)
    rule = found.checks[check]
    rule = rule.model_copy(update={"with_": rule.with_ | values})
    return Ask(found.sources[rule.source], rule, date.fromisoformat(today), unit=unit)
