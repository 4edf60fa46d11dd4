"""Validation of a plan as a whole: references, units, and gates that can open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice

from rules.acts import ChildPlan
from rules.field_types import did_you_mean
from rules.language import criteria as c
from rules.language.parameters import cached_document, parse_plan
from rules.language.plan import Plan
from rules.language.reading import MOST_FAULTS, Fault, InvalidDocument, ParsedDocument, Path
from rules.validation.amounts import amount_faults
from rules.validation.consents import consent_faults
from rules.validation.criteria import placed_leaves
from rules.validation.derivations import derivation_faults
from rules.validation.endings import stuck_gates
from rules.validation.haste import hasty_windows
from rules.validation.names import duplicate_names, each_once, unknown_name
from rules.validation.reachability import unreachable
from rules.validation.references import reference_faults
from rules.validation.stability import empty_periods
from rules.validation.targets import target_faults
from rules.validation.verifiers import verifier_faults


def validate_plan(
    document: ParsedDocument,
    chosen: Mapping[str, str | int] | None = None,
    programs: Mapping[str, ChildPlan] | None = None,
) -> Plan:
    """A fully validated plan from a document. Raises InvalidDocument with every fault and its position.

    `programs` are the plans of its child programs, needed to start it; without them the plan is validated by itself.
    """
    plan = parse_plan(document, chosen)
    checks: tuple[Iterable[Fault], ...] = (
        chain(duplicate_names(plan), oversized_gates(plan), derivation_faults(plan), reference_faults(plan)),
        child_faults(plan, programs) if programs is not None else (),
        chain(*(f(plan) for f in (target_faults, verifier_faults, empty_periods, amount_faults, consent_faults, unreachable))),
        chain(stuck_gates(plan), hasty_windows(plan)),
    )
    # In order, since each validation relies on those before it; stops at the limit of reported faults.
    if faults := next((found for check in checks if (found := [*islice(check, MOST_FAULTS)])), None):
        raise InvalidDocument(list(each_once(document.placed(fault) for fault in faults)))
    return plan


def child_faults(plan: Plan, programs: Mapping[str, ChildPlan]) -> Iterator[Fault]:
    """Faults of child programs: a missing, different or invalid plan, or one without a required milestone."""
    children: dict[str, Plan] = {}
    for name in programs:
        yield from unknown_name(("programs", name), name, "child program", plan.programs)
    for name, rule in plan.programs.items():
        at: Path = ("programs", name)
        if name not in programs:
            yield Fault((*at, "plan"), f"the plan {rule.plan} is not at hand; give it with the program")
            continue
        try:
            one = programs[name]
            child = validate_plan(cached_document(one.document), one.parameters, one.programs or {})
        except InvalidDocument as error:
            yield from (Fault((*at, "plan"), f"in {rule.plan}: {fault.line('plan.yaml')}") for fault in error.faults)
            continue
        if child.plan != rule.plan:
            yield Fault((*at, "plan"), f"the plan given for it is {child.plan}, not {rule.plan}")
        children[name] = child
    yield from _milestones_required(plan, children)


def _milestones_required(plan: Plan, children: Mapping[str, Plan]) -> Iterator[Fault]:
    for at, gate in plan.gates:
        for place, leaf in placed_leaves(at, gate):
            asked = leaf.program_milestone if isinstance(leaf, c.ProgramMilestone) else None
            child = children.get(asked.program) if asked else None
            if asked and child and asked.milestone not in child.milestones:
                near = did_you_mean(asked.milestone, child.milestones)
                yield Fault((*place, "milestone"), f"{asked.milestone} is no milestone of the plan {child.plan}; {near}")


MOST_CRITERIA = 2_000
"""Of all gates of a plan together. Whoever asks what blocks a program has each of them looked at."""


def oversized_gates(plan: Plan) -> Iterator[Fault]:
    """Gates that together have more criteria than the limit."""
    left = MOST_CRITERIA
    for at, gate in plan.gates:
        left -= sum(1 for _ in c.leaves(*gate))
        if left < 0:
            text = f"the gates of a plan ask for at most {MOST_CRITERIA} criteria; divide it into programs"
            yield Fault(at, text)
            return
