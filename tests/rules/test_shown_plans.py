"""A plan as text: whoever reads what is shown has read everything that the plan says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rules.drawing.text import as_text
from rules.language.parameters import plan_of
from rules.language.reading import read

ROOT = Path(__file__).parents[2]
PLANS = sorted((ROOT / "plans").rglob("plan.yaml"))
TOLD_OTHERWISE = {"accord", "kind", "opens", "from", "to", "date", "becomes", "as", "smallest"}
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


@pytest.mark.parametrize("file", PLANS, ids=lambda file: file.parent.name)
def test_everything_that_a_plan_says_is_shown(file: Path) -> None:
    plan = plan_of(read(file.read_text(encoding="utf-8")), None)
    text = as_text(plan)
    words = said(plan.model_dump(mode="json", by_alias=True, exclude_defaults=True), ())
    assert [place for place, word in words if word not in text and word.replace("_", " ") not in text] == []
