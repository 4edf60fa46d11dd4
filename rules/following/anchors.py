"""When the events happened that durations are counted from."""

from __future__ import annotations

from datetime import datetime

from rules.language.criteria import Anchor
from rules.program import Program


def occurred(program: Program, anchor: Anchor) -> datetime | None:
    """When the event that a duration is counted from happened; None if it has not."""
    if anchor.date is not None:
        return anchor.date
    if anchor.milestone is not None:
        return program.milestone(anchor.milestone).achieved_at
    if anchor.phase is not None:
        phase = program.phase(anchor.phase)
        return phase.opened_at if anchor.becomes == "open" else phase.completed_at
    return program.started_at
