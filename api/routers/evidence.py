"""Evidence and measurements, as each stands."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.answers.evidence import EvidenceAnswer, EvidencePage
from api.problems import READS
from api.seen import Seen
from rules.vocabulary.evidence import EvidenceStatus
from rules.words import Id, Name

router = APIRouter(prefix="/programs/{program}/evidence", tags=["evidence"])


@router.get("", responses=READS)
async def get_evidence(
    held: Seen,
    milestone: Name | None = None,
    indicator: Name | None = None,
    status: EvidenceStatus | None = None,
    after: Annotated[Id | None, Query(description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> EvidencePage:
    """Its evidence and measurements, oldest first, in pages."""
    pieces = held.program.evidence.values()
    wanted = [
        piece
        for piece in pieces
        if (milestone is None or piece.milestone == milestone)
        and (indicator is None or (piece.measurement is not None and piece.measurement.indicator == indicator))
        and (status is None or piece.status is status)
    ]
    start = next((number + 1 for number, piece in enumerate(wanted) if piece.id == after), 0)
    page = wanted[start : start + limit]
    more = page[-1].id if start + limit < len(wanted) else None
    return EvidencePage(evidence=[EvidenceAnswer.of(piece) for piece in page], next=more)
