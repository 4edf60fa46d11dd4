"""Decisions on incidents: reporting, confirming, contesting, dismissing, resolving."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias, assert_never

from rules import acts as a
from rules import facts
from rules.authority import may, roles_in_words
from rules.decisions.checks import check_feed
from rules.decisions.milestones import milestone_of
from rules.decisions.phases import check_is_authority
from rules.decisions.recorded import check_past
from rules.entries import Fact
from rules.field_types import did_you_mean
from rules.program import Program
from rules.queries.incidents import deciders
from rules.refusals import Code, Refusal
from rules.times import add_duration, time_in_words
from rules.vocabulary.incidents import Incident, IncidentStatus

Deed: TypeAlias = a.ReportIncident | a.ConfirmIncident | a.ContestIncident | a.DismissIncident | a.ResolveIncident


def incident_fact(program: Program, actor: a.Actor, deed: Deed, at: datetime) -> Fact:
    """The fact of an act on an incident. Raises Refusal."""
    match deed:
        case a.ReportIncident():
            check_feed(program, actor, deed.origin)
            return _report_fact(program, deed, at)
        case a.ConfirmIncident():
            return _confirmation_fact(program, actor, deed, at)
        case a.ContestIncident():
            _check_status(
                incident_of(program, deed.incident),
                (IncidentStatus.REPORTED, IncidentStatus.CONFIRMED),
                Code.INCIDENT_ALREADY_DECIDED,
            )
            return facts.IncidentContested(incident=deed.incident, reason=deed.reason)
        case a.DismissIncident():
            incident = incident_of(program, deed.incident)
            _check_status(
                incident,
                (IncidentStatus.REPORTED, IncidentStatus.CONTESTED, IncidentStatus.CONFIRMED),
                Code.INCIDENT_ALREADY_DECIDED,
            )
            check_decider(program, actor, incident)
            check_no_witness(program, actor, incident)
            return facts.IncidentDismissed(incident=deed.incident, reason=deed.reason)
        case a.ResolveIncident():
            return _resolution_fact(program, actor, deed, at)
    assert_never(deed)


def incident_of(program: Program, incident: str) -> Incident:
    """A recorded incident. Raises Refusal."""
    if (known := program.incidents.get(incident)) is None:
        raise Refusal(
            Code.INCIDENT_UNKNOWN,
            f"There is no incident {incident}.",
            "the id of a reported incident",
        )
    return known


def _check_status(incident: Incident, statuses: tuple[IncidentStatus, ...], code: Code) -> None:
    if incident.status not in statuses:
        raise Refusal(
            code,
            f"The incident {incident.id} is {incident.status}.",
            f"one that is {' or '.join(statuses)}",
        )


def check_kind(program: Program, kind: str) -> None:
    if kind not in program.plan.incidents:
        raise Refusal(
            Code.INCIDENT_KIND_UNKNOWN,
            f"{kind} is no kind of incident of the plan.",
            did_you_mean(kind, program.plan.incidents),
        )


def check_severity(program: Program, severity: str) -> None:
    if severity not in program.plan.severities:
        raise Refusal(
            Code.SEVERITY_UNKNOWN,
            f"{severity} is no severity of the plan.",
            f"one of {', '.join(program.plan.severities)}",
        )


def check_attribution(program: Program, who: str | None) -> None:
    known = {*program.plan.parties, *program.plan.non_parties}
    if who is not None and who not in known:
        raise Refusal(Code.PARTY_UNKNOWN, f"{who} is nobody the plan knows.", did_you_mean(who, known))


def check_span(program: Program, happened_at: datetime, until: datetime | None, at: datetime) -> None:
    """The span of an incident begins before it ends, and ends within three years from now. Raises Refusal."""
    zone = program.plan.time_zone
    if until is not None and until > add_duration(at, "P3Y", zone):
        raise Refusal(
            Code.IN_THE_FUTURE,
            f"It cannot have happened as late as {time_in_words(until, zone)}.",
            "happened_until at most three years from now: the end of the week, month or year in which it happened",
        )
    if until is not None and until < happened_at:
        raise Refusal(
            Code.BEFORE_IT_HAPPENED,
            f"It may have happened from {time_in_words(happened_at, zone)} on, which is after happened_until.",
            "happened_until after happened_at, or none",
        )


def check_decider(program: Program, actor: a.Actor, incident: Incident) -> None:
    """Raises Refusal unless the plan lets the actor decide, and nobody attributes the incident to the actor's party."""
    if actor.role is a.Role.AUTHORITY:
        check_is_authority(program, actor)
    if actor.party is not None and actor.party in incident.blamed:
        raise Refusal(
            Code.PARTY_MAY_NOT,
            f"The incident {incident.id} is attributed to {actor.party}, which does not decide on it.",
            _may_decide(program, incident),
        )


