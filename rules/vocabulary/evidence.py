"""Evidence for a milestone: recorded, read, verified, returned, withdrawn. Measurements have the same states."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias

from pydantic import Field, model_validator

from rules.field_types import Id, Label, Name, Seq, StrictModel, Text
from rules.times import Instant
from rules.vocabulary.documents import DocumentFiled, FiledDocument
from rules.vocabulary.measurements import FigureAccepted, MeasurementRecorded
from rules.vocabulary.members import Actor


class RecordEvidence(StrictModel):
    """Records a document, a statement or a party's attestation that shows a milestone."""

    kind: Literal["record_evidence"] = "record_evidence"
    evidence: Id = Field(description="a name for it, of your choice, by which it is called from then on")
    milestone: Name
    shows: Name = Field(description="which of the things that the plan asks for this is")
    happened_at: Instant | None = Field(default=None, description="when what it shows happened")
    document: FiledDocument | None = None
    text: Text | None = Field(default=None, description="the statement or attestation in words")
    reference: Text | None = Field(default=None, description="where the original is to be found")
    restricted_to: tuple[Name, ...] | None = Field(
        default=None, min_length=1, description="parties and bodies that alone may read it; left out, all members may"
    )

    @model_validator(mode="after")
    def _says_something(self) -> RecordEvidence:
        if self.document is None and self.text is None:
            raise ValueError("evidence is a document, a text, or both")
        return self


class ReadEvidence(StrictModel):
    """Reads restricted evidence; that it was read, and by whom, is recorded."""

    kind: Literal["read_evidence"] = "read_evidence"
    evidence: Id


class Verify(StrictModel):
    """Finds that a piece of evidence or a measurement is what it says."""

    kind: Literal["verify"] = "verify"
    evidence: Id
    note: Text | None = Field(default=None, description="what was looked at, and how")
    seen_at: Label | None = Field(
        default=None, description="where the verifier has seen the document; asked for where its bytes are not filed"
    )


class ReturnEvidence(StrictModel):
    """Sends a piece of evidence back, with the reason."""

    kind: Literal["return_evidence"] = "return_evidence"
    evidence: Id
    reason: Text


class WithdrawEvidence(StrictModel):
    """Takes back a piece of evidence; whatever rests on it is looked at again."""

    kind: Literal["withdraw_evidence"] = "withdraw_evidence"
    evidence: Id
    reason: Text


class EvidenceRecorded(StrictModel):
    kind: Literal["evidence_recorded"] = "evidence_recorded"
    evidence: Id
    milestone: Name
    shows: Name
    happened_at: Instant | None = None
    document: FiledDocument | None = None
    text: Text | None = None
    reference: Text | None = None
    restricted_to: tuple[Name, ...] | None = None
    filed: bool | None = Field(default=None, description="with a document: whether its bytes were filed by then")


class EvidenceRead(StrictModel):
    """Somebody was shown restricted evidence."""

    kind: Literal["evidence_read"] = "evidence_read"
    evidence: Id


class EvidenceVerified(StrictModel):
    kind: Literal["evidence_verified"] = "evidence_verified"
    evidence: Id
    note: Text | None = None
    seen_at: Label | None = None


class EvidenceReturned(StrictModel):
    kind: Literal["evidence_returned"] = "evidence_returned"
    evidence: Id
    reason: Text


class EvidenceWithdrawn(StrictModel):
    kind: Literal["evidence_withdrawn"] = "evidence_withdrawn"
    evidence: Id
    reason: Text


class VerificationTakenBack(StrictModel):
    """A verification was a mistake: the evidence waits to be judged again."""

    kind: Literal["verification_taken_back"] = "verification_taken_back"
    evidence: Id
    entry: Seq = Field(description="of the verification")
    reason: Text


class ReturnTakenBack(StrictModel):
    """A return was a mistake: the evidence waits to be judged again."""

    kind: Literal["return_taken_back"] = "return_taken_back"
    evidence: Id
    entry: Seq = Field(description="of the return")
    reason: Text


OnEvidence: TypeAlias = (
    EvidenceRecorded
    | MeasurementRecorded
    | DocumentFiled
    | FigureAccepted
    | EvidenceVerified
    | EvidenceReturned
    | EvidenceWithdrawn
    | VerificationTakenBack
    | ReturnTakenBack
)


class EvidenceStatus(StrEnum):
    RECORDED = "recorded"
    VERIFIED = "verified"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Judged:
    """A verification or return: by whom, by which ledger entry; `reason` of a return."""

    by: Actor
    entry: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A document, statement, attestation or measurement, and where it stands."""

    id: str
    milestone: str | None
    shows: str | None
    status: EvidenceStatus
    recorded_by: Actor
    recorded_at: datetime
    happened_at: datetime | None = None
    measurement: MeasurementRecorded | None = None
    verified_by: Actor | None = None
    judged: Judged | None = None
    accepted_by: str | None = None
    """The check that has read it, where the plan lets its figures count without a person."""
    document: str | None = None
    """SHA-256 of the document that it is, or comes with."""
    filed: bool = False
    """Whether the bytes of that document are filed."""
    entries: tuple[int, ...] = ()
    """The numbers of the ledger's entries that are about it, oldest first."""
    seen_at: str | None = None
    """Where whoever verified it has seen the document, if they say so."""
    restricted_to: tuple[str, ...] = ()
    """Parties and bodies that may read it; empty: everybody who may know of the program."""

    @property
    def is_unfiled(self) -> bool:
        """Whether it names a document whose bytes are not filed."""
        return self.document is not None and not self.filed
