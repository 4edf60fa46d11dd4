"""All evidence and figures of a program, and what of it somebody is to verify."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.answers.evidence import EvidenceAnswer
from api.pages.view import ViewOf
from rules.vocabulary.evidence import EvidenceStatus
from rules.words import Name

router = APIRouter(prefix="/programs/{program}/evidence")

A_PAGE = 100


@router.get("")
async def evidence(
    view: ViewOf,
    program: UUID,
    status: EvidenceStatus | None = None,
    milestone: Name | None = None,
    before: Annotated[int | None, Query(ge=0)] = None,
) -> Response:
    """The newest first, in pages; `before` is where the page before has ended."""
    opened = await view.opened(program)
    pieces = [
        piece
        for piece in opened.program.evidence.values()
        if (status is None or piece.status is status) and (milestone is None or piece.milestone == milestone)
    ]
    end = len(pieces) if before is None else min(before, len(pieces))
    start = max(end - A_PAGE, 0)
    return view.of_program(
        opened,
        "evidence.html",
        evidence=[EvidenceAnswer.of(piece) for piece in reversed(pieces[start:end])],
        statuses=list(EvidenceStatus),
        chosen=status,
        older=start or None,
    )
