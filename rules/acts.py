"""Acts: the commands that callers send to a program, in the imperative. Each class stands with its noun in `rules.vocabulary`.

An accepted act is appended to the ledger as entries (`rules.decide`). The caller chooses its id,
which makes it idempotent: the same id with the same content is the same act.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from rules.field_types import ActId, Sha256, StrictModel
from rules.vocabulary.assessments import Assess
from rules.vocabulary.checks import PauseCheck, ReportCheck, ResumeCheck
from rules.vocabulary.clocks import StrikeClock
from rules.vocabulary.consents import Consent
from rules.vocabulary.determinations import Determine
from rules.vocabulary.disputes import InvokeSnapback, RaiseDispute, SettleDispute, WithdrawDispute
from rules.vocabulary.documents import FiledDocument, FileDocument
from rules.vocabulary.evidence import ReadEvidence, RecordEvidence, ReturnEvidence, Verify, WithdrawEvidence
from rules.vocabulary.family import ChildPlan, MilestoneReported, Parent, ProgramId, ReportChild, ReportParent
from rules.vocabulary.findings import Observe
from rules.vocabulary.incidents import (
    ConfirmIncident,
    ContestIncident,
    CorrectIncident,
    DismissIncident,
    ReportIncident,
    ResolveIncident,
)
from rules.vocabulary.measurements import RecordMeasurement
from rules.vocabulary.members import CHECKS, Actor, AdmitMember, Member, RemoveMember, Role
from rules.vocabulary.mistakes import TakeBack
from rules.vocabulary.phases import AdvancePhase
from rules.vocabulary.proposals import GiveNotice, ObjectTo, Propose, WithdrawProposal
from rules.vocabulary.standing import ResumeProgram, StartProgram, SuspendProgram, TerminateProgram
from rules.vocabulary.testimony import GiveAccount, TakeBackAccount

__all__ = [
    "CHECKS",
    "Act",
    "Actor",
    "AdmitMember",
    "AdvancePhase",
    "Assess",
    "ChildPlan",
    "ConfirmIncident",
    "Consent",
    "ContestIncident",
    "CorrectIncident",
    "Deed",
    "Determine",
    "DismissIncident",
    "FileDocument",
    "FiledDocument",
    "GiveAccount",
    "GiveNotice",
    "InvokeSnapback",
    "Member",
    "MilestoneReported",
    "ObjectTo",
    "Observe",
    "Parent",
    "PauseCheck",
    "ProgramId",
    "Propose",
    "RaiseDispute",
    "ReadEvidence",
    "RecordEvidence",
    "RecordMeasurement",
    "RemoveMember",
    "ReportCheck",
    "ReportChild",
    "ReportIncident",
    "ReportParent",
    "ResolveIncident",
    "ResumeCheck",
    "ResumeProgram",
    "ReturnEvidence",
    "Role",
    "SettleDispute",
    "StartProgram",
    "StrikeClock",
    "SuspendProgram",
    "TakeBack",
    "TakeBackAccount",
    "TerminateProgram",
    "Verify",
    "WithdrawDispute",
    "WithdrawEvidence",
    "WithdrawProposal",
]

Deed: TypeAlias = Annotated[
    StartProgram
    | AdmitMember
    | RemoveMember
    | RecordEvidence
    | RecordMeasurement
    | FileDocument
    | ReadEvidence
    | Assess
    | Verify
    | ReturnEvidence
    | WithdrawEvidence
    | Observe
    | Determine
    | ReportIncident
    | ConfirmIncident
    | ContestIncident
    | DismissIncident
    | ResolveIncident
    | CorrectIncident
    | GiveAccount
    | TakeBackAccount
    | Consent
    | Propose
    | ObjectTo
    | GiveNotice
    | WithdrawProposal
    | RaiseDispute
    | SettleDispute
    | WithdrawDispute
    | InvokeSnapback
    | TakeBack
    | AdvancePhase
    | SuspendProgram
    | ResumeProgram
    | TerminateProgram
    | StrikeClock
    | ReportChild
    | ReportParent
    | ReportCheck
    | PauseCheck
    | ResumeCheck,
    Field(discriminator="kind"),
]


def document_of(deed: Deed) -> FiledDocument | None:
    """The document that an act records, or None."""
    return deed.document if isinstance(deed, RecordEvidence | RecordMeasurement) else None


def document_hashes(deed: Deed) -> frozenset[str]:
    """The SHA-256 of the document that an act records; empty without one."""
    document = document_of(deed)
    return frozenset({document.sha256} if document else ())


class Act(StrictModel):
    """A deed (the payload) with its actor and its id.

    `effects` binds the act to its preview: the hash of the effects that it showed. It is not part of the act's content.

    Document bytes are stored outside the ledger, so the act carries which of the documents it concerns are `filed`. The API
    looks that up; callers cannot set it.
    """

    id: ActId
    actor: Actor
    deed: Deed
    effects: Sha256 | None = None
    filed: frozenset[Sha256] = Field(default=frozenset(), description="of the documents that it is about")
