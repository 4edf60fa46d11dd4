"""What somebody has caused to happen to a program, in the past tense, one class each."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import Field

from rules.acts import ChildPlan, FiledDocument, Member, MilestoneReported, Parent, ProgramId
from rules.assessors import Meaning
from rules.causes import Cause
from rules.matters import Matter
from rules.origin import Fetch, Origin
from rules.readings import Unread
from rules.testimony import AccountGiven, AccountTakenBack
from rules.times import Day, Instant
from rules.words import Figure, Id, Label, Name, PlanText, Sha256, Strict, Text


class ProgramStarted(Strict):
    kind: Literal["program_started"] = "program_started"
    document: PlanText
    parameters: dict[Name, str | int]
    plan_sha256: Sha256
    title: Label
    members: tuple[Member, ...]
    programs: dict[Name, ChildPlan] | None = None
    parent: Parent | None = None


class MemberAdmitted(Strict):
    kind: Literal["member_admitted"] = "member_admitted"
    member: Member


class MemberRemoved(Strict):
    kind: Literal["member_removed"] = "member_removed"
    member: Member
    reason: Text


class EvidenceRecorded(Strict):
    kind: Literal["evidence_recorded"] = "evidence_recorded"
    evidence: Id
    milestone: Name
    shows: Name
    happened_at: Instant | None = None
    document: FiledDocument | None = None
    text: Text | None = None
    reference: Text | None = None
    restricted_to: tuple[Name, ...] | None = None


class MeasurementRecorded(Strict):
    kind: Literal["measurement_recorded"] = "measurement_recorded"
    measurement: Id
    indicator: Name
    value: Figure
    unit: Label
    period: str
    producer: Label
    edition: Label
    source: Text
    retrieved_at: Instant
    revises: Id | None = None
    cause: Cause | None = None
    standard_error: Figure | None = None
    origin: Origin | None = None
    document: FiledDocument | None = None


class CheckReported(Strict):
    """What a check has come to; a later run that comes to the same is not recorded again."""

    kind: Literal["check_reported"] = "check_reported"
    check: Name
    outcome: Literal["read"] | Unread
    sentence: Text
    edition: Label | None = None
    covers_until: Day | None = None
    fetched: tuple[Fetch, ...] = ()
    adapter: Label | None = None
    version: Label | None = None


class CheckPaused(Strict):
    kind: Literal["check_paused"] = "check_paused"
    check: Name
    reason: Text


class CheckResumed(Strict):
    kind: Literal["check_resumed"] = "check_resumed"
    check: Name
    reason: Text


class EvidenceRead(Strict):
    """Somebody was shown restricted evidence."""

    kind: Literal["evidence_read"] = "evidence_read"
    evidence: Id


class MilestoneAssessed(Strict):
    kind: Literal["milestone_assessed"] = "milestone_assessed"
    milestone: Name
    assessor: Name
    grade: Name
    means: Meaning
    reason: Text


class EvidenceVerified(Strict):
    kind: Literal["evidence_verified"] = "evidence_verified"
    evidence: Id
    note: Text | None = None


class EvidenceReturned(Strict):
    kind: Literal["evidence_returned"] = "evidence_returned"
    evidence: Id
    reason: Text


class EvidenceWithdrawn(Strict):
    kind: Literal["evidence_withdrawn"] = "evidence_withdrawn"
    evidence: Id
    reason: Text


class ObservationMade(Strict):
    kind: Literal["observation_made"] = "observation_made"
    milestone: Name
    text: Text


class MilestoneDetermined(Strict):
    """By somebody, or (`automatically`) by the plan that all parties have agreed to."""

    kind: Literal["milestone_determined"] = "milestone_determined"
    milestone: Name
    outcome: Literal["achieved", "partly_achieved", "not_achieved", "reversed"]
    grade: int | None = None
    share: Figure | None = None
    reason: Text
    automatically: bool = False
    effective_at: Instant


class StabilityReversed(Strict):
    kind: Literal["stability_reversed"] = "stability_reversed"
    phase: Name
    reason: Text
    effective_at: Instant


class IncidentReported(Strict):
    kind: Literal["incident_reported"] = "incident_reported"
    incident: Id
    incident_kind: Name
    severity: Name
    happened_at: Instant
    place: Label
    attributed_to: Name | None = None
    confidence: Literal["low", "medium", "high"]
    account: Text
    related_to: Id | None = None
    origin: Origin | None = None


class IncidentConfirmed(Strict):
    kind: Literal["incident_confirmed"] = "incident_confirmed"
    incident: Id
    severity: Name
    attributed_to: Name | None = None
    happened_at: Instant
    reason: Text


class IncidentContested(Strict):
    kind: Literal["incident_contested"] = "incident_contested"
    incident: Id
    reason: Text


class IncidentDismissed(Strict):
    kind: Literal["incident_dismissed"] = "incident_dismissed"
    incident: Id
    reason: Text


class IncidentResolved(Strict):
    kind: Literal["incident_resolved"] = "incident_resolved"
    incident: Id
    resolved_at: Instant
    reason: Text


class ConsentGiven(Strict):
    """To the opening of a phase."""

    kind: Literal["consent_given"] = "consent_given"
    phase: Name
    party: Name
    effects: Sha256 | None = None


class ProposalMade(Strict):
    kind: Literal["proposal_made"] = "proposal_made"
    proposal: Id
    procedure: Name
    matter: Matter
    reason: Text
    effects: Sha256 = Field(description="hash of what would follow if it were adopted now")


class ProposalConsented(Strict):
    kind: Literal["proposal_consented"] = "proposal_consented"
    proposal: Id
    party: Name
    effects: Sha256 = Field(description="hash of the effects that the consent is to")


class ObjectionMade(Strict):
    kind: Literal["objection_made"] = "objection_made"
    proposal: Id
    party: Name
    reason: Text


class NoticeGiven(Strict):
    kind: Literal["notice_given"] = "notice_given"
    proposal: Id
    party: Name
    proof: Text


class ProposalWithdrawn(Strict):
    kind: Literal["proposal_withdrawn"] = "proposal_withdrawn"
    proposal: Id
    reason: Text


class DisputeRaised(Strict):
    kind: Literal["dispute_raised"] = "dispute_raised"
    dispute: Id
    ladder: Name
    about: Id | None = None
    reason: Text
    stage: Name
    until: Instant


class DisputeSettled(Strict):
    kind: Literal["dispute_settled"] = "dispute_settled"
    dispute: Id
    stage: Name
    outcome: Text


class DisputeWithdrawn(Strict):
    kind: Literal["dispute_withdrawn"] = "dispute_withdrawn"
    dispute: Id
    reason: Text


class SnapbackInvoked(Strict):
    kind: Literal["snapback_invoked"] = "snapback_invoked"
    snapback: Name
    dispute: Id | None = None
    reason: Text
    takes_effect_at: Instant


class PhaseAdvanced(Strict):
    kind: Literal["phase_advanced"] = "phase_advanced"
    phase: Name


class ProgramSuspended(Strict):
    """By somebody, or (`because` of a gate that closed) by the plan."""

    kind: Literal["program_suspended"] = "program_suspended"
    reason: Text
    effective_at: Instant


class ProgramResumed(Strict):
    kind: Literal["program_resumed"] = "program_resumed"
    reason: Text
    effective_at: Instant


class ProgramTerminated(Strict):
    kind: Literal["program_terminated"] = "program_terminated"
    reason: Text
    effective_at: Instant


class ChildReported(Strict):
    """How a child program stands. Its head, kept here as well, vouches for the child's ledger up to there."""

    kind: Literal["child_reported"] = "child_reported"
    program: Name
    child: ProgramId
    child_seq: int
    child_head: Sha256
    standing: Literal["running", "frozen", "suspended", "completed", "terminated"]
    milestones: tuple[MilestoneReported, ...] = ()
    lacks: Text | None = None
    owes: tuple[Name, ...] = ()
    next_due: Instant | None = None


class ParentReported(Strict):
    """Whether the parent program holds this one back; its head is kept for the same reason."""

    kind: Literal["parent_reported"] = "parent_reported"
    parent_seq: int
    parent_head: Sha256
    holds: bool
    reason: Text


class AttemptRefused(Strict):
    """Somebody tried what the law does not allow; nothing else was written."""

    kind: Literal["attempt_refused"] = "attempt_refused"
    attempted: Label
    content: Sha256
    code: Name
    reason: Text


OnEvidence: TypeAlias = EvidenceRecorded | MeasurementRecorded | EvidenceVerified | EvidenceReturned | EvidenceWithdrawn
OnCheck: TypeAlias = CheckReported | CheckPaused | CheckResumed
OnIncident: TypeAlias = (
    IncidentReported
    | IncidentConfirmed
    | IncidentContested
    | IncidentDismissed
    | IncidentResolved
    | AccountGiven
    | AccountTakenBack
)
OnProposal: TypeAlias = ProposalMade | ProposalConsented | ObjectionMade | NoticeGiven | ProposalWithdrawn
OnDispute: TypeAlias = DisputeRaised | DisputeSettled | DisputeWithdrawn | SnapbackInvoked
