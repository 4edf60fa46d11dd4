"""Child programs as a plan declares them, and the plans agreed for them before anything is started."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from pydantic import Field

from rules.acts import ChildPlan, Member
from rules.cache import WeightedCache
from rules.field_types import Chosen, Name, PlanText, StrictModel, did_you_mean
from rules.language.parameters import cached_document
from rules.language.reading import Fault, InvalidDocument, ParsedDocument, Path, Position

Find: TypeAlias = Callable[[str], str | None]
"""A plan's text by the plan's name; None where it is not at hand, which is then a fault of the plan that names it."""


class ChildChoice(StrictModel):
    """What whoever starts a program says of a child: another text than the plan kept under its name, values, members."""

    document: PlanText | None = Field(default=None, description="left out, the plan that is kept under the declared name")
    parameters: dict[Name, Chosen] = Field(default_factory=dict)
    members: tuple[Member, ...] = Field(default=(), max_length=200)
    programs: dict[Name, ChildChoice] = Field(default_factory=dict, description="of its own child programs")


NOTHING_CHOSEN = ChildChoice()


@dataclass(frozen=True, slots=True)
class Declarations:
    """The child programs that a plan's text declares: its own name, and by child the plan's name with its position."""

    plan: str
    programs: Mapping[str, str]
    positions: Mapping[str, Position]


def read_declarations(document: ParsedDocument) -> Declarations:
    """The declarations of a document. Misshapen ones are left out; `rules.validation` reports them."""
    data = document.data if isinstance(document.data, dict) else {}
    rules = data.get("programs")
    plans = (
        {name: rule.get("plan") for name, rule in rules.items() if isinstance(rule, dict)} if isinstance(rules, dict) else {}
    )
    named = {name: plan for name, plan in plans.items() if isinstance(plan, str)}
    return Declarations(str(data.get("plan")), named, {name: document.position(("programs", name, "plan")) for name in named})


def declarations_of(text: str) -> Declarations:
    """The declarations of a plan's text. Raises InvalidDocument."""
    found = DECLARED.get(text)
    if found is None:
        try:
            found = read_declarations(cached_document(text))
        except InvalidDocument as error:
            found = error.faults
        DECLARED.put(text, found, len(text))
    if isinstance(found, tuple):
        raise InvalidDocument(found)
    return found


DECLARED: WeightedCache[str, Declarations | tuple[Fault, ...]] = WeightedCache(4_000_000)
"""By text, what it declares or its faults. Whoever reads texts beside the event loop keeps here what it found."""


def agreed_children(
    plan: Declarations, find: Find, chosen: Mapping[str, ChildChoice] | None = None, within: tuple[str, ...] = ()
) -> dict[str, ChildPlan]:
    """The plans of a plan's child programs, recursively; `within` are the enclosing plans.

    Raises InvalidDocument for a choice about an unknown child and for a plan within itself, and whatever `find` raises.
    """
    chosen = chosen or {}
    path = (*within, plan.plan)
    for name in chosen.keys() - plan.programs.keys():
        raise InvalidDocument(
            [Fault(("programs", name), f"is no child program of this plan; {did_you_mean(name, plan.programs)}")]
        )
    for name, child in plan.programs.items():
        if child in path:
            at: Path = ("programs", name, "plan")
            raise InvalidDocument([Fault(at, f"the plan {child} would stand within itself", plan.positions[name])])
    held = {name: _agreed_child(find, child, chosen.get(name, NOTHING_CHOSEN), path) for name, child in plan.programs.items()}
    return {name: child for name, child in held.items() if child is not None}


def _agreed_child(find: Find, plan: str, chosen: ChildChoice, within: tuple[str, ...]) -> ChildPlan | None:
    if (text := chosen.document or find(plan)) is None:
        return None
    try:
        found = declarations_of(text)
    except InvalidDocument:  # reported by the validation of the whole plan
        programs = None
    else:
        programs = agreed_children(found, find, chosen.programs, within) or None
    return ChildPlan(document=text, parameters=chosen.parameters, members=chosen.members, programs=programs)
