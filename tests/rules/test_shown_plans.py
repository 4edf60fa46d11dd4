"""A plan as text: whoever reads what is shown has read everything that the plan says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rules.language.parameters import plan_of
from rules.language.reading import read
from rules.rendering.text import as_text
from tests.rules.language_docs import PAGES

ROOT = Path(__file__).parents[2]
PLANS = {file.parent.name: file.read_text(encoding="utf-8") for file in sorted((ROOT / "plans").rglob("plan.yaml"))}
PLANS |= {
    f"{file.stem}, {re.search(r'^plan: (.+)$', text, re.MULTILINE)[1]}": text  # type: ignore[index]  # each has one
    for file in PAGES
    for text in re.findall(r"^```yaml plan\n(.*?)^```$", file.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
}
"""Those that are shipped, and the examples of the language, which have every word of it."""
TOLD_OTHERWISE = {"accord", "kind", "opens", "from", "to", "date", "becomes", "as", "smallest", "when_suspended"}
"""Fields whose values stand in words of their own: an instant in the plan's zone, an opening as a sentence."""
NOT_FOR_READERS = {"hosts", "sources", "checks"}
"""How figures are fetched is told with the check, not address by address."""


def said(value: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    match value:
        case dict():
            for key, held in value.items():
                if key not in TOLD_OTHERWISE and not (not place and key in NOT_FOR_READERS):
                    yield from said(held, (*place, key))
        case list():
            for held in value:
                yield from said(held, place)
        case str():
            yield place, value.strip()
        case _:
            pass  # numbers and truths stand in sentences of their own


@pytest.mark.parametrize("text", PLANS.values(), ids=PLANS)
def test_everything_that_a_plan_says_is_shown(text: str) -> None:
    plan = plan_of(read(text), None)
    shown = as_text(plan)
    words = said(plan.model_dump(mode="json", by_alias=True, exclude_defaults=True), ())
    assert [place for place, word in words if word not in shown and word.replace("_", " ") not in shown] == []
