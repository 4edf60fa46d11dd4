"""Anchors: when the events happened from which durations are counted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rules.language.criteria import Anchor
from rules.language.milestones import Shown
from rules.program import Program
from rules.vocabulary.evidence import Evidence


def occurred_at(program: Program, anchor: Anchor) -> datetime | None:
    """When the event of an anchor happened; None if it has not.

    A milestone counts once it is determined, with the date of the deed, which may be earlier. If no evidence dates the
    deed, or the plan counts from the determination, it is the date of the determination.
    """
    if anchor.date is not None:
        return anchor.date
    if anchor.milestone is not None:
        state = program.milestone(anchor.milestone)
        return (None if anchor.as_ == "determined" else state.happened_at) or state.achieved_at
    if anchor.finding is not None:
        return program.milestone(anchor.finding).found_at.get(anchor.is_ or "")
    if anchor.agreed is not None:
        day = program.agreed_dates.get(anchor.agreed)
        return day.begins_at if day else None
    if anchor.phase is not None:
        phase = program.phase(anchor.phase)
        return phase.opened_at if anchor.becomes == "open" else phase.completed_at
    return program.started_at


def _newest_of_each(program: Program, milestone: str, key: str) -> Iterable[Evidence]:
    """The newest verified evidence for a showing; where several parties show their own part, that of each."""
    pieces = [program.evidence[piece] for piece in program.milestone(milestone).shown[key]]
    step = program.plan.milestones.get(milestone)
    how = step.shown_by.get(key) if step else None
    if isinstance(how, Shown) and how.by:
        return {piece.recorded_by.party: piece for piece in pieces}.values()
    return pieces[-1:]


def deed_done_at(program: Program, milestone: str) -> datetime | None:
    """When the deed was done: the latest date of the standing verified evidence; None if no evidence has one."""
    shown = program.milestone(milestone).shown
    pieces = (piece for key in shown for piece in _newest_of_each(program, milestone, key))
    return max((piece.happened_at for piece in pieces if piece.happened_at is not None), default=None)
