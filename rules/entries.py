"""What has happened to a program: facts, in the past tense, one class each.

Facts that somebody caused come first; effects, which follow from them by law, after. An effect
carries what it changed, so that folding old entries never asks today's rules again.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from rules.acts import Actor, FiledDocument, Id, Member, PlanText
from rules.times import Instant
from rules.words import Figure, Label, Name, Sha256, Strict, Text


class Truth(StrEnum):
    """Whether a criterion or a finding holds. Unknown is a value and never opens a gate."""

    MET = "met"
    NOT_MET = "not_met"
    INDETERMINATE = "indeterminate"


class ProgramStarted(Strict):
    kind: Literal["program_started"] = "program_started"
    document: PlanText
    parameters: dict[Name, str | int]
    plan_sha256: Sha256
    title: Label
    members: tuple[Member, ...]


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
    outcome: Literal["achieved", "not_achieved", "reversed"]
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
    kind: Literal["consent_given"] = "consent_given"
    phase: Name
    party: Name
    effects: Sha256 | None = None


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


class AttemptRefused(Strict):
    """Somebody tried what the law does not allow; nothing else was written."""

    kind: Literal["attempt_refused"] = "attempt_refused"
    attempted: Label
    content: Sha256
    code: Name
    reason: Text


# Effects -------------------------------------------------------------------------------------


class ClockStruck(Strict):
    kind: Literal["clock_struck"] = "clock_struck"
    clock: Label
    due_at: Instant


class CommitmentChanged(Strict):
    kind: Literal["commitment_changed"] = "commitment_changed"
    commitment: Name
    status: Literal["in_force", "in_question", "broken"]
    because: Id | None = Field(default=None, description="incident")
    in_force_since: Instant
    broken: tuple[tuple[Instant, Instant | None], ...]
    effective_at: Instant


class StabilityCounted(Strict):
    """A stability period was started, moved, paused, frozen or let go on."""

    kind: Literal["stability_counted"] = "stability_counted"
    phase: Name
    status: Literal["counting", "paused", "frozen"]
    counted_from: Instant
    completes_at: Instant | None = Field(default=None, description="if nothing more happens; none while paused")
    moved_by: Id | None = None
    frozen_by: Id | None = None
    effective_at: Instant


class StabilityCompleted(Strict):
    kind: Literal["stability_completed"] = "stability_completed"
    phase: Name
    effective_at: Instant


class DeadlineSet(Strict):
    """A milestone's due date was set, moved or stopped by a pause; the original never changes."""

    kind: Literal["deadline_set"] = "deadline_set"
    milestone: Name
    anchored_at: Instant
    due_original: Instant
    due_revised: Instant | None = Field(default=None, description="none while paused")
    effective_at: Instant


class DeadlineMissed(Strict):
    kind: Literal["deadline_missed"] = "deadline_missed"
    milestone: Name
    effective_at: Instant


class FindingMade(Strict):
    """What the evidence shows by itself. It proposes; it decides nothing."""

    kind: Literal["finding_made"] = "finding_made"
    milestone: Name | None = None
    stability: Name | None = None
    outcome: Truth
    proposes: Literal["achievement", "reversal"] | None = None
    sentence: Text
    observable_until: Instant | None = None
    effective_at: Instant


class GateChanged(Strict):
    """A gate began or ceased to be met."""

    kind: Literal["gate_changed"] = "gate_changed"
    phase: Name
    gate: Literal["entry", "exit"]
    met: bool
    because: Text | None = None
    effective_at: Instant


class PhaseOpened(Strict):
    kind: Literal["phase_opened"] = "phase_opened"
    phase: Name
    effective_at: Instant


class PhaseCompleted(Strict):
    kind: Literal["phase_completed"] = "phase_completed"
    phase: Name
    effective_at: Instant


class PhaseReopened(Strict):
    """A completed phase is open again, because what it rested on has fallen."""

    kind: Literal["phase_reopened"] = "phase_reopened"
    phase: Name
    effective_at: Instant


class PhaseSteppedBack(Strict):
    """An open phase waits again, because its entry gate has closed."""

    kind: Literal["phase_stepped_back"] = "phase_stepped_back"
    phase: Name
    effective_at: Instant


class WarningGiven(Strict):
    kind: Literal["warning_given"] = "warning_given"
    phase: Name
    sentence: Text
    effective_at: Instant


class ProgramCompleted(Strict):
    kind: Literal["program_completed"] = "program_completed"
    effective_at: Instant


Effect: TypeAlias = (
    ClockStruck
    | CommitmentChanged
    | StabilityCounted
    | StabilityCompleted
    | DeadlineSet
    | DeadlineMissed
    | FindingMade
    | GateChanged
    | PhaseOpened
    | PhaseCompleted
    | PhaseReopened
    | PhaseSteppedBack
    | WarningGiven
    | ProgramCompleted
    | MilestoneDetermined
    | ProgramSuspended
)

Fact: TypeAlias = Annotated[
    ProgramStarted
    | MemberAdmitted
    | MemberRemoved
    | EvidenceRecorded
    | MeasurementRecorded
    | EvidenceVerified
    | EvidenceReturned
    | EvidenceWithdrawn
    | ObservationMade
    | MilestoneDetermined
    | StabilityReversed
    | IncidentReported
    | IncidentConfirmed
    | IncidentContested
    | IncidentDismissed
    | IncidentResolved
    | ConsentGiven
    | PhaseAdvanced
    | ProgramSuspended
    | ProgramResumed
    | ProgramTerminated
    | AttemptRefused
    | ClockStruck
    | CommitmentChanged
    | StabilityCounted
    | StabilityCompleted
    | DeadlineSet
    | DeadlineMissed
    | FindingMade
    | GateChanged
    | PhaseOpened
    | PhaseCompleted
    | PhaseReopened
    | PhaseSteppedBack
    | WarningGiven
    | ProgramCompleted,
    Field(discriminator="kind"),
]


class Entry(Strict):
    """One line of a program's ledger, before it is sealed.

    `at` is when it was recorded; when it happened stands in the fact. `actor` is who caused the
    fact; an effect, which follows by law, has none. `act` is the id of the act both came with,
    and `content` the hash of that act's content, on its first entry only.
    """

    seq: Annotated[int, Field(ge=1, lt=2**53)]
    at: Instant
    act: Id
    actor: Actor | None = None
    content: Sha256 | None = None
    fact: Fact
