"""Counting quiet time: what starts it anew, what stops it, what it waits for.

A period in days counts whole local days, the first being the day after the anchor or after the
incident that started it anew. An incident that is only reported or is contested freezes it: if it
is dismissed nothing is lost, if it is confirmed the period starts after it. So the count depends
only on what is known to have happened, not on the order in which it became known. Where feeds watch
the period, it is not complete before each of them has spoken of its last day.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from rules.coverage import not_covering
from rules.effects import StabilityCounted
from rules.incidents import matching, span
from rules.plan import StabilityPeriod
from rules.program import Program
from rules.times import Interval, day_after, days_between, in_whole_days, plus, plus_lost
from rules.vocabulary.incidents import Incident, IncidentStatus


def zone_of(program: Program, rule: StabilityPeriod) -> str:
    return rule.time_zone or program.plan.time_zone


def counted(program: Program, phase: str, since: datetime, at: datetime) -> StabilityCounted:
    """The stability period of a phase as it stands, counted from its anchor `since`."""
    rule = _rule(program, phase)
    begins, moved_by = _beginning(program, rule, since)
    ends = _end(program, rule, begins)
    frozen_by = _open_question(program, rule, since)
    quiet_until = _quiet_end(program, rule, begins)
    unseen_by = not_covering(program, rule, quiet_until, zone_of(program, rule)) if quiet_until else None
    status = "frozen" if frozen_by else "paused" if ends is None else "counting"
    return StabilityCounted(
        phase=phase,
        status=status,  # type: ignore[arg-type]
        counted_from=begins,
        completes_at=ends,
        moved_by=moved_by.id if moved_by else None,
        frozen_by=frozen_by.id if frozen_by else None,
        unseen_by=unseen_by,
        effective_at=at,
    )


def days_left(program: Program, phase: str, at: datetime) -> int | None:
    """Local days until the period is complete, the settling lag included; None while that is unknown."""
    state = program.stability.get(phase)
    if state is None or state.counted.completes_at is None:
        return None
    zone = zone_of(program, _rule(program, phase))
    return max(0, days_between(max(at, state.counted.counted_from), state.counted.completes_at, zone))


def _rule(program: Program, phase: str) -> StabilityPeriod:
    rule = program.plan.phases[phase].stability
    if rule is None:
        raise LookupError(f"the phase {phase} has no stability period")
    return rule


def _first_counted(program: Program, rule: StabilityPeriod, event: datetime) -> datetime:
    return day_after(event, zone_of(program, rule)) if in_whole_days(rule.length) else event


def _beginning(program: Program, rule: StabilityPeriod, since: datetime) -> tuple[datetime, Incident | None]:
    """When counting began, and the incident that last moved it.

    Incidents are taken as they happened; one that lies beyond the end of the count so far came
    after the period had been kept, and changes nothing.
    """
    begins, moved_by, tolerated = _first_counted(program, rule, since), None, 0
    for incident in matching(program, rule.restarted_by):
        if not incident.is_established or incident.happened_at < since:
            continue
        ends = _quiet_end(program, rule, begins)
        if ends is not None and incident.happened_at >= ends:
            break
        if _tolerable(program, rule, incident) and rule.tolerates and tolerated < rule.tolerates.count:
            tolerated += 1
            continue
        begins, moved_by, tolerated = (
            _first_counted(program, rule, incident.happened_at),
            incident,
            0,
        )
    return begins, moved_by


def _tolerable(program: Program, rule: StabilityPeriod, incident: Incident) -> bool:
    return (
        rule.tolerates is not None
        and incident.kind in rule.tolerates.kinds
        and program.plan.severity(incident.severity) <= program.plan.severity(rule.tolerates.at_most)
    )


def _lost(program: Program, rule: StabilityPeriod) -> list[Interval]:
    pauses = [span(incident) for incident in matching(program, rule.paused_by) if incident.is_established]
    return [*pauses, *program.suspensions, *program.plan.windows(rule.paused_in)]


def _quiet_end(program: Program, rule: StabilityPeriod, begins: datetime) -> datetime | None:
    """The end of the quiet days themselves; None while the count is stopped."""
    zone = zone_of(program, rule)
    return plus_lost(
        plus(begins, rule.length, zone),
        _lost(program, rule),
        begins,
        zone,
        whole_days=in_whole_days(rule.length),
    )


def _end(program: Program, rule: StabilityPeriod, begins: datetime) -> datetime | None:
    ends = _quiet_end(program, rule, begins)
    return None if ends is None else plus(ends, rule.settling, zone_of(program, rule))


def _open_question(program: Program, rule: StabilityPeriod, since: datetime) -> Incident | None:
    """The first incident not yet decided that would move the count if it and the open ones before it were confirmed.

    The count itself is asked, so that what is tolerated twice freezes nothing twice, and freezes at the third.
    """
    stands = _kept(program, rule, since)
    for incident in matching(program, (*rule.restarted_by, *rule.paused_by)):
        if not incident.is_open_question:
            continue
        confirmed = replace(incident, status=IncidentStatus.CONFIRMED)
        program = program.changed(incidents={**program.incidents, incident.id: confirmed})
        if _kept(program, rule, since) != stands:
            return incident
    return None


def _kept(program: Program, rule: StabilityPeriod, since: datetime) -> tuple[datetime, datetime | None]:
    begins, _ = _beginning(program, rule, since)
    return begins, _quiet_end(program, rule, begins)
