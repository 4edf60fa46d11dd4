"""Inactivity: a party that owes something and has done nothing that counts for too long."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from rules.effects import Effect, StallEnded, StallFound
from rules.explanations.owing import Owed, owed_acts
from rules.program import Program
from rules.queries.affected import Agenda
from rules.times import add_duration, add_lost_time, in_whole_days
from rules.vocabulary.standing import Standing


@dataclass(frozen=True, slots=True)
class Inactive:
    """Since when a party has been inactive, and when that becomes a stall; None: unknown while its clock is paused."""

    since: datetime
    found_at: datetime | None


def stall_effects(program: Program, at: datetime, _: Agenda) -> Iterator[Effect]:
    """The effects on parties that stall now, and on stalled ones that act again or owe nothing any more."""
    if program.standing is not Standing.RUNNING or _too_early(program, at):
        return
    yield from stalls_found(program, at)


def stalls_found(program: Program, at: datetime) -> Iterator[Effect]:
    """The same, also for a program that was suspended at this instant."""
    owed = owed_acts(program, at)
    for party, rule in program.plan.inactivity.items():
        still = inactivity_of(program, party, owed)
        stalled = still is not None and still.found_at is not None and still.found_at <= at
        if stalled and party not in program.stalls and still is not None and still.found_at is not None:
            ends = add_duration(still.found_at, rule.horizon, program.plan.time_zone)
            yield StallFound(party=party, since=still.since, horizon_ends=ends, effective_at=at)
        elif party in program.stalls and not stalled:
            yield StallEnded(party=party, effective_at=at)


def _too_early(program: Program, at: datetime) -> bool:
    """Whether no party can have stalled yet, whatever is owed. A cheap test before the full one."""
    zone = program.plan.time_zone
    began = {party: program.active.get(party, program.started_at) for party in program.plan.inactivity}
    return not program.stalls and all(
        add_duration(began[party], rule.within, zone) > at for party, rule in program.plan.inactivity.items()
    )


def inactivity_of(program: Program, party: str, owed: Collection[Owed]) -> Inactive | None:
    """The inactivity of a party; None if it owes nothing."""
    first = min((one.since for one in owed if one.party == party), default=None)
    if first is None:
        return None
    rule, zone = program.plan.inactivity[party], program.plan.time_zone
    since = max(first, program.active.get(party, first))
    lost = [*program.suspensions, *program.plan.windows(rule.paused_in)]
    return Inactive(
        since, add_lost_time(add_duration(since, rule.within, zone), lost, since, zone, whole_days=in_whole_days(rule.within))
    )