def _may_decide(program: Program, incident: Incident) -> str:
    if may_decide := deciders(program, incident):
        return roles_in_words("dismiss_incident", may_decide)
    return "nobody, until an account of it is taken back that blames who decides"


def check_no_witness(program: Program, actor: a.Actor, incident: Incident) -> None:
    """Raises Refusal if the actor has given an account of the incident."""
    if actor.person in incident.told_by:
        raise Refusal(
            Code.RECORDER_IS_AUTHORITY,
            f"{actor.person} has reported this incident, or given an account of it, and cannot decide on it.",
            f"{_may_decide(program, incident)}, and another person",
        )


def _report_fact(program: Program, deed: a.ReportIncident, at: datetime) -> Fact:
    if deed.incident in program.incidents:
        raise Refusal(Code.ID_TAKEN, f"There is an incident {deed.incident} already.", "a new id")
    check_kind(program, deed.incident_kind)
    check_severity(program, deed.severity)
    check_attribution(program, deed.attributed_to)
    check_past(deed.happened_at, at, program.plan.time_zone)
    check_span(program, deed.happened_at, deed.happened_until, at)
    if deed.related_to is not None:
        incident_of(program, deed.related_to)
    if deed.milestone is not None:
        milestone_of(program, deed.milestone)
    return facts.IncidentReported(**deed.model_dump(exclude={"kind"}))


def _confirmation_fact(program: Program, actor: a.Actor, deed: a.ConfirmIncident, at: datetime) -> Fact:
    incident = incident_of(program, deed.incident)
    if not incident.questioned:
        _check_status(incident, (IncidentStatus.REPORTED, IncidentStatus.CONTESTED), Code.INCIDENT_ALREADY_DECIDED)
    if incident.status is IncidentStatus.CONTESTED and not may(actor.role, "confirm_contested_incident"):
        raise Refusal(
            Code.ROLE_MAY_NOT,
            "A contested incident is decided by an authority.",
            roles_in_words("confirm_contested_incident", deciders(program, incident)),
        )
    check_decider(program, actor, incident)
    check_no_witness(program, actor, incident)
    severity = deed.severity or incident.severity
    check_severity(program, severity)
    check_attribution(program, deed.attributed_to)
    check_past(deed.happened_at, at, program.plan.time_zone)
    return facts.IncidentConfirmed(
        incident=deed.incident,
        severity=severity,
        attributed_to=deed.attributed_to or incident.attributed_to,
        happened_at=deed.happened_at or incident.happened_at,
        happened_until=None if deed.happened_at else incident.happened_until,
        reason=deed.reason,
    )


def _resolution_fact(program: Program, actor: a.Actor, deed: a.ResolveIncident, at: datetime) -> Fact:
    incident = incident_of(program, deed.incident)
    check_decider(program, actor, incident)
    _check_status(incident, (IncidentStatus.CONFIRMED,), Code.INCIDENT_NOT_CONFIRMED)
    check_past(deed.resolved_at, at, program.plan.time_zone)
    resolved_at = deed.resolved_at or at
    check_resolution(program, incident.happened_at, resolved_at)
    return facts.IncidentResolved(incident=deed.incident, resolved_at=resolved_at, reason=deed.reason)


def check_resolution(program: Program, happened_at: datetime, resolved_at: datetime) -> None:
    """Raises Refusal if the incident would be resolved before it happened."""
    if resolved_at < happened_at:
        happened, over = (time_in_words(one, program.plan.time_zone) for one in (happened_at, resolved_at))
        raise Refusal(
            Code.BEFORE_IT_HAPPENED,
            f"The incident happened on {happened}, after it was over on {over}.",
            "instants of which the first is when it happened",
        )
