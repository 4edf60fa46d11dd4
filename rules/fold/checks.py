"""The fold of checks: the last report, and pauses."""

from __future__ import annotations

from dataclasses import replace

from rules import facts
from rules.entries import Entry
from rules.fold.milestones import with_milestone
from rules.persistent_map import with_item
from rules.program import Program
from rules.vocabulary.checks import CheckState, OnCheck

_NOTHING = CheckState()


def fold_check(program: Program, entry: Entry, fact: OnCheck) -> Program:
    """The program after an entry on a check."""
    state = program.checks.get(fact.check, _NOTHING)
    match fact:
        case facts.CheckReported():
            days = [day for day in (state.covers_until, fact.covers_until) if day is not None]
            state = replace(state, report=fact, reported_at=entry.at, covers_until=max(days, default=None))
            program = _touch_milestones(program, fact)
        case facts.CheckPaused():
            state = replace(state, paused_at=entry.at, paused_because=fact.reason)
        case facts.CheckResumed():
            state = replace(state, paused_at=None, paused_because=None, resumed_at=entry.at)
    return program.changed(checks=with_item(program.checks, fact.check, state))


def _touch_milestones(program: Program, fact: facts.CheckReported) -> Program:
    """The program in which milestones that count the check's indicator are looked at again, though nothing is recorded."""
    rule = program.plan.checks.get(fact.check)
    indicator = rule.figures_of if rule else None
    for milestone, _, _ in program.plan.measured.get(indicator or "", ()):
        if milestone not in program.milestones:
            program = with_milestone(program, milestone)
    return program
