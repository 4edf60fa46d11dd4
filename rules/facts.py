"""Facts: what an accepted act changed, in the past tense. Each class stands with its noun in `rules.vocabulary`.

`rules.entries` lists everything that a ledger can hold.
"""

from __future__ import annotations

from rules.refusals import AttemptRefused
from rules.vocabulary.assessments import MilestoneAssessed
from rules.vocabulary.checks import CheckPaused, CheckReported, CheckResumed
from rules.vocabulary.consents import ConsentGiven, ConsentTakenBack, ProposalConsented, ProposalConsentTakenBack
from rules.vocabulary.determinations import (
    DeterminationTakenBack,
    MilestoneDetermined,
    StabilityReversalTakenBack,
    StabilityReversed,
    VoteCast,
)
from rules.vocabulary.disputes import DisputeRaised, DisputeSettled, DisputeWithdrawn, SnapbackInvoked
from rules.vocabulary.documents import DocumentFiled
from rules.vocabulary.evidence import (
    EvidenceRead,
    EvidenceRecorded,
    EvidenceReturned,
    EvidenceVerified,
    EvidenceWithdrawn,
    ReturnTakenBack,
    VerificationTakenBack,
)
from rules.vocabulary.family import ChildReported, ParentReported
from rules.vocabulary.findings import ObservationMade
from rules.vocabulary.incidents import (
    IncidentConfirmed,
    IncidentContested,
    IncidentCorrected,
    IncidentDismissed,
    IncidentReported,
    IncidentResolved,
)
from rules.vocabulary.measurements import MeasurementRecorded
from rules.vocabulary.members import AdmissionTakenBack, MemberAdmitted, MemberRemoved
from rules.vocabulary.phases import PhaseAdvanced
from rules.vocabulary.proposals import NoticeGiven, ObjectionMade, ProposalMade, ProposalWithdrawn
from rules.vocabulary.standing import ProgramResumed, ProgramStarted, ProgramSuspended, ProgramTerminated
from rules.vocabulary.testimony import AccountGiven, AccountTakenBack

__all__ = [
    "AccountGiven",
    "AccountTakenBack",
    "AdmissionTakenBack",
    "AttemptRefused",
    "CheckPaused",
    "CheckReported",
    "CheckResumed",
    "ChildReported",
    "ConsentGiven",
    "ConsentTakenBack",
    "DeterminationTakenBack",
    "DisputeRaised",
    "DisputeSettled",
    "DisputeWithdrawn",
    "DocumentFiled",
    "EvidenceRead",
    "EvidenceRecorded",
    "EvidenceReturned",
    "EvidenceVerified",
    "EvidenceWithdrawn",
    "IncidentConfirmed",
    "IncidentContested",
    "IncidentCorrected",
    "IncidentDismissed",
    "IncidentReported",
    "IncidentResolved",
    "MeasurementRecorded",
    "MemberAdmitted",
    "MemberRemoved",
    "MilestoneAssessed",
    "MilestoneDetermined",
    "NoticeGiven",
    "ObjectionMade",
    "ObservationMade",
    "ParentReported",
    "PhaseAdvanced",
    "ProgramResumed",
    "ProgramStarted",
    "ProgramSuspended",
    "ProgramTerminated",
    "ProposalConsentTakenBack",
    "ProposalConsented",
    "ProposalMade",
    "ProposalWithdrawn",
    "ReturnTakenBack",
    "SnapbackInvoked",
    "StabilityReversalTakenBack",
    "StabilityReversed",
    "VerificationTakenBack",
    "VoteCast",
]
