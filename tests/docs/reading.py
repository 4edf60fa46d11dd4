"""What stands in our documents: fenced blocks, and the rows of tables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(\w*)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block; `mark` is what stands after its language."""

    language: str
    mark: str
    text: str


def blocks(file: Path) -> list[Block]:
    return [Block(language, mark.strip(), text) for language, mark, text in FENCE.findall(file.read_text())]


def section(file: Path, heading: str) -> str:
    """The text below a heading, up to the next of the same level. Raises LookupError."""
    level = heading.partition(" ")[0]
    found = re.search(rf"^{re.escape(heading)}\n(.*?)(?=^{level} |\Z)", file.read_text(), re.MULTILINE | re.DOTALL)
    if found is None:
        raise LookupError(f"{file.name} has no heading {heading}")
    return found[1]


def rows(text: str) -> list[list[str]]:
    """The cells of the tables in a text, without heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("| "))] for line in lines]
    rules = {number for number, row in enumerate(cells) if set("".join(row)) <= set("-: ")}
    return [row for number, row in enumerate(cells) if number not in rules and number + 1 not in rules]
