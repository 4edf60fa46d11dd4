"""Which places a plan can have, by the fields of the language and by what the plan calls its things."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, TypeAlias

from rules.language.plan import Plan
from rules.language.reading import Fault
from rules.language.sources import Plugged

_Shape: TypeAlias = dict[str, Any]


def changeable(plan: Plan) -> Iterator[Fault]:
    """A slip in a place would leave what was meant to the next class of amendments, or to nobody."""
    named = (plan.phases, plan.milestones, plan.parties, plan.bodies, plan.indicators, plan.commitments, plan.releases)
    others = (plan.procedures, plan.disputes, plan.snapbacks, plan.checks, plan.sources, plan.incidents, plan.parameters)
    settings = (source.settings for source in plan.sources.values() if isinstance(source, Plugged))
    names = {name for group in (*named, *others, *settings) for name in group}
    for name, amendment in plan.amendments.items():
        for index, place in enumerate(amendment.may_change):
            if not is_possible(place, names):
                message = f"no plan has a place {place}; write fields as in the plan, * for one name, ** for any number"
                yield Fault(("amendments", name, "may_change", index), message)


def is_possible(pattern: str, names: Collection[str]) -> bool:
    """Whether a pattern could match a place: `*` is one name, `**` any number of them.

    A name stands at its own place whether the plan has it now or not, since an amendment may bring it or take it away.
    After `**`, where everything has some name, it is one of the fields or of the plan's own `names`.
    """
    return _could(_schema(), tuple(pattern.split(".")), names, after_any=False)


def _could(shape: _Shape, pattern: tuple[str, ...], names: Collection[str], *, after_any: bool) -> bool:
    if not pattern:
        return True
    if pattern[0] == "**":
        below = (inner for _, inner in _inner(shape))
        return _could(shape, pattern[1:], names, after_any=True) or any(
            _could(inner, pattern, names, after_any=True) for inner in below
        )
    if shape.get("additionalProperties") is True:  # whatever an adapter calls its settings
        return not after_any or any(fnmatchcase(name, pattern[0]) for name in names)
    for field, inner in _inner(shape):
        known = [field] if field is not None else names if after_any else [pattern[0]]
        is_named = pattern[0] == "*" or any(fnmatchcase(name, pattern[0]) for name in known)
        if is_named and _could(inner, pattern[1:], names, after_any=False):
            return True
    return False


def _inner(shape: _Shape) -> Iterator[tuple[str | None, _Shape]]:
    """The places right below one, each with its field; None: a name of the plan's own. Lists change as a whole."""
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
