"""The fold of incidents: reported, confirmed, contested, dismissed, resolved."""

from __future__ import annotations

from dataclasses import replace

from rules import facts
from rules.entries import Entry, caused_by
from rules.persistent_map import with_item
from rules.program import Program
from rules.vocabulary.incidents import Incident, IncidentStatus, OnIncident
from rules.vocabulary.testimony import AccountGiven, AccountTakenBack, Stands, Testimony, with_account


def fold_incident(program: Program, entry: Entry, fact: OnIncident) -> Program:
    """The program after a fact on an incident."""
    match fact:
        case facts.IncidentReported():
            incident = Incident(
                id=fact.incident,
                kind=fact.incident_kind,
                severity=fact.severity,
                status=IncidentStatus.REPORTED,
                happened_at=fact.happened_at,
                happened_until=fact.happened_until,
                reported_at=entry.at,
                place=fact.place,
                attributed_to=fact.attributed_to,
                confidence=fact.confidence,
                reported_by=caused_by(entry),
                related_to=fact.related_to,
                milestone=fact.milestone,
                told_in=entry.seq,
                accounts=(_account(entry, fact.incident, fact),),
            )
        case facts.IncidentConfirmed():
            incident = replace(
                program.incidents[fact.incident],
                status=IncidentStatus.CONFIRMED,
                severity=fact.severity,
                attributed_to=fact.attributed_to,
                happened_at=fact.happened_at,
                happened_until=fact.happened_until,
                decided_at=entry.at,
                questioned=False,
                told_in=entry.seq,
            )
        case facts.IncidentContested():
            incident = replace(program.incidents[fact.incident], status=IncidentStatus.CONTESTED, contested_by_party=True)
        case facts.IncidentDismissed():
            incident = replace(
                program.incidents[fact.incident], status=IncidentStatus.DISMISSED, decided_at=entry.at, questioned=False
            )
        case facts.IncidentResolved():
            incident = replace(
                program.incidents[fact.incident],
                status=IncidentStatus.RESOLVED,
                resolved_at=fact.resolved_at,
            )
        case facts.IncidentCorrected():
            incident = _fold_correction(program.incidents[fact.incident], entry, fact)
        case AccountGiven():
            before = program.incidents[fact.incident]
            accounts = with_account(before.accounts, _account(entry, fact.account, fact))
            incident = _update_state(replace(before, accounts=accounts), fact.stands)
        case AccountTakenBack():
            before = program.incidents[fact.incident]
            left = (replace(one, taken_back=True) if one.id == fact.account else one for one in before.accounts)
            incident = _update_state(replace(before, accounts=tuple(left)), fact.stands)
    return program.changed(incidents=with_item(program.incidents, incident.id, incident))


def _fold_correction(before: Incident, entry: Entry, fact: facts.IncidentCorrected) -> Incident:
    said = replace(before, kind=fact.incident_kind, place=fact.place, told_in=entry.seq)
    if fact.stands is None:
        return replace(
            said,
            severity=fact.severity,
            happened_at=fact.happened_at,
            attributed_to=fact.attributed_to,
            decided_at=entry.at,
            questioned=False,
        )
    own = next(account for account in before.accounts if account.id == before.id)
    account = replace(
        own, given_at=entry.at, severity=fact.severity, happened_at=fact.happened_at, attributed_to=fact.attributed_to
    )
    return _update_state(replace(said, accounts=with_account(before.accounts, account)), fact.stands)


def _account(entry: Entry, name: str, fact: facts.IncidentReported | AccountGiven) -> Testimony:
    by = caused_by(entry).person
    check = fact.origin.check if fact.origin else None
    return Testimony(
        name,
        by,
        entry.at,
        fact.severity,
        fact.happened_at,
        fact.attributed_to,
        check,
        happened_until=fact.happened_until,
    )


def _update_state(incident: Incident, now: Stands) -> Incident:
    return replace(
        incident,
        status=IncidentStatus(now.status),
        severity=now.severity,
        happened_at=now.happened_at,
        happened_until=now.happened_until,
        attributed_to=now.attributed_to,
        questioned=now.questioned,
    )
