"""Validation of place patterns: whether a pattern can match any place of the plan."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, TypeAlias

from rules.language.plan import Plan
from rules.language.reading import Fault
from rules.language.sources import PluginSource

_Shape: TypeAlias = dict[str, Any]


def place_faults(plan: Plan) -> Iterator[Fault]:
    """Place patterns that match nothing, so that a slip would leave its changes to the next amendment class."""
    named = (plan.phases, plan.milestones, plan.parties, plan.bodies, plan.indicators, plan.commitments, plan.releases)
    others = (plan.procedures, plan.disputes, plan.snapbacks, plan.checks, plan.sources, plan.incidents, plan.parameters)
    settings = (source.settings for source in plan.sources.values() if isinstance(source, PluginSource))
    names = {name for group in (*named, *others, *settings) for name in group}
    for name, amendment in plan.amendments.items():
        for index, place in enumerate(amendment.may_change):
            if not is_possible(place, names):
                message = f"no plan has a place {place}; write fields as in the plan, * for one name, ** for any number"
                yield Fault(("amendments", name, "may_change", index), message)


def is_possible(pattern: str, names: Collection[str]) -> bool:
    """Whether a pattern could match a place: `*` is one name, `**` any number of them.

    A name matches at its own place even if the plan lacks it now, since an amendment may add it. After `**` a name must be
    a field or one of the plan's own `names`.
    """
    parts = pattern.split(".")
    once = tuple(part for index, part in enumerate(parts) if part != "**" or parts[index - 1 : index] != ["**"])
    return _Places(once, names).could(_schema(), 0, after_any=False)


class _Places:
    """The match of a pattern against the plan's schema, memoised per part and place, so that `**` costs no backtracking."""

    def __init__(self, pattern: tuple[str, ...], names: Collection[str]) -> None:
        self._pattern, self._names = pattern, names
        self._tried: set[tuple[int, int, bool]] = set()
        self._named: dict[str, bool] = {}

    def could(self, shape: _Shape, part: int, *, after_any: bool) -> bool:
        if part == len(self._pattern):
            return True
        if (tried := (id(shape), part, after_any)) in self._tried:
            return False  # memoised: it did not match before
        self._tried.add(tried)
        written = self._pattern[part]
        if written == "**":
            below = (inner for _, inner in _inner(shape))
            return self.could(shape, part + 1, after_any=True) or any(
                self.could(inner, part, after_any=True) for inner in below
            )
        if shape.get("additionalProperties") is True:  # settings of a plugin have free names
            return not after_any or self._is_named(written)
        for field, inner in _inner(shape):
            known = fnmatchcase(field, written) if field is not None else not after_any or self._is_named(written)
            if (written == "*" or known) and self.could(inner, part + 1, after_any=False):
                return True
        return False

    def _is_named(self, written: str) -> bool:
        if (known := self._named.get(written)) is None:
            known = self._named[written] = any(fnmatchcase(name, written) for name in self._names)
        return known


def _inner(shape: _Shape) -> tuple[tuple[str | None, _Shape], ...]:
    """The places right below one, each with its field; None: a name of the plan's own. Lists change as a whole."""
    if (known := _INNER.get(id(shape))) is None:
        known = _INNER[id(shape)] = tuple(_found_inner(shape))
    return known


_INNER: dict[int, tuple[tuple[str | None, _Shape], ...]] = {}
"""By the parts of the one schema, which is never changed or given up."""


def _found_inner(shape: _Shape) -> Iterator[tuple[str | None, _Shape]]:
    for one in _shapes(shape):
        yield from one.get("properties", {}).items()
        named = [*one.get("patternProperties", {}).values(), one.get("additionalProperties")]
        yield from ((None, held) for held in named if isinstance(held, dict))


def _shapes(shape: _Shape) -> Iterator[_Shape]:
    """What may stand at a place, references followed."""
    if (reference := shape.get("$ref")) is not None:
        yield from _shapes(_schema()["$defs"][reference.rpartition("/")[2]])
    elif choices := [*shape.get("anyOf", ()), *shape.get("oneOf", ())]:
        for choice in choices:
            yield from _shapes(choice)
    else:
        yield shape


@cache
def _schema() -> _Shape:
    return Plan.model_json_schema(by_alias=True)
