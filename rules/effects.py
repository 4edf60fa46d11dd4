"""Effects: what follows by law from a fact, in the past tense. Each class stands with its noun in `rules.vocabulary`.

An effect carries the values that it changed, so folding an old entry needs none of today's rules.
"""

from __future__ import annotations

from typing import TypeAlias

from rules.vocabulary.agreed_dates import AgreementMissed, DateAgreed
from rules.vocabulary.amendments import PlanAmended
from rules.vocabulary.clocks import ClockStruck
from rules.vocabulary.commitments import CommitmentChanged
from rules.vocabulary.deadlines import DeadlineExtended, DeadlineMissed, DeadlineSet
from rules.vocabulary.determinations import MilestoneDetermined
from rules.vocabulary.disputes import (
    DisputeReferred,
    DisputeUnsettled,
    SnapbackAverted,
    SnapbackCounted,
    SnapbackTookEffect,
    StageExtended,
)
from rules.vocabulary.family import ChildOpened
from rules.vocabulary.findings import FindingMade
from rules.vocabulary.measurements import FigureAccepted
from rules.vocabulary.milestones import MilestoneDeclined, MilestoneFinal, MilestoneWaived, ReliefChanged, WaiverExpired
from rules.vocabulary.phases import (
    GateChanged,
    PhaseClosed,
    PhaseCompleted,
    PhaseOpened,
    PhaseReopened,
    PhaseSteppedBack,
    WarningGiven,
)
from rules.vocabulary.proposals import ProposalAdopted, ProposalChanged, ProposalFailed, SilenceExtended
from rules.vocabulary.releases import BalanceMoved, InstalmentCounted
from rules.vocabulary.stability import StabilityCompleted, StabilityCounted
from rules.vocabulary.stalls import StallEnded, StallFound
from rules.vocabulary.standing import ProgramCompleted, ProgramFrozen, ProgramSuspended, ProgramTerminated, ProgramThawed

__all__ = [
    "AgreementMissed",
    "BalanceMoved",
    "ChildOpened",
    "ClockStruck",
    "CommitmentChanged",
    "DateAgreed",
    "DeadlineExtended",
    "DeadlineMissed",
    "DeadlineSet",
    "DisputeReferred",
    "DisputeUnsettled",
    "Effect",
    "FigureAccepted",
    "FindingMade",
    "GateChanged",
    "InstalmentCounted",
    "MilestoneDeclined",
    "MilestoneFinal",
    "MilestoneWaived",
    "PhaseClosed",
    "PhaseCompleted",
    "PhaseOpened",
    "PhaseReopened",
    "PhaseSteppedBack",
    "PlanAmended",
    "ProgramCompleted",
    "ProgramFrozen",
    "ProgramThawed",
    "ProposalAdopted",
    "ProposalChanged",
    "ProposalFailed",
    "ReliefChanged",
    "SilenceExtended",
    "SnapbackAverted",
    "SnapbackCounted",
    "SnapbackTookEffect",
    "StabilityCompleted",
    "StabilityCounted",
    "StageExtended",
    "StallEnded",
    "StallFound",
    "WaiverExpired",
    "WarningGiven",
]

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
    | PhaseClosed
    | WarningGiven
    | ProposalChanged
    | ProposalAdopted
    | ProposalFailed
    | MilestoneWaived
    | MilestoneDeclined
    | MilestoneFinal
    | ReliefChanged
    | WaiverExpired
    | DeadlineExtended
    | DateAgreed
    | AgreementMissed
    | SilenceExtended
    | PlanAmended
    | BalanceMoved
    | InstalmentCounted
    | DisputeReferred
    | StageExtended
    | DisputeUnsettled
    | SnapbackCounted
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
