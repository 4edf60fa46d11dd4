"""Decision records have one form and count without a gap; every dependency has its reason."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.docs.reading import ROOT, rows, section

RECORDS = sorted((ROOT / "docs" / "explanation" / "decisions").glob("[0-9]*.md"))
DEPENDENCIES = ROOT / "docs" / "explanation" / "decisions" / "0014-dependencies.md"
PARTS = ("**Context.**", "**Measured.**", "**Choice.**", "**What would change our mind.**")
PATH = re.compile(r"`((?:rules|db|workflows|api|cli|logs|telemetry|observability|plans|alembic|tests|docs|docker)/[\w./-]*)`")


def test_records_are_numbered_one_by_one() -> None:
    numbers = [int(path.name[:4]) for path in RECORDS]
    assert numbers == list(range(1, len(RECORDS) + 1))
    assert all(path.read_text().startswith(f"# {number}. ") for number, path in enumerate(RECORDS, start=1))


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_a_record_says_what_would_change_our_mind(path: Path) -> None:
    text = path.read_text()
    places = [text.find(part) for part in PARTS]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize(("heading", "group"), [("## To run", "run"), ("## To develop", "develop")])
def test_every_dependency_has_its_reason(heading: str, group: str) -> None:
    """What nobody can say the reason of is never taken out again."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = project["project"]["dependencies"] if group == "run" else project["dependency-groups"]["dev"]
    table = rows(section(DEPENDENCIES, heading))
    assert {row[0].strip("`") for row in table} == {re.split(r"[\[<>=~! ]", dependency)[0] for dependency in wanted}
    assert all(row[1] for row in table)


def test_files_that_are_named_are_there() -> None:
    """A file that was renamed would be looked for in vain."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    named = [(page, path) for page in pages for path in PATH.findall(page.read_text())]
    assert [f"{page.name}: {path}" for page, path in named if not (ROOT / path).exists()] == []
