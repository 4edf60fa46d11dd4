"""Text templates with `{placeholders}`, filled with the values of a check and the day of a run."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, StringConstraints

from rules.field_types import Label, Name, normalize_text

Placeholders: TypeAlias = dict[Name, Label]

OF_THE_DAY = frozenset({"today", "this_year", "last_year", "since"})
"""Filled in by the day of the run; `since` lies the source's `look_back` before it."""
OF_A_COLUMN = frozenset({"year"})
"""Stands in the name of a column for the year of its figures."""

_BRACES = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


def _well_braced(text: str) -> str:
    for name in _BRACES.findall(text):
        if not _NAME.fullmatch(name):
            raise ValueError(f"{{{name}}} is no placeholder; write a name in braces, for example {{country}}")
    if "{" in _BRACES.sub("", text) or "}" in _BRACES.sub("", text):
        raise ValueError("a brace stands alone; a placeholder is a name in braces, for example {country}")
    return text


Template = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    AfterValidator(normalize_text),
    AfterValidator(_well_braced),
]


def placeholders_in(text: str) -> frozenset[str]:
    """The placeholder names, whose values a check must give."""
    return frozenset(_BRACES.findall(text)) - OF_THE_DAY - OF_A_COLUMN


def fill_template(text: str, values: Mapping[str, str], written: Callable[[str], str] = str) -> str:
    """The text with its placeholders filled; unknown ones stay."""
    return _BRACES.sub(lambda found: written(values[found[1]]) if found[1] in values else found[0], text)


def day_values(today: date, since: date) -> dict[str, str]:
    """The placeholder values that come from the day of a run."""
    years = {"this_year": str(today.year), "last_year": str(today.year - 1)}
    return {"today": today.isoformat(), "since": since.isoformat(), **years}
