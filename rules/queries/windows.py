"""Windows: the first and the last instant of a span in which something is allowed."""

from __future__ import annotations

from datetime import datetime

from rules import dates
from rules.language.criteria import After
from rules.program import Program
from rules.queries.anchors import occurred_at


def window_opens_at(program: Program, edge: After) -> datetime | None:
    """The first instant that is not before an edge; None while what it is counted from has not come."""
    since = occurred_at(program, edge.from_)
    return None if since is None else dates.start_of_date(since, edge.within, program.plan.time_zone)


def window_closes_at(program: Program, edge: After, at: datetime | None = None) -> datetime | None:
    """The last instant of a window, moved by the time in which the program stood still. None while nobody knows it.

    With `at`: as it would be if a program that stands still went on at that instant.
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
    """The last instant of what is counted from another; an agreed day lasts through its day, also with nothing added to it."""
    zone = program.plan.time_zone
    if edge.from_.agreed is not None and not dates.is_positive(edge.within):
        return dates.end_of_day(since, zone)
    return dates.end_after(since, edge.within, zone)
