"""Plans from documents: parameters are filled in, and every field is validated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from rules.cache import WeightedCache
from rules.field_types import did_you_mean
from rules.language.plan import Plan
from rules.language.reading import Fault, InvalidDocument, ParsedDocument, parse_document, validate

Chosen: TypeAlias = tuple[tuple[str, str | int], ...]
"""Values of parameters, in the order of their names."""

_PARAMETER = re.compile(r"\$[A-Za-z_][A-Za-z0-9_]*")
"""A dollar sign and a name. Anything else that begins with a dollar sign is a text about money."""


def with_parameters(document: ParsedDocument, chosen: Mapping[str, str | int]) -> ParsedDocument:
    """The document with `$name` replaced by the chosen or default value. Raises InvalidDocument."""
    declared = document.data.get("parameters") if isinstance(document.data, dict) else None
    declared = declared if isinstance(declared, dict) else {}
    faults = [
        Fault(("parameters", name), f"is no parameter of this plan; {did_you_mean(name, declared)}")
        for name in chosen
        if name not in declared
    ]
    used: set[str] = set()

    def fill(value: Any, path: tuple[str | int, ...]) -> Any:
        match value:
            case dict():
                return {key: fill(held, (*path, key)) for key, held in value.items()}
            case list():
                return [fill(held, (*path, index)) for index, held in enumerate(value)]
            case str() if _PARAMETER.fullmatch(value):
                name = value[1:]
                used.add(name)
                if name in chosen:
                    return chosen[name]
                if name in declared:  # a missing default is reported by the field's validation
                    held = declared[name]
                    return held["default"] if isinstance(held, dict) and "default" in held else value
                message = f"{value} is no parameter; {did_you_mean(name, declared)}"
                faults.append(document.placed(Fault(path, message)))
        return value

    filled = fill(document.data, ())
    for name in () if faults else declared:  # a misspelt one is unused too
        if name not in used:
            message = f"no place of the plan uses ${name}; use it or remove it"
            faults.append(document.placed(Fault(("parameters", name), message)))
    if faults:
        raise InvalidDocument(faults)
    return replace(document, data=filled)


def parse_plan(document: ParsedDocument, chosen: Mapping[str, str | int] | None = None) -> Plan:
    """A plan from a document, with all fields validated and references unchecked. Raises InvalidDocument.

    `rules.validation.validate_plan` does both; nothing else should make a plan from a document.
    """
    return validate(Plan, with_parameters(document, chosen or {}))


def cached_document(text: str) -> ParsedDocument:
    """The parsed document of a plan's text, cached and shared: its data must not be changed. Raises InvalidDocument."""
    return _READ.get(text) or _READ.put(text, parse_document(text), len(text))


def recorded_plan(text: str, chosen: Mapping[str, str | int]) -> Plan:
    """The plan of a text in the ledger, cached and shared between programs. Raises InvalidDocument."""
    key = (text, parameters_key(chosen))
    return RECORDED.get(key) or RECORDED.put(key, parse_plan(cached_document(text), chosen), len(text))


def parameters_key(chosen: Mapping[str, str | int]) -> Chosen:
    return tuple(sorted(chosen.items()))


_READ: WeightedCache[str, ParsedDocument] = WeightedCache(1_000_000)
RECORDED: WeightedCache[tuple[str, Chosen], Plan] = WeightedCache(4_000_000)
"""By letters of their texts. A plan takes some thirty bytes of memory for each, a document more. Whoever reads texts beside
the event loop keeps their plans here."""
