"""What has happened, in plain words: one line for each entry, in the local time of the plan."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from rules import entries as e
from rules.plan import Plan


def local(at: datetime, zone: str) -> str:
    """An instant as people of the plan read it on their clocks; seconds only where they say something."""
    there = at.astimezone(ZoneInfo(zone))
    return f"{there:%Y-%m-%d %H:%M:%S}" if there.second else f"{there:%Y-%m-%d %H:%M}"


def told(fact: e.Fact, plan: Plan) -> str:
    """What a fact says, without its actor and its time of recording."""
    match fact:
        case (
            e.IncidentReported() | e.IncidentConfirmed() | e.IncidentContested() | e.IncidentDismissed() | e.IncidentResolved()
        ):
            return _incident(fact, plan)
        case (
            e.EvidenceRecorded()
            | e.MeasurementRecorded()
            | e.EvidenceVerified()
            | e.EvidenceReturned()
            | e.EvidenceWithdrawn()
            | e.ObservationMade()
        ):
            return _evidence(fact)
        case (
            e.MilestoneDetermined()
            | e.FindingMade()
            | e.DeadlineSet()
            | e.DeadlineMissed()
            | e.StabilityCounted()
            | e.StabilityCompleted()
            | e.StabilityReversed()
            | e.CommitmentChanged()
            | e.ClockStruck()
        ):
            return _state(fact, plan)
        case (
            e.GateChanged()
            | e.PhaseAdvanced()
            | e.PhaseOpened()
            | e.PhaseCompleted()
            | e.PhaseReopened()
            | e.PhaseSteppedBack()
            | e.WarningGiven()
            | e.ConsentGiven()
        ):
            return _phase(fact)
        case _:
            return _program(fact, plan)


def _incident(
    fact: e.IncidentReported | e.IncidentConfirmed | e.IncidentContested | e.IncidentDismissed | e.IncidentResolved, plan: Plan
) -> str:
    match fact:
        case e.IncidentReported():
            by = f", attributed to {fact.attributed_to}" if fact.attributed_to else ""
            when = local(fact.happened_at, plan.time_zone)
            return f"incident {fact.incident} reported: {fact.severity} {fact.incident_kind} at {fact.place} on {when}{by}"
        case e.IncidentConfirmed():
            by = f", attributed to {fact.attributed_to}" if fact.attributed_to else ""
            return f"incident {fact.incident} confirmed as {fact.severity}{by}: {fact.reason}"
        case e.IncidentContested():
            return f"incident {fact.incident} contested: {fact.reason}"
        case e.IncidentDismissed():
            return f"incident {fact.incident} dismissed: {fact.reason}"
        case e.IncidentResolved():
            return f"incident {fact.incident} resolved on {local(fact.resolved_at, plan.time_zone)}: {fact.reason}"
    assert_never(fact)


def _evidence(
    fact: e.EvidenceRecorded
    | e.MeasurementRecorded
    | e.EvidenceVerified
    | e.EvidenceReturned
    | e.EvidenceWithdrawn
    | e.ObservationMade,
) -> str:
    match fact:
        case e.EvidenceRecorded():
            return f"evidence {fact.evidence} recorded for {fact.milestone}.{fact.shows}"
        case e.MeasurementRecorded():
            figure = f"{fact.value:f} {fact.unit} in {fact.period}"
            return f"figure {fact.measurement} recorded: {fact.indicator} {figure} ({fact.producer}, {fact.edition})"
        case e.EvidenceVerified():
            return f"evidence {fact.evidence} verified"
        case e.EvidenceReturned():
            return f"evidence {fact.evidence} returned: {fact.reason}"
        case e.EvidenceWithdrawn():
            return f"evidence {fact.evidence} withdrawn: {fact.reason}"
        case e.ObservationMade():
            return f"observation on {fact.milestone}: {fact.text}"
    assert_never(fact)


def _state(
    fact: e.MilestoneDetermined
    | e.FindingMade
    | e.DeadlineSet
    | e.DeadlineMissed
    | e.StabilityCounted
    | e.StabilityCompleted
    | e.StabilityReversed
    | e.CommitmentChanged
    | e.ClockStruck,
    plan: Plan,
) -> str:
    zone = plan.time_zone
    match fact:
        case e.MilestoneDetermined():
            by_itself = " by the plan itself" if fact.automatically else ""
            return f"milestone {fact.milestone} determined{by_itself}: {fact.outcome.replace('_', ' ')}"
        case e.FindingMade():
            proposal = f", proposes {fact.proposes}" if fact.proposes else ""
            subject = fact.milestone or f"the stability period of {fact.stability}"
            return f"finding on {subject}: {str(fact.outcome).replace('_', ' ')}{proposal}. {fact.sentence}"
        case e.DeadlineSet():
            if fact.due_revised is None:
                return f"milestone {fact.milestone} has no due date while it is paused"
            moved = f", originally {local(fact.due_original, zone)}" if fact.due_revised != fact.due_original else ""
            return f"milestone {fact.milestone} due {local(fact.due_revised, zone)}{moved}"
        case e.DeadlineMissed():
            return f"milestone {fact.milestone} was not achieved by its due date"
        case e.StabilityCounted():
            moved_by = f", moved by {fact.moved_by}" if fact.moved_by else ""
            ends = f", complete on {local(fact.completes_at, zone)} if nothing happens" if fact.completes_at else ""
            frozen = f", until {fact.frozen_by} is decided" if fact.frozen_by else ""
            since = local(fact.counted_from, zone)
            return f"stability period of {fact.phase} {fact.status} from {since}{moved_by}{frozen}{ends}"
        case e.StabilityCompleted():
            return f"stability period of {fact.phase} kept"
        case e.StabilityReversed():
            return f"stability period of {fact.phase} determined as not kept: {fact.reason}"
        case e.CommitmentChanged():
            because = f" because of {fact.because}" if fact.because else ""
            return f"commitment {fact.commitment} {fact.status.replace('_', ' ')}{because}"
        case e.ClockStruck():
            return f"clock {fact.clock} struck, due {local(fact.due_at, zone)}"
    assert_never(fact)


def _phase(
    fact: e.GateChanged
    | e.PhaseAdvanced
    | e.PhaseOpened
    | e.PhaseCompleted
    | e.PhaseReopened
    | e.PhaseSteppedBack
    | e.WarningGiven
    | e.ConsentGiven,
) -> str:
    match fact:
        case e.GateChanged():
            return f"{fact.gate} gate of {fact.phase} {'met' if fact.met else 'closed'}"
        case e.PhaseAdvanced():
            return f"phase {fact.phase} advanced"
        case e.PhaseOpened():
            return f"phase {fact.phase} OPEN"
        case e.PhaseCompleted():
            return f"phase {fact.phase} COMPLETE"
        case e.PhaseReopened():
            return f"phase {fact.phase} open again"
        case e.PhaseSteppedBack():
            return f"phase {fact.phase} stepped back and waits"
        case e.WarningGiven():
            return f"warning on {fact.phase}: {fact.sentence}"
        case e.ConsentGiven():
            return f"{fact.party} consents to the opening of {fact.phase}"
    assert_never(fact)


def _program(
    fact: e.ProgramStarted
    | e.MemberAdmitted
    | e.MemberRemoved
    | e.ProgramSuspended
    | e.ProgramResumed
    | e.ProgramTerminated
    | e.ProgramCompleted
    | e.AttemptRefused,
    plan: Plan,
) -> str:
    match fact:
        case e.ProgramStarted():
            return f"program started: {fact.title}, plan {plan.plan}"
        case e.MemberAdmitted(member=member):
            return f"{member.person} admitted as {member.role}" + (f" for {member.party}" if member.party else "")
        case e.MemberRemoved(member=member):
            return f"{member.person} is no {member.role} any more: {fact.reason}"
        case e.ProgramSuspended():
            return f"program SUSPENDED: {fact.reason}"
        case e.ProgramResumed():
            return f"program resumed: {fact.reason}"
        case e.ProgramTerminated():
            return f"program TERMINATED: {fact.reason}"
        case e.ProgramCompleted():
            return "program COMPLETE"
        case e.AttemptRefused():
            return f"attempt to {fact.attempted} refused: {fact.code}. {fact.reason}"
    assert_never(fact)
