"""Serialization of folded programs: one line for each field, and for each chunk of a mapping.

The plan is left out and parsed from its text, as in folding. Lines are short, so that the event loop can run between them.
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

FieldPart = tuple[str, Any]
"""A field with its value, or with a chunk of the pairs of a mapping."""

UNREADABLE = (ValueError, KeyError, TypeError, zlib.error)
"""Exceptions for bytes that are not a snapshot."""

CHUNK_VALUES = 100
"""Values of a mapping in one line. A piece of evidence takes 8 µs to parse."""


def lines(program: Program) -> Iterator[bytes]:
    """The serialized lines of a program."""
    for name, adapter in _FIELDS.items():
        value = getattr(program, name)
        if value == _DEFAULTS.get(name, MISSING):
            continue
        for some in _chunks(value.items()) if name in _MAPPINGS else (value,):
            yield name.encode() + b" " + adapter.dump_json(some, by_alias=True) + b"\n"


def parts_of(text: bytes) -> Iterator[FieldPart]:
    """Parses lines one by one. Raises one of UNREADABLE."""
    for line in text.splitlines():
        name, _, value = line.partition(b" ")
        field = name.decode()
        yield field, _FIELDS[field].validate_json(value)


def program_of(parts: Iterable[FieldPart]) -> Program:
    """The program of all parts. Raises one of UNREADABLE where some are missing."""
    values: dict[str, Any] = {}
    for name, value in parts:
        if name in _MAPPINGS:
            values.setdefault(name, {}).update(value)
        else:
            values[name] = value
    version = values["version"]
    return Program(plan=recorded_plan(version.document, version.parameters), **values)


def program_in(body: bytes) -> Program:
    """The program of a compressed snapshot. Raises one of UNREADABLE."""
    return program_of(parts_of(zlib.decompress(body)))


def _chunks(pairs: Iterable[tuple[Any, Any]]) -> Iterator[tuple[tuple[Any, Any], ...]]:
    rest = iter(pairs)
    while some := tuple(islice(rest, CHUNK_VALUES)):
        yield some


def _is_mapping(kind: Any) -> bool:
    return get_origin(kind) is Mapping


def _adapter(kind: Any) -> TypeAdapter[Any]:
    # As pairs: keys may be tuples, which JSON objects do not have.
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
