"""Which incidents a rule of the plan speaks of, and the time that commitments were broken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from rules.criteria import Trigger
from rules.plan import Commitment, Plan
from rules.program import CommitmentState, Incident, IncidentStatus, Program
from rules.times import Interval


def triggers(plan: Plan, trigger: Trigger, incident: Incident) -> bool:
    """Whether an incident is of the class that a trigger names, whatever its status."""
    return (
        incident.kind in trigger.kinds
        and plan.severity(incident.severity) >= plan.severity(trigger.at_least)
        and (trigger.attributed_to is None or incident.attributed_to in trigger.attributed_to)
    )


def matching(program: Program, any_of: Iterable[Trigger]) -> Iterator[Incident]:
    """Incidents of the classes, dismissed ones left out, in the order in which they happened."""
    rules = tuple(any_of)
    held = (
        incident
        for incident in program.incidents.values()
        if incident.status is not IncidentStatus.DISMISSED and any(triggers(program.plan, rule, incident) for rule in rules)
    )
    return iter(sorted(held, key=lambda incident: (incident.happened_at, incident.id)))


def span(incident: Incident) -> Interval:
    """From when an established incident happened until it was resolved."""
    return (incident.happened_at, incident.resolved_at)


def commitment_now(program: Program, rule: Commitment, since: datetime) -> CommitmentState:
    """How a commitment in force since an instant stands: what broke it, what puts it in question.

    An incident from before the commitment was in force breaks nothing, even if it is still open.
    """
    broken: list[Interval] = []
    status, because = "in_force", None
    for incident in matching(program, rule.broken_by):
        if incident.happened_at < since:
            continue
        if incident.is_established:
            broken.append(span(incident))
            if incident.resolved_at is None:
                status, because = "broken", incident.id
        elif status == "in_force":
            status, because = "in_question", incident.id
    return CommitmentState(status, since, because, tuple(broken))  # type: ignore[arg-type]
