"""Validated plans, cached by their text, the chosen parameter values and the plans of their child programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from rules.acts import ChildPlan
from rules.cache import WeightedCache
from rules.language.parameters import RECORDED, Chosen, cached_document, parameters_key
from rules.language.plan import Plan
from rules.language.reading import Fault, InvalidDocument
from rules.validation import validate_plan

Key: TypeAlias = tuple[str, Chosen, tuple[tuple[str, "Key"], ...]]
"""A text, the values of its parameters, and by name the same of its child programs."""


def validated_plan(document: str, parameters: Mapping[str, str | int], programs: Mapping[str, ChildPlan]) -> Plan:
    """The plan of a text, validated with its child programs, cached. Raises InvalidDocument."""
    key = key_of(document, parameters, programs)
    found = JUDGED.get(key)
    if found is None:
        try:
            found = validate_plan(cached_document(document), parameters, programs)
            RECORDED.put((document, key[1]), found, len(document))
        except InvalidDocument as error:
            found = error.faults
        JUDGED.put(key, found, weight(key))
    if isinstance(found, tuple):
        raise InvalidDocument(found)
    return found


def key_of(document: str, parameters: Mapping[str, str | int], programs: Mapping[str, ChildPlan]) -> Key:
    children = ((name, key_of(child.document, child.parameters, child.programs or {})) for name, child in programs.items())
    return document, parameters_key(parameters), tuple(sorted(children))


def weight(key: Key) -> int:
    """The total length of all texts of a key."""
    return sum(len(text) for text, _ in texts(key))


def texts(key: Key) -> Iterator[tuple[str, Chosen]]:
    """The texts of a key with their parameter values: its own, then those of its child programs."""
    document, chosen, children = key
    yield document, chosen
    for _, child in children:
        yield from texts(child)


JUDGED: WeightedCache[Key, Plan | tuple[Fault, ...]] = WeightedCache(4_000_000)
"""By key, the plan or its faults. Whoever judges plans beside the event loop keeps here what it found."""
