"""Sentences on the program as a whole, its plan and its members."""

from __future__ import annotations

from typing import assert_never

from rules import effects, facts
from rules.language.plan import Plan


def program_sentence(
    fact: facts.ProgramStarted
    | facts.MemberAdmitted
    | facts.MemberRemoved
    | facts.AdmissionTakenBack
    | facts.ProgramSuspended
    | facts.ProgramResumed
    | facts.ProgramTerminated
    | effects.ProgramCompleted
    | effects.PlanAmended
    | facts.EvidenceRead
    | facts.MilestoneAssessed
    | facts.AttemptRefused,
    plan: Plan,
) -> str:
    """The sentence of any other fact."""
    match fact:
        case facts.ProgramStarted():
            return f"program started: {fact.title}, plan {plan.plan}"
        case facts.MemberAdmitted(member=member):
            return f"{member.person} admitted as {member.role}" + (f" for {member.party}" if member.party else "")
        case facts.MemberRemoved(member=member):
            return f"{member.person} is no {member.role} any more: {fact.reason}"
        case facts.AdmissionTakenBack(member=member):
            return f"admission of {member.person} as {member.role} (entry {fact.entry}) taken back: {fact.reason}"
        case facts.ProgramSuspended():
            return f"program SUSPENDED: {fact.reason}"
        case facts.ProgramResumed():
            return f"program resumed: {fact.reason}"
        case facts.ProgramTerminated():
            return f"program TERMINATED: {fact.reason}"
        case facts.EvidenceRead():
            return f"restricted evidence {fact.evidence} read"
        case facts.MilestoneAssessed():
            return f"milestone {fact.milestone} assessed by {fact.assessor} as {fact.grade}: {fact.reason}"
        case effects.PlanAmended():
            return f"the plan is amended by proposal {fact.proposal}"
        case effects.ProgramCompleted():
            return "program COMPLETE"
        case facts.AttemptRefused():
            return f"attempt to {fact.attempted} refused: {fact.code}. {fact.reason}"
    assert_never(fact)
