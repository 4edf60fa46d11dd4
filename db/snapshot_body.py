"""A folded program as bytes, and read from them: one line for each field, and for each few hundred values of a mapping.

The plan is not among them: it is read from its text, as in folding. Lines are short so that others have their turn between two.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, fields
from itertools import islice
from typing import Any, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter

from rules.language.parameters import recorded_plan
from rules.program import Program

Part = tuple[str, Any]
"""A field, and its value or some pairs of it."""

UNREADABLE = (ValueError, KeyError, TypeError, zlib.error)
"""What is raised for bytes that are no snapshot."""

CHUNK_VALUES = 100
"""Values of a mapping in a line. Evidence takes eight millionths of a second each to be read."""


def lines(program: Program) -> Iterator[bytes]:
    """The lines of a program, in no particular order of its fields."""
    for name, adapter in _FIELDS.items():
        value = getattr(program, name)
        if value == _DEFAULTS.get(name, MISSING):
            continue
        for some in _chunks(value.items()) if name in _MAPPINGS else (value,):
            yield name.encode() + b" " + adapter.dump_json(some, by_alias=True) + b"\n"


def parts_of(text: bytes) -> Iterator[Part]:
    """What the lines say. Raises one of UNREADABLE for what is no such line."""
    for line in text.splitlines():
        name, _, value = line.partition(b" ")
        field = name.decode()
        yield field, _FIELDS[field].validate_json(value)


def program_of(parts: Iterable[Part]) -> Program:
    """The program that the parts of all its lines make. Raises one of UNREADABLE where some are missing."""
    values: dict[str, Any] = {}
    for name, value in parts:
        if name in _MAPPINGS:
            values.setdefault(name, {}).update(value)
        else:
            values[name] = value
    version = values["version"]
    return Program(plan=recorded_plan(version.document, version.parameters), **values)


def program_in(body: bytes) -> Program:
    """The program in the compressed lines of a snapshot. Raises one of UNREADABLE."""
    return program_of(parts_of(zlib.decompress(body)))


def _chunks(pairs: Iterable[tuple[Any, Any]]) -> Iterator[tuple[tuple[Any, Any], ...]]:
    rest = iter(pairs)
    while some := tuple(islice(rest, CHUNK_VALUES)):
        yield some


def _is_mapping(kind: Any) -> bool:
    return get_origin(kind) is Mapping


def _adapter(kind: Any) -> TypeAdapter[Any]:
    # As pairs: a key may be of several words, which an object of JSON does not have.
    form: Any = tuple[tuple[get_args(kind)], ...] if _is_mapping(kind) else kind  # type: ignore[misc]
    return TypeAdapter(form)


_KINDS = {name: kind for name, kind in get_type_hints(Program).items() if name != "plan"}
_MAPPINGS = {name for name, kind in _KINDS.items() if _is_mapping(kind)}
_FIELDS = {name: _adapter(kind) for name, kind in _KINDS.items()}
_DEFAULTS = {
    field.name: field.default if field.default is not MISSING else {}
    for field in fields(Program)
    if field.default is not MISSING or field.default_factory is not MISSING
}
