"""The fold of amendments: facts stay recorded, and count where the new text still has their name."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TypeVar

from rules import effects
from rules.fold.agreed_dates import under_plan
from rules.language.milestones import Milestone
from rules.language.parameters import recorded_plan
from rules.language.plan import Plan
from rules.language.timetable import Deadline
from rules.program import Program
from rules.vocabulary.amendments import Version
from rules.vocabulary.deadlines import Due
from rules.vocabulary.milestones import MilestoneState
from rules.vocabulary.phases import PhaseStatus

V = TypeVar("V")


def fold_amendment(program: Program, fact: effects.PlanAmended) -> Program:
    """The program under the new text of its plan.

    Names in both texts keep their state. Names that the new text lacks no longer count, and stay in the ledger.
    """
    plan = recorded_plan(fact.document, fact.parameters)
    quiet = [name for name, phase in plan.phases.items() if phase.stability]
    milestones = {
        name: _known_to(state, program.plan.milestones[name], plan.milestones[name])
        for name, state in program.milestones.items()
        if name in plan.milestones
    }
    return program.changed(
        plan=plan,
        version=Version(fact.document, fact.parameters),
        plan_sha256=fact.plan_sha256,
        phases=_only_named(program.phases, plan.phases),
        milestones=milestones,
        agreed_dates=under_plan(program, plan),
        stability=_only_named(program.stability, quiet),
        commitments=_only_named(program.commitments, plan.commitments),
        active=_only_named(program.active, plan.inactivity),
        stalls=_only_named(program.stalls, plan.inactivity),
        figures=_only_named(program.figures, plan.indicators),
        checks=_only_named(program.checks, plan.checks),
        consents=_phases_under(program, program.consents, plan),
        completions=_phases_under(program, program.completions, plan),
    )


def _only_named(held: Mapping[str, V], names: Collection[str]) -> Mapping[str, V]:
    return {name: value for name, value in held.items() if name in names}


def _phases_under(program: Program, consents: Mapping[str, frozenset[str]], plan: Plan) -> Mapping[str, frozenset[str]]:
    """Phases under the new text: a waiting one needs new consents, since its text may have changed."""
    opened = {name for name in plan.phases if program.phase(name).status is not PhaseStatus.WAITING}
    return _only_named(consents, opened)


def _known_to(state: MilestoneState, before: Milestone, step: Milestone) -> MilestoneState:
    return replace(state, shown=_only_named(state.shown, step.shown_by), due=_due(state.due, before.due, step.due))


def _due(due: Due | None, before: Deadline | None, now: Deadline | None) -> Due | None:
    """A due date under the new text. Its original date, and whether that was missed, stays recorded."""
    if due is None:
        return None
    if now is None:
        return replace(due, revised=None, missed_at=None, extended=None)
    # The latest agreement counts: a new date in the text replaces an extension of the old one.
    moved = before is None or before.dates != now.dates
    return replace(due, extended=None) if moved else due
