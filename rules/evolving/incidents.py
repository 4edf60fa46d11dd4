"""Incidents: reported, confirmed, contested, dismissed, resolved."""

from __future__ import annotations

from dataclasses import replace

from rules import facts
from rules.entries import Entry, caused_by
from rules.program import Incident, IncidentStatus, Program, put


def incident_after(program: Program, entry: Entry, fact: facts.OnIncident) -> Program:
    """The program after an entry on an incident."""
    match fact:
        case facts.IncidentReported():
            incident = Incident(
                id=fact.incident,
                kind=fact.incident_kind,
                severity=fact.severity,
                status=IncidentStatus.REPORTED,
                happened_at=fact.happened_at,
                reported_at=entry.at,
                place=fact.place,
                attributed_to=fact.attributed_to,
                confidence=fact.confidence,
                reported_by=caused_by(entry),
                related_to=fact.related_to,
            )
        case facts.IncidentConfirmed():
            incident = replace(
                program.incidents[fact.incident],
                status=IncidentStatus.CONFIRMED,
                severity=fact.severity,
                attributed_to=fact.attributed_to,
                happened_at=fact.happened_at,
            )
        case facts.IncidentContested():
            incident = replace(program.incidents[fact.incident], status=IncidentStatus.CONTESTED)
        case facts.IncidentDismissed():
            incident = replace(program.incidents[fact.incident], status=IncidentStatus.DISMISSED)
        case facts.IncidentResolved():
            incident = replace(
                program.incidents[fact.incident],
                status=IncidentStatus.RESOLVED,
                resolved_at=fact.resolved_at,
            )
    return program.changed(incidents=put(program.incidents, incident.id, incident))
