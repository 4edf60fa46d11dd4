"""Stability periods: the count of quiet days, what restarts it, pauses it and freezes it.

A period in days counts whole local days. The first is the day after the anchor, or after the incident
that restarted the count. A reported or contested incident freezes the count: if it is dismissed nothing
is lost, if it is confirmed the count starts after it. So the count depends only on what is known to
have happened, not on the order in which it became known. Where feeds watch the period, it is complete
only when each of them has covered its last day.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce

from rules.effects import StabilityCounted
from rules.language.phases import StabilityPeriod, Tolerance
from rules.program import Program
from rules.queries.coverage import uncovering_check
from rules.queries.incidents import matching, span
from rules.times import Interval, add_duration, add_lost_time, days_between, in_whole_days, next_day_start
from rules.vocabulary.incidents import Incident


def count_stability(program: Program, phase: str, since: datetime, at: datetime) -> StabilityCounted:
    """The stability period of a phase at an instant, counted from its anchor `since`."""
    rule = _rule(program, phase)
    zone, count = program.plan.time_zone, _Count(program, rule, since)
    kept = count.through(incident for incident in matching(program, rule.restarted_by) if incident.is_established)
    quiet_until = count.ends(kept)
    frozen_by = _open_question(program, rule, count, kept)
    unseen_by = uncovering_check(program, rule, quiet_until, zone) if quiet_until else None
    return StabilityCounted(
        phase=phase,
        status="frozen" if frozen_by else "paused" if quiet_until is None else "counting",
        counted_from=kept.begins,
        completes_at=None if quiet_until is None else add_duration(quiet_until, rule.settling, zone),
        moved_by=kept.moved_by.id if kept.moved_by else None,
        frozen_by=frozen_by.id if frozen_by else None,
        unseen_by=unseen_by,
        effective_at=at,
    )


def days_left(program: Program, phase: str, at: datetime) -> int | None:
    """Local days until the period is complete, with the settling lag; None while that is unknown."""
    state = program.stability.get(phase)
    if state is None or state.counted.completes_at is None:
        return None
    since = max(at, state.counted.counted_from)
    return max(0, days_between(since, state.counted.completes_at, program.plan.time_zone))


def _rule(program: Program, phase: str) -> StabilityPeriod:
    rule = program.plan.phases[phase].stability
    if rule is None:
        raise LookupError(f"the phase {phase} has no stability period")
    return rule


@dataclass(frozen=True, slots=True)
class _Kept:
    """An intermediate count: its start, the incident that moved it, and the tolerated number since."""

    begins: datetime
    moved_by: Incident | None = None
    tolerated: int = 0


class _Count:
    """The counter of one period, which caches the end for each start, since there can be thousands of incidents."""

    def __init__(self, program: Program, rule: StabilityPeriod, since: datetime, supposed: Iterable[Incident] = ()) -> None:
        """`supposed` are undecided incidents that are treated as having paused it."""
        self._plan, self._rule, self.since = program.plan, rule, since
        self._zone, self._whole_days = program.plan.time_zone, in_whole_days(rule.length)
        established = (incident for incident in matching(program, rule.paused_by) if incident.is_established)
        self._lost: list[Interval] = [span(incident) for incident in (*established, *supposed)]
        self._lost += [*program.suspensions, *program.plan.windows(rule.paused_in)]
        self._ends: dict[datetime, datetime | None] = {}

    def through(self, incidents: Iterable[Incident], kept: _Kept | None = None) -> _Kept:
        """The count after incidents in order, from the beginning or from an intermediate count."""
        return reduce(self.after, incidents, kept or _Kept(self._first_counted(self.since)))

    def after(self, kept: _Kept, incident: Incident) -> _Kept:
        """The count after one more incident; the same object if it moves nothing.

        An incident beyond the current end came after the period was kept, and moves nothing. If only a span is known, the
        incident may have happened at its end, so no day of the span is quiet.
        """
        if incident.latest < self.since:
            return kept
        ends = self.ends(kept)
        if ends is not None and incident.happened_at >= ends:
            return kept
        if (
            self._rule.tolerates
            and kept.tolerated < self._rule.tolerates.count
            and self._tolerable(self._rule.tolerates, incident)
        ):
            return replace(kept, tolerated=kept.tolerated + 1)
        return _Kept(self._first_counted(incident.latest), incident)

    def ends(self, kept: _Kept) -> datetime | None:
        """The end of the quiet days, without the settling lag; None while the count is paused."""
        begins = kept.begins
        if begins not in self._ends:
            until = add_duration(begins, self._rule.length, self._zone)
            self._ends[begins] = add_lost_time(until, self._lost, begins, self._zone, whole_days=self._whole_days)
        return self._ends[begins]

    def _first_counted(self, event: datetime) -> datetime:
        return next_day_start(event, self._zone) if self._whole_days else event

    def _tolerable(self, tolerance: Tolerance, incident: Incident) -> bool:
        return incident.kind in tolerance.kinds and self._plan.severity(incident.severity) <= self._plan.severity(
            tolerance.at_most
        )


def _open_question(program: Program, rule: StabilityPeriod, count: _Count, stands: _Kept) -> Incident | None:
    """The first undecided incident that would move the count if it and the undecided ones before it were confirmed.

    The count itself is evaluated, so that with a tolerance of two only the third incident freezes it. The count up to the
    open incident is shared; only later ones are counted for each.
    """
    restarting = {incident.id for incident in matching(program, rule.restarted_by)}
    pausing = {incident.id for incident in matching(program, rule.paused_by)}
    told = list(matching(program, (*rule.restarted_by, *rule.paused_by)))
    established = deque(incident for incident in told if incident.is_established and incident.id in restarting)
    supposed, passed, until = list[Incident](), count.through(()), count.ends(stands)
    for number, incident in enumerate(told):
        before = passed
        if established and established[0] is incident:
            passed = count.after(passed, established.popleft())
        if not incident.is_open_question:
            continue
        if incident.id in pausing:
            supposed.append(incident)
            count = _Count(program, rule, count.since, supposed)
            passed = count.through(one for one in told[:number] if one.id in restarting)
        if incident.id in restarting:
            passed = count.after(passed, incident)
        if passed is before and incident.id not in pausing:
            continue
        now = count.through(established, passed)
        if (now.begins, count.ends(now)) != (stands.begins, until):
            return incident
    return None
