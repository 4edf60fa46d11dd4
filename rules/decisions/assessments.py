"""Decisions on assessments of milestones."""

from __future__ import annotations

from rules import acts as a
from rules import facts
from rules.authority import roles_in_words
from rules.decisions.milestones import milestone_of
from rules.entries import Fact
from rules.field_types import did_you_mean
from rules.program import Program
from rules.refusals import Code, Refusal


def assessment_fact(program: Program, actor: a.Actor, deed: a.Assess) -> Fact:
    """The fact of an assessment, with the truth value of its grade. Raises Refusal."""
    milestone_of(program, deed.milestone)
    if (assessor := program.plan.assessors.get(deed.assessor)) is None:
        raise Refusal(
            Code.ASSESSOR_UNKNOWN,
            f"{deed.assessor} is no assessor of the plan.",
            did_you_mean(deed.assessor, program.plan.assessors),
        )
    if actor.party != deed.assessor:
        raise Refusal(
            Code.PARTY_MAY_NOT,
            f"{actor.person} does not assess for {deed.assessor}.",
            f"{roles_in_words('assess')} admitted for {deed.assessor}",
        )
    scale = program.plan.scales[assessor.scale]
    if (means := scale.grades.get(deed.grade)) is None:
        raise Refusal(
            Code.WRONG_GRADE,
            f"{deed.grade} is no grade of {scale.title}.",
            did_you_mean(deed.grade, scale.grades),
        )
    return facts.MilestoneAssessed(
        milestone=deed.milestone, assessor=deed.assessor, grade=deed.grade, means=means, reason=deed.reason
    )
