"""Lateness of a milestone, against its original and its revised date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from rules.program import Program
from rules.times import days_between
from rules.vocabulary.phases import PhaseStatus


@dataclass(frozen=True, slots=True)
class Lateness:
    """Local days from a due date to the achievement or to now; 0: in time. `revised` is None while paused."""

    original: int
    revised: int | None

    def against(self, date: Literal["original", "revised"]) -> int | None:
        """The days against the original or the revised date."""
        return self.original if date == "original" else self.revised


def is_late_originally(program: Program, milestone: str, at: datetime) -> bool:
    """Whether the original date was missed, whatever was agreed later."""
    state = program.milestone(milestone)
    due, home = state.due, program.phase(program.plan.phase_of[milestone])
    if due is None or state.achieved_at is not None or due.kept or home.status is PhaseStatus.WAITING:
        return due is not None and due.missed_original
    return due.is_late_originally(at, home.opened_at)


def lateness(program: Program, milestone: str, at: datetime) -> Lateness | None:
    """The lateness; None without a due date, before it is owed, when waived, or when it fell after having been kept."""
    state, zone = program.milestone(milestone), program.plan.time_zone
    due = state.due
    if due is None or due.kept or (state.waived is not None and state.achieved_at is None):
        return None
    if state.achieved_at is None and program.phase(program.plan.phase_of[milestone]).status is PhaseStatus.WAITING:
        return None
    reached = state.achieved_at or at
    original = max(0, days_between(due.original, reached, zone))
    return Lateness(original, None if due.revised is None else max(0, days_between(due.revised, reached, zone)))
