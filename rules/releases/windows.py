"""Time limits of releases: until when one can be earned, and until when a fallen part can be cured.

Like deadlines they are moved by suspensions of the program, during which nobody can earn anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from rules import dates
from rules.language.criteria import NotBefore, leaves
from rules.program import Program
from rules.queries.anchors import occurred_at
from rules.times import multiply_duration
from rules.vocabulary.releases import Suspended


def ends_at(program: Program, name: str) -> datetime | None:
    """When what is not earned is suspended or lapses; None: unknown, or never."""
    wait = program.plan.releases[name].due or program.plan.releases[name].lapses
    if wait is None or (since := occurred_at(program, wait.from_)) is None:
        return None
    return _shifted(program, dates.end_after(since, wait.within, program.plan.time_zone), since, wait.within)


def cured_by(program: Program, name: str, part: Suspended) -> datetime | None:
    """When a suspended part is lost; None: unknown, or never."""
    length = program.plan.releases[name].cure
    if part.cure_until is None or length is None:
        return None
    return _shifted(program, part.cure_until, part.since, length)


def next_instalment_at(program: Program, name: str) -> datetime | None:
    """When the next instalment ends; None: unknown, or nothing is left to earn."""
    terms, state = program.plan.releases[name], program.releases[name]
    rule = terms.per_time
    if rule is None or rule.each * state.earned_instalments >= terms.amount:
        return None
    if (since := occurred_at(program, rule.from_)) is None:
        return None
    until = dates.end_after(since, multiply_duration(rule.every, state.instalments + 1), program.plan.time_zone)
    return _shifted(program, until, since, rule.every)


def remaining(program: Program, name: str) -> Decimal:
    """The amount that can still be earned: committed, advanced, or suspended."""
    held = program.releases[name].balances
    return held["committed"] + held["advanced"] + held["suspended"]


def runs_out_at(program: Program, name: str) -> datetime | None:
    """When the first part that can still be earned is suspended or lost; None: unknown, or never."""
    cures = (cured_by(program, name, part) for part in program.releases[name].suspensions)
    end = ends_at(program, name) if at_stake(program, name) else None
    return min((date for date in (*cures, end) if date is not None), default=None)


def at_stake(program: Program, name: str) -> Decimal:
    """The amount lost when the time to earn ends; with `lapses`, including the unearned advance."""
    state = program.releases[name]
    return state.balances["committed"] + (state.balances["advanced"] if program.plan.releases[name].lapses else 0)


def has_time_left(program: Program, name: str) -> bool:
    """Whether a part can still be lost, or waits for a date to come."""
    state = program.releases[name]
    if any(cured_by(program, name, part) is not None for part in state.suspensions):
        return True
    dates = not_before(program, name)
    return bool(at_stake(program, name)) and (
        ends_at(program, name) is not None or any(date > program.settled_to for date in dates)
    )


def not_before(program: Program, name: str) -> Iterator[datetime]:
    """The dates in the criteria of a release and its advance."""
    for criterion in program.plan.releases[name].gates:
        for leaf in leaves(criterion):
            if isinstance(leaf, NotBefore):
                since = occurred_at(program, leaf.not_before.from_)
                if since is not None:
                    yield dates.start_of_date(since, leaf.not_before.within, program.plan.time_zone)


def _shifted(program: Program, until: datetime, since: datetime, length: str) -> datetime | None:
    return dates.shift_date(until, program.suspensions, since, length, program.plan.time_zone)
