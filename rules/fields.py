"""The valid field names at a place of a document, for messages about unknown fields."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from rules.field_types import did_you_mean

Shape: TypeAlias = dict[str, Any]

MOST_TOLD = 40


class Shapes:
    """A JSON Schema, resolved along the path of a value."""

    def __init__(self, root: Shape) -> None:
        """`root` holds the definitions that references point to."""
        self._root = root

    def unknown(self, path: Sequence[int | str], data: Any, start: Shape | None = None) -> str:
        """The message about an unknown field: `path` is its pydantic location, `data` the whole document."""
        here = list(self._alternatives(self._root if start is None else start))
        held = data
        for part in path[:-1]:
            here, held = self._within(here, held, part)
        name = str(path[-1])
        fields = self._fields(here, held, name)
        if not fields:
            return ""
        near = did_you_mean(name, fields)
        listed = f"fields here: {', '.join(fields[:MOST_TOLD])}"
        return f"{near} {listed}" if near.startswith("did you mean") else listed

    def _within(self, here: list[Shape], held: Any, part: int | str) -> tuple[list[Shape], Any]:
        inner = [found for shape in here for found in self._below(shape, part)]
        if inner:
            if isinstance(held, dict):
                return inner, held.get(part)
            known = isinstance(held, list) and isinstance(part, int) and part < len(held)
            return inner, held[part] if known else None
        tagged = [shape for shape in here if self._is_tagged(shape, part)]
        return tagged or here, held  # pydantic adds the tag of a union member, which is no part of the document's path

    def _below(self, shape: Shape, part: int | str) -> Iterator[Shape]:
        if isinstance(part, int):
            inner = shape.get("items")
        else:
            named = [shape.get("additionalProperties"), *shape.get("patternProperties", {}).values()]
            inner = shape.get("properties", {}).get(part) or next((one for one in named if isinstance(one, dict)), None)
        if isinstance(inner, dict):
            yield from self._alternatives(inner)

    def _alternatives(self, shape: Shape) -> Iterator[Shape]:
        if (reference := shape.get("$ref")) is not None:
            found: Any = self._root
            for step in str(reference).removeprefix("#/").split("/"):
                found = found[step]
            yield from self._alternatives(found)
        elif choices := [*shape.get("anyOf", ()), *shape.get("oneOf", ()), *shape.get("allOf", ())]:
            for choice in choices:
                yield from self._alternatives(choice)
        else:
            yield shape

    @staticmethod
    def _is_tagged(shape: Shape, tag: int | str) -> bool:
        return any(tag in (held.get("const"), *held.get("enum", ())) for held in shape.get("properties", {}).values())

    @staticmethod
    def _fields(here: list[Shape], held: Any, name: str) -> list[str]:
        """The fields of the shape most likely meant: the one with most of the given fields."""
        given = set(held) - {name} if isinstance(held, dict) else set()

        def fit(shape: Shape) -> int:
            fields = shape.get("properties", {})
            contrary = sum(held[key] != fields[key]["const"] for key in given & fields.keys() if "const" in fields[key])
            return len(given & fields.keys()) - 100 * int(contrary)

        found = max((shape for shape in here if shape.get("properties")), key=fit, default=None)
        return list(found["properties"]) if found else []
