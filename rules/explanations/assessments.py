"""Explanation of an assessment that is missing or not sufficient."""

from __future__ import annotations

from rules.explanations.reasons import Reason
from rules.language import criteria as c
from rules.program import Program


def assessment_reason(program: Program, asked: c.AssessedAs) -> Reason:
    """The reason: what an assessor has said, or which assessor has yet to say something."""
    said = program.milestone(asked.milestone).assessments.get(asked.by)
    who, step = program.plan.assessors[asked.by].title, program.plan.milestones[asked.milestone]
    if said is None:
        return f"{who} has not assessed {step.title}.", (asked.by,), None, None
    return f"{who} assessed {step.title} as {said.grade}: {said.reason}", program.plan.owed_by[asked.milestone], said.at, None
