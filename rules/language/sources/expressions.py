"""Paths into a JSON answer, such as `[1][*].country.id`.

A path consists of names, indexes and `[*]` for every element. There are no conditions, wildcards of names or functions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, StringConstraints

from rules.language.sources.templates import fill_template

_STEP = re.compile(r"\[(?P<index>\d{1,6}|\*)\]|(?P<dot>\.?)(?P<name>[A-Za-z_@][\w@-]*|\{[a-z][a-z0-9_]*\})")


def _readable(text: str) -> str:
    _steps(text)
    return text


Expression = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), AfterValidator(_readable)]


def _steps(text: str) -> list[str | int | None]:
    """The steps of a path: names, indexes, and None for every element. Raises ValueError."""
    steps: list[str | int | None] = []
    end = 0
    while end < len(text):
        found = _STEP.match(text, end)
        if found is None or (found["name"] is not None and bool(found["dot"]) != bool(steps)):
            raise ValueError(
                f"{text!r} is no place in an answer (from character {end + 1}); "
                "write names with dots, [0] for an element and [*] for every one, for example [1][*].country.id"
            )
        if (index := found["index"]) is None:
            steps.append(found["name"])
        else:
            steps.append(None if index == "*" else int(index))
        end = found.end()
    return steps


def all_at(answer: Any, place: str, values: Mapping[str, str] | None = None) -> list[Any]:
    """All values at a path; empty if the answer has another form."""
    held = [answer]
    for step in _steps(place):
        match step:
            case None:
                held = [item for value in held if isinstance(value, list) for item in value]
            case int():
                held = [value[step] for value in held if isinstance(value, list) and step < len(value)]
            case str():
                name = fill_template(step, values or {})
                held = [value[name] for value in held if isinstance(value, dict) and name in value]
    return held


def first_at(answer: Any, place: str, values: Mapping[str, str] | None = None) -> Any:
    """The first value at a path, or None."""
    return next(iter(all_at(answer, place, values)), None)
