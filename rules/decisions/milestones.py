"""Lookup of milestones, and decisions on observations on their findings."""

from __future__ import annotations

from rules import acts as a
from rules import facts
from rules.authority import roles_in_words
from rules.entries import Fact
from rules.field_types import did_you_mean
from rules.language.milestones import Milestone
from rules.program import Program
from rules.refusals import Code, Refusal


def milestone_of(program: Program, name: str) -> Milestone:
    """A milestone of the plan. Raises Refusal."""
    if (step := program.plan.milestones.get(name)) is None:
        raise Refusal(
            Code.MILESTONE_UNKNOWN,
            f"{name} is no milestone of the plan.",
            did_you_mean(name, program.plan.milestones),
        )
    return step


def observation_fact(program: Program, actor: a.Actor, deed: a.Observe) -> Fact:
    """The fact of an observation on a finding. Raises Refusal."""
    step = milestone_of(program, deed.milestone)
    if program.milestone(deed.milestone).finding is None:
        raise Refusal(
            Code.FINDING_MISSING,
            "There is no finding to observe on yet.",
            "an observation once there is one",
        )
    owes = program.plan.owed_by[deed.milestone]
    if actor.party not in (*owes, *step.party):
        raise Refusal(
            Code.PARTY_MAY_NOT,
            f"{' and '.join(owes)} owe{'s' if len(owes) == 1 else ''} this and may observe on it.",
            roles_in_words("observe", owes),
        )
    return facts.ObservationMade(milestone=deed.milestone, text=deed.text)
