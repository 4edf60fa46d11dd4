"""Windows: the first and the last instant of a span in which something is allowed."""

from __future__ import annotations

from datetime import datetime

from rules import dates
from rules.language.criteria import After
from rules.program import Program
from rules.queries.anchors import occurred_at


def window_opens_at(program: Program, edge: After) -> datetime | None:
    """The first instant that is not before an edge; None while its anchor has not occurred."""
    since = occurred_at(program, edge.from_)
    return None if since is None else dates.start_of_date(since, edge.within, program.plan.time_zone)


def window_closes_at(program: Program, edge: After, at: datetime | None = None) -> datetime | None:
    """The last instant of a window, moved by suspensions of the program; None while that is unknown.

    With `at`: as if a suspended program resumed at that instant.
    """
    since = occurred_at(program, edge.from_)
    if since is None:
        return None
    lost = [(begins, at if ends is None else ends) for begins, ends in program.suspensions]
    return dates.shift_date(last_instant(program, since, edge), lost, since, edge.within, program.plan.time_zone)


def is_closed(program: Program, edge: After, at: datetime) -> bool:
    """Whether the last instant of a window has passed."""
    ends = window_closes_at(program, edge)
    return ends is not None and dates.has_passed(ends, at, program.plan.time_zone)


def last_instant(program: Program, since: datetime, edge: After) -> datetime:
    """The last instant of a duration after an anchor. An agreed day lasts through its day, even with a duration of zero."""
    zone = program.plan.time_zone
    if edge.from_.agreed is not None and not dates.is_positive(edge.within):
        return dates.end_of_day(since, zone)
    return dates.end_after(since, edge.within, zone)
