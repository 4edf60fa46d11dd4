"""Validation of a plan as a whole: references, units, and gates that can open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice

from rules.acts import ChildPlan
from rules.field_types import did_you_mean
from rules.language import criteria as c
from rules.language.parameters import plan_of, text_read
from rules.language.plan import Plan
from rules.language.reading import MOST_FAULTS, Document, Fault, Faulty, Path
from rules.validation.amounts import amounts
from rules.validation.consents import consents
from rules.validation.criteria import placed_leaves
from rules.validation.derivations import derivations
from rules.validation.endings import stuck
from rules.validation.haste import hasty
from rules.validation.names import each_once, names, unknown
from rules.validation.reachability import unreachable
from rules.validation.references import references
from rules.validation.stability import empty_periods
from rules.validation.targets import units
from rules.validation.verifiers import verifiers


def sound(
    document: Document,
    chosen: Mapping[str, str | int] | None = None,
    programs: Mapping[str, ChildPlan] | None = None,
) -> Plan:
    """A plan out of a document, checked to the end. Raises Faulty with every fault and its place.

    `programs` are the plans of its child programs, without which none can be started; left out,
    the plan is checked by itself.
    """
    plan = plan_of(document, chosen)
    checks: tuple[Iterable[Fault], ...] = (
        chain(names(plan), gates_short(plan), derivations(plan), references(plan)),
        children_sound(plan, programs) if programs is not None else (),
        chain(units(plan), verifiers(plan), empty_periods(plan), amounts(plan), consents(plan), unreachable(plan)),
        chain(stuck(plan), hasty(plan)),
    )
    # One after the other, since each takes what those before it have found to be in order; and no longer than anybody reads.
    if faults := next((found for check in checks if (found := [*islice(check, MOST_FAULTS)])), None):
        raise Faulty(list(each_once(document.placed(fault) for fault in faults)))
    return plan


def children_sound(plan: Plan, programs: Mapping[str, ChildPlan]) -> Iterator[Fault]:
    """Faults of child programs: no plan, another than declared, a faulty one, one without a milestone that is asked for."""
    children: dict[str, Plan] = {}
    for name in programs:
        yield from unknown(("programs", name), name, "child program", plan.programs)
    for name, rule in plan.programs.items():
        at: Path = ("programs", name)
        if name not in programs:
            yield Fault((*at, "plan"), f"the plan {rule.plan} is not at hand; give it with the program")
            continue
        try:
            child = sound(text_read(programs[name].document), programs[name].parameters, programs[name].programs or {})
        except Faulty as error:
            yield from (Fault((*at, "plan"), f"in {rule.plan}: {fault.line('plan.yaml')}") for fault in error.faults)
            continue
        if child.plan != rule.plan:
            yield Fault((*at, "plan"), f"the plan given for it is {child.plan}, not {rule.plan}")
        children[name] = child
    yield from _asked_of(plan, children)


def _asked_of(plan: Plan, children: Mapping[str, Plan]) -> Iterator[Fault]:
    for at, gate in plan.gates:
        for place, leaf in placed_leaves(at, gate):
            asked = leaf.program_milestone if isinstance(leaf, c.ProgramMilestone) else None
            child = children.get(asked.program) if asked else None
            if asked and child and asked.milestone not in child.milestones:
                near = did_you_mean(asked.milestone, child.milestones)
                yield Fault((*place, "milestone"), f"{asked.milestone} is no milestone of the plan {child.plan}; {near}")


MOST_CRITERIA = 2_000
"""Of all gates of a plan together. Whoever asks what blocks a program has each of them looked at."""


def gates_short(plan: Plan) -> Iterator[Fault]:
    """Gates that together ask for more than anybody waits for."""
    left = MOST_CRITERIA
    for at, gate in plan.gates:
        left -= sum(1 for _ in c.leaves(*gate))
        if left < 0:
            told = f"the gates of a plan ask for at most {MOST_CRITERIA} criteria; divide it into programs"
            yield Fault(at, told)
            return
