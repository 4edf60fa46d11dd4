"""Whether a plan makes sense as a whole: references, units, and gates that can open at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rules.acts import ChildPlan
from rules.language import criteria as c
from rules.language.parameters import plan_of, text_read
from rules.language.plan import Plan
from rules.language.reading import Document, Fault, Faulty, Path
from rules.soundness.amounts import amounts
from rules.soundness.criteria import placed_leaves
from rules.soundness.names import names, unknown
from rules.soundness.reachability import unreachable
from rules.soundness.references import references
from rules.soundness.stability import empty_periods
from rules.soundness.targets import units
from rules.soundness.verifiers import verifiers
from rules.words import did_you_mean


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
    faults = [*names(plan), *references(plan)]
    if not faults and programs is not None:
        faults = [*children_sound(plan, programs)]
    if not faults:
        faults = [*units(plan), *verifiers(plan), *empty_periods(plan), *amounts(plan), *unreachable(plan)]
    if faults:
        raise Faulty([document.placed(fault) for fault in faults])
    return plan


def children_sound(plan: Plan, programs: Mapping[str, ChildPlan]) -> Iterator[Fault]:
    """Faults of child programs: no plan, another than declared, a faulty one, one without a milestone that is asked for."""
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
        yield from _asked_of(plan, name, child)


def _asked_of(plan: Plan, name: str, child: Plan) -> Iterator[Fault]:
    for at, gate in plan.gates:
        for place, leaf in placed_leaves(at, gate):
            if isinstance(leaf, c.ProgramMilestone) and leaf.program_milestone.program == name:
                wanted = leaf.program_milestone.milestone
                if wanted not in child.milestones:
                    told = f"{wanted} is no milestone of the plan {child.plan}; {did_you_mean(wanted, child.milestones)}"
                    yield Fault((*place, "milestone"), told)
