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
from rules.language.reading import Document, Fault, InvalidDocument, Path, Position

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
    """What the text of a plan says of child programs: its own name, and by child the name of its plan with the place."""

    plan: str
    programs: Mapping[str, str]
    positions: Mapping[str, Position]


def read_declarations(document: Document) -> Declarations:
    """What a document declares. What is misshapen is left out, and found by `rules.validation`."""
    data = document.data if isinstance(document.data, dict) else {}
    rules = data.get("programs")
    plans = (
        {name: rule.get("plan") for name, rule in rules.items() if isinstance(rule, dict)} if isinstance(rules, dict) else {}
    )
    named = {name: plan for name, plan in plans.items() if isinstance(plan, str)}
    return Declarations(str(data.get("plan")), named, {name: document.position(("programs", name, "plan")) for name in named})


def declarations_of(text: str) -> Declarations:
    """What a plan's text declares. Raises Faulty."""
    found = DECLARED.get(text)
    if found is None:
        try:
            found = read_declarations(cached_document(text))
        except InvalidDocument as error:
            found = error.faults
        DECLARED.keep(text, found, len(text))
    if isinstance(found, tuple):
        raise InvalidDocument(found)
    return found


DECLARED: WeightedCache[str, Declarations | tuple[Fault, ...]] = WeightedCache(4_000_000)
"""By text, what it declares or its faults. Whoever reads texts beside the event loop keeps here what it found."""


def agreed_children(
    plan: Declarations, find: Find, chosen: Mapping[str, ChildChoice] | None = None, within: tuple[str, ...] = ()
) -> dict[str, ChildPlan]:
    """The plans of the child programs of a plan and of theirs; `within` are the plans that this one stands in.

    Raises Faulty for a choice about no child program, and for a plan within itself; and what `find` raises.
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
    held = {name: _agreed(find, child, chosen.get(name, NOTHING_CHOSEN), path) for name, child in plan.programs.items()}
    return {name: child for name, child in held.items() if child is not None}


def _agreed(find: Find, plan: str, chosen: ChildChoice, within: tuple[str, ...]) -> ChildPlan | None:
    if (text := chosen.document or find(plan)) is None:
        return None
    try:
        found = declarations_of(text)
    except InvalidDocument:  # told with the faults of the whole plan
        programs = None
    else:
        programs = agreed_children(found, find, chosen.programs, within) or None
    return ChildPlan(document=text, parameters=chosen.parameters, members=chosen.members, programs=programs)
