"""Acceptance of figures without a person, where the plan allows it.

All figures of a run are accepted together with its report. One by one, figures of two editions would
be mixed for a moment, and a milestone that is determined automatically could be achieved on a series
that no edition contains.
"""

from __future__ import annotations

from rules.acts import CHECKS
from rules.program import Program


def acceptable(program: Program, check: str) -> tuple[str, ...]:
    """The figures that the service has recorded for a check and that wait for the report of its run."""
    rule = program.plan.checks.get(check)
    if rule is None or rule.verified != "automatically":
        return ()
    pieces = (program.evidence[name] for name in program.unjudged)
    read = ((piece, piece.measurement.origin) for piece in pieces if piece.measurement is not None)
    return tuple(
        piece.id for piece, origin in read if piece.recorded_by == CHECKS and origin is not None and origin.check == check
    )
