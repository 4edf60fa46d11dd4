"""Phases that would wait without end for what need not come: a milestone that is declined, a phase that is closed."""

from __future__ import annotations

from collections.abc import Iterator

from rules.language import criteria as c
from rules.language.plan import Plan
from rules.language.reading import Fault


def stuck(plan: Plan) -> Iterator[Fault]:
    """Gates that all of a phase hangs on, of what may never be so, in a phase that nothing closes."""
    for name, phase in plan.phases.items():
        if phase.closes_when:
            continue
        for gate, criteria in (("entry", phase.entry), ("exit", phase.exit)):
            for index, criterion in enumerate(criteria):
                if (what := _may_not_come(plan, criterion)) is not None:
                    told = f"once {what}, this phase would wait without end"
                    yield Fault(("phases", name, gate, index), f"{told}; write closes_when, or outcome for the ends that count")


def _may_not_come(plan: Plan, criterion: c.Criterion) -> str | None:
    match criterion:
        case c.MilestoneAchieved(milestone=name) if plan.milestones[name].declined_by:
            return f"{name} is declined"
        case c.PhaseComplete(phase=name) if plan.phases[name].closes_when:
            return f"{name} is closed"
        case c.All(all=parts):
            return next((what for part in parts if (what := _may_not_come(plan, part))), None)
        case _:
            return None
