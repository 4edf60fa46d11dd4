"""Decisions on corrections of incidents, and the state of the incident after one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from rules import acts as a
from rules import facts
from rules.authority import may, roles_in_words
from rules.decisions.incidents import (
    check_attribution,
    check_decider,
    check_kind,
    check_no_witness,
    check_resolution,
    check_severity,
    incident_of,
)
from rules.decisions.recorded import check_past
from rules.decisions.testimony import state_by_accounts
from rules.entries import Fact
from rules.program import Program
from rules.queries.incidents import UNHAPPENED, deciders
from rules.refusals import Code, Refusal
from rules.vocabulary.incidents import Incident
from rules.vocabulary.testimony import Testimony, with_account


def correction_fact(program: Program, actor: a.Actor, deed: a.CorrectIncident, at: datetime) -> Fact:
    """The fact of a correction. Raises Refusal."""
    incident = incident_of(program, deed.incident)
    if incident.status in UNHAPPENED:
        text = f"The incident {incident.id} is {incident.status}."
        raise Refusal(Code.INCIDENT_ALREADY_DECIDED, text, "an incident that is not dismissed or withdrawn")
    if not incident.is_open_question:
        _check_corrector(program, actor, incident)
        return _corrected_values(program, incident, incident, deed, at)
    _check_reporter(actor, incident)
    own = _own_account(incident)
    fact = _corrected_values(program, incident, own, deed, at)
    account = replace(own, given_at=at, severity=fact.severity, happened_at=fact.happened_at, attributed_to=fact.attributed_to)
    now = state_by_accounts(program, incident, with_account(incident.accounts, account))
    return fact.model_copy(update={"stands": now})


def _own_account(incident: Incident) -> Testimony:
    """The report's own account of an incident, which the correction replaces. Raises Refusal."""
    own = next((account for account in incident.accounts if account.id == incident.id and not account.taken_back), None)
    if own is None:
        text = f"The report of {incident.id} has been taken back; others say that it happened."
        raise Refusal(Code.ACCOUNT_UNKNOWN, text, "an account of one's own; or a correction once it is decided")
    return own


def _corrected_values(
    program: Program, incident: Incident, before: Testimony | Incident, deed: a.CorrectIncident, at: datetime
) -> facts.IncidentCorrected:
    """The corrected values of an incident; values that a correction omits stay as they were `before`. Raises Refusal."""
    fact = facts.IncidentCorrected(
        incident=incident.id,
        entry=incident.told_in,
        incident_kind=deed.incident_kind or incident.kind,
        severity=deed.severity or before.severity,
        happened_at=deed.happened_at or before.happened_at,
        place=deed.place or incident.place,
        attributed_to=None if deed.attributed_to_nobody else deed.attributed_to or before.attributed_to,
        reason=deed.reason,
    )
    check_kind(program, fact.incident_kind)
    check_severity(program, fact.severity)
    check_attribution(program, fact.attributed_to)
    check_past(fact.happened_at, at, program.plan.time_zone)
    if incident.resolved_at is not None:
        check_resolution(program, fact.happened_at, incident.resolved_at)
    told = (incident.kind, incident.place, before.severity, before.happened_at, before.attributed_to)
    if told == (fact.incident_kind, fact.place, fact.severity, fact.happened_at, fact.attributed_to):
        raise Refusal(
            Code.NOTHING_CORRECTED, f"That is what is said of {incident.id} already.", "what is another than was said"
        )
    return fact


def _check_reporter(actor: a.Actor, incident: Incident) -> None:
    """Raises Refusal unless the actor or somebody of the same party has reported it."""
    reporter = incident.reported_by
    if actor.person != reporter.person and (actor.party is None or actor.party != reporter.party):
        raise Refusal(
            Code.INCIDENT_OF_ANOTHER,
            f"The incident {incident.id} was reported by {reporter.person}, and nobody has decided it.",
            f"{reporter.person}, or an account of one's own of what happened",
        )


def _check_corrector(program: Program, actor: a.Actor, incident: Incident) -> None:
    """A decided incident is corrected by whoever could decide it. Raises Refusal."""
    part = "confirm_contested_incident" if incident.contested_by_party else "correct_decided_incident"
    if not may(actor.role, part):
        accepted = roles_in_words(part, deciders(program, incident))
        raise Refusal(
            Code.ROLE_MAY_NOT, f"The incident {incident.id} is {incident.status}; that is put right by {accepted}.", accepted
        )
    check_decider(program, actor, incident)
    check_no_witness(program, actor, incident)
