"""Response models of evidence and measurements, with their history and documents."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, Field

from rules import facts
from rules.entries import Entry
from rules.times import Instant
from rules.vocabulary.documents import FiledDocument
from rules.vocabulary.evidence import Evidence, EvidenceStatus


class DocumentOfEvidence(BaseModel):
    """A document as a piece of evidence names it: the name and the rest are its recorder's claims."""

    sha256: str
    name: str
    size: int | None
    media_type: str | None
    filed: bool = Field(description="whether its bytes are here, so that they can be read by whoever may read the evidence")

    @classmethod
    def of(cls, document: FiledDocument, *, filed: bool) -> DocumentOfEvidence:
        return cls(**document.model_dump(), filed=filed)


class EvidenceEvent(BaseModel):
    """Something that was done with a piece of evidence, by its entry in the ledger."""

    seq: int
    at: Instant
    kind: str = Field(description="kind of fact: evidence_recorded, evidence_verified and so on")
    by: str | None = Field(description="person; null where it followed by the plan")
    role: str | None
    party: str | None
    reason: str | None = Field(description="why it was returned, withdrawn or taken back; of a verification, its note")
    seen_at: str | None = Field(description="of a verification: where the document was seen")

    @classmethod
    def of(cls, entry: Entry) -> EvidenceEvent:
        fact, actor = entry.fact, entry.actor
        return cls(
            seq=entry.seq,
            at=entry.at,
            kind=fact.kind,
            by=actor.person if actor else None,
            role=actor.role if actor else None,
            party=actor.party if actor else None,
            reason=getattr(fact, "reason", None) or getattr(fact, "note", None),
            seen_at=getattr(fact, "seen_at", None),
        )


class EvidenceResponse(BaseModel):
    """A document, statement, attestation or measurement, with all that was done with it, oldest first."""

    id: str
    milestone: str | None
    shows: str | None
    status: EvidenceStatus
    recorded_by: str
    recorded_for: str | None
    recorded_at: Instant
    happened_at: Instant | None
    verified_by: str | None
    accepted_by: str | None = Field(description="the check that has read it, where its figures count without a person")
    seen_at: str | None = Field(description="where whoever verified it has seen its document")
    restricted_to: list[str] = Field(description="who may read it beside auditors; empty: everybody here")
    withheld: bool = Field(description="it is restricted: its document, text and reference are shown by a reading alone")
    document: DocumentOfEvidence | None
    text: str | None
    reference: str | None = Field(description="where the original is to be found")
    history: list[EvidenceEvent]
    indicator: str | None
    value: str | None
    unit: str | None
    period: str | None
    producer: str | None
    edition: str | None
    source: str | None
    retrieved_at: Instant | None
    revises: str | None
    cause: str | None

    @classmethod
    def of(cls, piece: Evidence, entries: Sequence[Entry]) -> EvidenceResponse:
        """`entries` are those of the ledger that the piece names."""
        figure, withheld = piece.measurement, bool(piece.restricted_to)
        recorded = entries[0].fact if entries else None
        said = recorded if isinstance(recorded, facts.EvidenceRecorded) and not withheld else None
        document = None if withheld else named_in(recorded)
        return cls(
            id=piece.id,
            milestone=piece.milestone,
            shows=piece.shows,
            status=piece.status,
            recorded_by=piece.recorded_by.person,
            recorded_for=piece.recorded_by.party,
            recorded_at=piece.recorded_at,
            happened_at=piece.happened_at,
            verified_by=piece.verified_by.person if piece.verified_by else None,
            accepted_by=piece.accepted_by,
            seen_at=piece.seen_at,
            restricted_to=list(piece.restricted_to),
            withheld=withheld,
            document=DocumentOfEvidence.of(document, filed=piece.filed) if document else None,
            text=said.text if said else None,
            reference=said.reference if said else None,
            history=[EvidenceEvent.of(entry) for entry in entries],
            indicator=figure.indicator if figure else None,
            value=f"{figure.value:f}" if figure else None,
            unit=figure.unit if figure else None,
            period=figure.period if figure else None,
            producer=figure.producer if figure else None,
            edition=figure.edition if figure else None,
            source=figure.source if figure else None,
            retrieved_at=figure.retrieved_at if figure else None,
            revises=figure.revises if figure else None,
            cause=figure.cause if figure else None,
        )


def named_in(fact: object) -> FiledDocument | None:
    """The document that a fact names, if any."""
    return fact.document if isinstance(fact, facts.EvidenceRecorded | facts.MeasurementRecorded) else None


class EvidencePage(BaseModel):
    evidence: list[EvidenceResponse]
    next: str | None = Field(description="pass as `after` for the next page; null at the end")
