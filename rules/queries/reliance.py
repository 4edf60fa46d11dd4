"""The checks on which a criterion relies: those that read its figures, or watch its stability period."""

from __future__ import annotations

from rules.language import criteria as c
from rules.language.milestones import Measured
from rules.language.plan import Plan


def checks_relied_on(plan: Plan, leaf: c.Leaf) -> tuple[str, ...]:
    """The checks by name; for an indicator those of its own producer."""
    match leaf:
        case c.StabilityKept(stability=phase):
            kept = plan.phases[phase].stability
            return kept.watched_by if kept else ()
        case (
            c.MilestoneAchieved(milestone=name)
            | c.MilestoneGraded(graded=c.Graded(milestone=name))
            | c.OutcomeIs(outcome=c.Outcome(milestone=name))
        ):
            counted = [how.indicator for how in plan.milestones[name].shown_by.values() if isinstance(how, Measured)]
            asked = {one for indicator in counted for one in plan.recorded_for[indicator]}
        case c.CommitmentHolds(commitment=name):
            inner = (leaf for criterion in plan.commitments[name].kept_while for leaf in c.leaves(criterion))
            return tuple(dict.fromkeys(check for leaf in inner for check in checks_relied_on(plan, leaf)))
        case c.FigureHolds(figure=figure):
            asked = set(plan.recorded_for[figure.indicator])
        case _:
            return ()
    return tuple(
        name
        for name, check in plan.checks.items()
        if check.figures_of in asked and plan.sources[check.source].producer == plan.indicators[check.figures_of].producer
    )
