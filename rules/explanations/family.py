"""Explanation of child programs: what one lacks."""

from __future__ import annotations

from rules.explanations.reasons import Reason
from rules.language.parameters import recorded_plan
from rules.program import Program
from rules.times import day_in_words


def child_reason(program: Program, name: str, milestone: str | None) -> Reason:
    """The reason: what a child program or one of its milestones lacks, and who owes it, by its last report."""
    rule, child = program.plan.programs[name], program.children.get(name)
    if child is None:
        return f"{rule.title} opens with {program.plan.phases[rule.opened_in].title}.", (), None, None
    if child.report is None or child.reported_at is None:
        return f"{rule.title} is opened and has not reported yet.", (), child.opened_at, None
    as_of = f"as of {day_in_words(child.reported_at, program.plan.time_zone)}"
    if milestone is None:
        lacks = f": {child.report.lacks}" if child.report.lacks else "."
        return f"{rule.title} is not complete ({child.standing}, {as_of}){lacks}", child.report.owes, child.opened_at, None
    reported = child.milestone(milestone)
    agreed = program.agreed[name]
    title = recorded_plan(agreed.document, agreed.parameters).milestones[milestone].title
    if reported is None:
        return f"{rule.title}: {title}: nothing is owed yet ({as_of}).", (), child.opened_at, None
    lacks = reported.sentence or f"{title} is {reported.status.replace('_', ' ')}."
    return f"{rule.title}, {as_of}: {lacks}", reported.owes, child.opened_at, None
