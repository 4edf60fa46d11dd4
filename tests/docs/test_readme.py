"""What the README and the other pages name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli import run
from cli.home import Home
from tests.docs.reading import ROOT, blocks

README = ROOT / "README.md"


def test_what_make_is_told_is_there() -> None:
    """`make run` and `make demo` would make the environment anew, so they are only looked at."""
    console = "".join(block.text for block in blocks(README) if block.language == "console")
    named = re.findall(r"^\$ make (\w+)$", console, re.MULTILINE)
    makefile = (ROOT / "Makefile").read_text()
    assert named == ["run", "demo"]
    assert [name for name in named if f"exec $(BIN)/accord {name}" not in makefile] == []


def test_the_welcome_is_the_one_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = Home(tmp_path)
    run._announce(home, run.Ports(8000, 7233), run.ExternalServers(), print)  # noqa: SLF001  it is what it says
    said = capsys.readouterr().out.replace(str(tmp_path), ".accord")
    assert said.strip() in README.read_text()


def test_what_is_linked_is_there() -> None:
    """A page that was moved leaves a link behind."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "plans").rglob("*.md")]
    links = [(page, link) for page in pages for link in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text())]
    assert [f"{page.relative_to(ROOT)}: {link}" for page, link in links if not (page.parent / link).exists()] == []


def test_the_heading_that_is_linked_is_there() -> None:
    """So does a heading that was reworded."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "plans").rglob("*.md")]
    links = [(page, *link) for page in pages for link in re.findall(r"\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)", page.read_text())]
    astray = [
        f"{page.relative_to(ROOT)}: {file}#{heading}"
        for page, file, heading in links
        if heading not in headings((page.parent / file) if file else page)
    ]
    assert astray == []


def headings(page: Path) -> set[str]:
    """The headings of a page as links name them: small, without marks, hyphens for blanks."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
