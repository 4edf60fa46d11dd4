"""What follows by law from what somebody has caused, in the past tense, one class each.

An effect carries what it changed, so that folding old entries never asks today's rules again.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, TypeAlias

from pydantic import Field

from rules.accounts import Account
from rules.facts import (
    ChildReported,
    MilestoneDetermined,
    ObservationMade,
    ParentReported,
    ProgramResumed,
    ProgramSuspended,
    ProgramTerminated,
    StabilityReversed,
)
from rules.matters import Matter
from rules.times import Instant
from rules.unknown import Why
from rules.words import Figure, Id, Label, Name, PlanText, Sha256, Strict, Text


class Truth(StrEnum):
    """Whether a criterion or a finding holds. Unknown is a value and never opens a gate."""

    MET = "met"
    NOT_MET = "not_met"
    INDETERMINATE = "indeterminate"


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
    failing: tuple[tuple[Instant, Instant | None], ...] | None = Field(
        default=None, description="of these, when what it is kept while did not hold"
    )
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
    unseen_by: Name | None = Field(default=None, description="a check that does not speak of all its days yet")
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
    proposes: Literal["achievement", "grading", "reversal"] | None = None
    sentence: Text
    unknown: Why | None = Field(default=None, description="with indeterminate: why a figure tells nothing")
    observable_until: Instant | None = None
    effective_at: Instant


class FigureAccepted(Strict):
    """A figure counts as a check has read it, without a person, since the plan says so and its bytes are kept."""

    kind: Literal["figure_accepted"] = "figure_accepted"
    measurement: Id
    check: Name
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


class ProposalChanged(Strict):
    """What a proposal would do is no longer what it was consented to: the consents are lifted."""

    kind: Literal["proposal_changed"] = "proposal_changed"
    proposal: Id
    effects: Sha256
    lifted: tuple[Name, ...] = Field(description="parties whose consent no longer counts")
    matter: Matter | None = Field(default=None, description="an amendment, joined with one adopted before it")
    because: Text
    effective_at: Instant


class ProposalAdopted(Strict):
    kind: Literal["proposal_adopted"] = "proposal_adopted"
    proposal: Id
    by_silence: tuple[Name, ...] = Field(default=(), description="parties that had notice and did not object")
    effective_at: Instant


class ProposalFailed(Strict):
    """A proposal was vetoed, was not adopted in time, or can no longer be adopted."""

    kind: Literal["proposal_failed"] = "proposal_failed"
    proposal: Id
    how: Literal["vetoed", "lapsed", "overtaken", "conflicting"]
    because: Text
    effective_at: Instant


class MilestoneWaived(Strict):
    kind: Literal["milestone_waived"] = "milestone_waived"
    milestone: Name
    until: Instant | None = None
    proposal: Id
    effective_at: Instant


class WaiverExpired(Strict):
    kind: Literal["waiver_expired"] = "waiver_expired"
    milestone: Name
    effective_at: Instant


class DeadlineExtended(Strict):
    """A milestone is due later by agreement; its original date stays."""

    kind: Literal["deadline_extended"] = "deadline_extended"
    milestone: Name
    to: Instant
    proposal: Id
    effective_at: Instant


class SilenceExtended(Strict):
    kind: Literal["silence_extended"] = "silence_extended"
    proposal: Id
    to: Instant
    effective_at: Instant


class PlanAmended(Strict):
    """The program goes on under another text of its plan."""

    kind: Literal["plan_amended"] = "plan_amended"
    document: PlanText
    parameters: dict[Name, str | int]
    plan_sha256: Sha256
    proposal: Id
    effective_at: Instant


class BalanceMoved(Strict):
    """An amount of a release has gone from one of its accounts to another."""

    kind: Literal["balance_moved"] = "balance_moved"
    release: Name
    out_of: Account
    into: Account
    amount: Figure
    because: Text
    cure_until: Instant | None = Field(default=None, description="into suspended: until when it can be earned again")
    effective_at: Instant


class ReleaseRolledOver(Strict):
    """What was not earned in its time can be earned for one more."""

    kind: Literal["release_rolled_over"] = "release_rolled_over"
    release: Name
    amount: Figure
    until: Instant
    effective_at: Instant


class DisputeReferred(Strict):
    """A stage has not settled a dispute in its time; it lies before the next one."""

    kind: Literal["dispute_referred"] = "dispute_referred"
    dispute: Id
    stage: Name
    until: Instant
    effective_at: Instant


class StageExtended(Strict):
    kind: Literal["stage_extended"] = "stage_extended"
    dispute: Id
    to: Instant
    effective_at: Instant


class DisputeUnsettled(Strict):
    """No stage has settled a dispute."""

    kind: Literal["dispute_unsettled"] = "dispute_unsettled"
    dispute: Id
    effective_at: Instant


class SnapbackTookEffect(Strict):
    kind: Literal["snapback_took_effect"] = "snapback_took_effect"
    snapback: Name
    effective_at: Instant


class SnapbackAverted(Strict):
    """It was decided to keep what would have lapsed, or to restore what has."""

    kind: Literal["snapback_averted"] = "snapback_averted"
    snapback: Name
    proposal: Id
    effective_at: Instant


class StallFound(Strict):
    """A party owes something and has done nothing that counts for as long as the plan allows."""

    kind: Literal["stall_found"] = "stall_found"
    party: Name
    since: Instant
    horizon_ends: Instant
    effective_at: Instant


class StallEnded(Strict):
    """A party that stood still has moved, or owes nothing any more."""

    kind: Literal["stall_ended"] = "stall_ended"
    party: Name
    effective_at: Instant


class ProgramCompleted(Strict):
    kind: Literal["program_completed"] = "program_completed"
    effective_at: Instant


class ChildOpened(Strict):
    """A phase has opened a child program; its ledger begins when the clock room has started it."""

    kind: Literal["child_opened"] = "child_opened"
    program: Name
    effective_at: Instant


class ProgramFrozen(Strict):
    """Nobody has suspended the program; it stands still because its parent does, and goes on with it."""

    kind: Literal["program_frozen"] = "program_frozen"
    reason: Text
    effective_at: Instant


class ProgramThawed(Strict):
    kind: Literal["program_thawed"] = "program_thawed"
    effective_at: Instant


Effect: TypeAlias = (
    ClockStruck
    | CommitmentChanged
    | StabilityCounted
    | StabilityCompleted
    | DeadlineSet
    | DeadlineMissed
    | FindingMade
    | FigureAccepted
    | GateChanged
    | PhaseOpened
    | PhaseCompleted
    | PhaseReopened
    | PhaseSteppedBack
    | WarningGiven
    | ProposalChanged
    | ProposalAdopted
    | ProposalFailed
    | MilestoneWaived
    | WaiverExpired
    | DeadlineExtended
    | SilenceExtended
    | PlanAmended
    | BalanceMoved
    | ReleaseRolledOver
    | DisputeReferred
    | StageExtended
    | DisputeUnsettled
    | SnapbackTookEffect
    | SnapbackAverted
    | StallFound
    | StallEnded
    | ProgramCompleted
    | ChildOpened
    | ProgramFrozen
    | ProgramThawed
    | MilestoneDetermined
    | ProgramSuspended
    | ProgramTerminated
)

OnMilestone: TypeAlias = (
    ObservationMade
    | MilestoneDetermined
    | FindingMade
    | DeadlineSet
    | DeadlineMissed
    | MilestoneWaived
    | WaiverExpired
    | DeadlineExtended
)
OnStability: TypeAlias = StabilityCounted | StabilityCompleted | StabilityReversed
OnPhase: TypeAlias = GateChanged | PhaseOpened | PhaseCompleted | PhaseReopened | PhaseSteppedBack
OnStanding: TypeAlias = ProgramSuspended | ProgramResumed | ProgramTerminated | ProgramCompleted | ProgramFrozen | ProgramThawed
OnFamily: TypeAlias = ChildOpened | ChildReported | ParentReported
OnDispute: TypeAlias = DisputeReferred | StageExtended | DisputeUnsettled | SnapbackTookEffect | SnapbackAverted
OnProposal: TypeAlias = ProposalChanged | ProposalAdopted | ProposalFailed | SilenceExtended
OnRelease: TypeAlias = BalanceMoved | ReleaseRolledOver
OnStall: TypeAlias = StallFound | StallEnded
