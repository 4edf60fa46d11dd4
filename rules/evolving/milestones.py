"""Milestones and what is found on them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from rules import effects, facts
from rules.program import Due, Finding, MilestoneStatus, Program, put


def with_milestone(program: Program, name: str, **changes: Any) -> Program:
    """The program with a milestone changed."""
    state = replace(program.milestone(name), **changes)
    return program.changed(milestones=put(program.milestones, name, state))


def _finding(fact: effects.FindingMade) -> Finding:
    return Finding(
        outcome=fact.outcome,
        sentence=fact.sentence,
        proposes=fact.proposes,
        made_at=fact.effective_at,
        observable_until=fact.observable_until,
    )


def milestone_after(program: Program, fact: effects.OnMilestone) -> Program:
    """The program after a fact on a milestone, or a finding."""
    match fact:
        case effects.FindingMade(stability=str(phase)):
            kept = replace(program.stability[phase], finding=_finding(fact))
            return program.changed(stability=put(program.stability, phase, kept))
        case effects.FindingMade():
            return with_milestone(program, fact.milestone or "", finding=_finding(fact))
        case facts.ObservationMade():
            finding = program.milestone(fact.milestone).finding
            observed = replace(finding, observed=True) if finding else None
            return with_milestone(program, fact.milestone, finding=observed)
        case facts.MilestoneDetermined():
            achieved = fact.outcome == "achieved"
            grade = fact.share if fact.grade is None else Decimal(fact.grade)
            return with_milestone(
                program,
                fact.milestone,
                status=MilestoneStatus(fact.outcome),
                achieved_at=fact.effective_at if achieved else None,
                grade=grade or None,
                determined_at=fact.effective_at,
            )
        case effects.DeadlineSet():
            before = program.milestone(fact.milestone).due
            due = Due(
                fact.anchored_at,
                fact.due_original,
                fact.due_revised,
                before.missed_at if before else None,
            )
            return with_milestone(program, fact.milestone, due=due)
        case effects.DeadlineMissed():
            due_now = program.milestone(fact.milestone).due
            missed = replace(due_now, missed_at=fact.effective_at) if due_now else None
            return with_milestone(program, fact.milestone, due=missed)
