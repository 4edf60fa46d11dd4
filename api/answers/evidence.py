"""Evidence and measurements, and where each stands."""

from __future__ import annotations

from pydantic import BaseModel, Field

from rules.times import Instant
from rules.vocabulary.evidence import Evidence, EvidenceStatus


class EvidenceAnswer(BaseModel):
    """A document, statement, attestation or measurement. Its words and bytes stand in the ledger entry and the store."""

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
    restricted_to: list[str] = Field(description="who may read it beside auditors; empty: everybody here")
    indicator: str | None
    value: str | None
    unit: str | None
    period: str | None
    producer: str | None
    edition: str | None

    @classmethod
    def of(cls, piece: Evidence) -> EvidenceAnswer:
        figure = piece.measurement
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
            restricted_to=list(piece.restricted_to),
            indicator=figure.indicator if figure else None,
            value=f"{figure.value:f}" if figure else None,
            unit=figure.unit if figure else None,
            period=figure.period if figure else None,
            producer=figure.producer if figure else None,
            edition=figure.edition if figure else None,
        )


class EvidencePage(BaseModel):
    evidence: list[EvidenceAnswer]
    next: str | None = Field(description="pass as `after` for the next page; null at the end")
