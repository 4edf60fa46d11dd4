"""The child programs that a plan declares, and what is agreed for each before anything is started."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from pydantic import Field

from rules.acts import ChildPlan, Member
from rules.language.parameters import text_read
from rules.language.reading import Document, Fault, Faulty
from rules.words import Chosen, Name, PlanText, Strict, did_you_mean

Find: TypeAlias = Callable[[str], str | None]
"""A plan's text by the plan's name; None where it is not at hand, which is then a fault of the plan that names it."""


class ChildChosen(Strict):
    """What whoever starts a program says of a child: another text than the plan kept under its name, values, members."""

    document: PlanText | None = Field(default=None, description="left out, the plan that is kept under the declared name")
    parameters: dict[Name, Chosen] = Field(default_factory=dict)
    members: tuple[Member, ...] = Field(default=(), max_length=200)
    programs: dict[Name, ChildChosen] = Field(default_factory=dict, description="of its own child programs")


NOTHING_CHOSEN = ChildChosen()


def declared(document: Document) -> dict[str, str]:
    """By child program the name of its plan. What is misshapen is left out, and found by `rules.soundness`."""
    programs = document.data.get("programs") if isinstance(document.data, dict) else None
    rules = programs if isinstance(programs, dict) else {}
    plans = {name: rule.get("plan") for name, rule in rules.items() if isinstance(rule, dict)}
    return {name: plan for name, plan in plans.items() if isinstance(plan, str)}


def agreed(
    document: Document, find: Find, chosen: Mapping[str, ChildChosen] | None = None, within: tuple[str, ...] = ()
) -> dict[str, ChildPlan]:
    """The plans of the child programs of a plan and of theirs; `within` are the plans that this one stands in.

    Raises Faulty for a choice about no child program, and for a plan within itself; and what `find` raises.
    """
    plans, chosen = declared(document), chosen or {}
    path = (*within, str(document.data.get("plan"))) if isinstance(document.data, dict) else within
    for name in chosen.keys() - plans.keys():
        raise Faulty([Fault(("programs", name), f"is no child program of this plan; {did_you_mean(name, plans)}")])
    for name, plan in plans.items():
        if plan in path:
            raise Faulty([document.placed(Fault(("programs", name, "plan"), f"the plan {plan} would stand within itself"))])
    held = {name: _agreed(find, plan, chosen.get(name, NOTHING_CHOSEN), path) for name, plan in plans.items()}
    return {name: child for name, child in held.items() if child is not None}


def _agreed(find: Find, plan: str, chosen: ChildChosen, within: tuple[str, ...]) -> ChildPlan | None:
    if (text := chosen.document or find(plan)) is None:
        return None
    try:
        document = text_read(text)
    except Faulty:  # told with the faults of the whole plan
        programs = None
    else:
        programs = agreed(document, find, chosen.programs, within) or None
    return ChildPlan(document=text, parameters=chosen.parameters, members=chosen.members, programs=programs)
