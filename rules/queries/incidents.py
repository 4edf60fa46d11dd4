"""Incidents by class, and how long they lasted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rules.language.criteria import Trigger
from rules.language.plan import Plan
from rules.program import Program
from rules.times import Interval
from rules.vocabulary.incidents import Incident, IncidentStatus

UNHAPPENED = (IncidentStatus.DISMISSED, IncidentStatus.WITHDRAWN)


def triggers(plan: Plan, trigger: Trigger, incident: Incident) -> bool:
    """Whether an incident is of the trigger's class, whatever its status."""
    return (
        incident.kind in trigger.kinds
        and plan.severity(incident.severity) >= plan.severity(trigger.at_least)
        and (trigger.attributed_to is None or incident.attributed_to in trigger.attributed_to)
        and (trigger.about is None or incident.milestone in trigger.about)
    )


def matching(program: Program, any_of: Iterable[Trigger]) -> Iterator[Incident]:
    """Incidents of the classes in the order of their latest possible instant, without dismissed and withdrawn ones."""
    rules = tuple(any_of)
    held = (
        incident
        for incident in program.incidents.values()
        if incident.status not in UNHAPPENED and any(triggers(program.plan, rule, incident) for rule in rules)
    )
    return iter(sorted(held, key=lambda incident: (incident.latest, incident.id)))


def span(incident: Incident) -> Interval:
    """The interval of an established incident, from its beginning to its resolution."""
    return (incident.happened_at, incident.resolved_at)


def to_be_decided(incident: Incident) -> bool:
    """Whether an incident is undecided, or its decision is in question."""
    return incident.is_open_question or incident.questioned


def deciders(program: Program, incident: Incident) -> tuple[str, ...]:
    """The parties and bodies that may decide it: authorities to whom it is not attributed."""
    return tuple(who for who in program.plan.deciders if who not in incident.blamed)
