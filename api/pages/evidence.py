"""The pages of evidence: the list of a program, one piece with its history, and the pieces that the visitor may verify."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.pages.view import ProgramView, ViewOf
from api.problems import NotFound
from api.routers.evidence import evidence_responses
from rules.decisions.verification import could_verify
from rules.vocabulary.evidence import Evidence, EvidenceStatus

router = APIRouter(prefix="/programs/{program}/evidence")

A_PAGE = 100
TO_VERIFY = "to_verify"


@router.get("")
async def evidence(
    view: ViewOf,
    program: UUID,
    status: Annotated[str, Query(max_length=40)] = "",
    before: Annotated[int | None, Query(ge=0)] = None,
) -> Response:
    """The list, newest first, in pages; `before` is the end of the previous page. `status` may also be `to_verify`."""
    opened = await view.open_program(program)
    pieces = [piece for piece in opened.program.evidence.values() if _is_wanted(opened, piece, status)]
    end = len(pieces) if before is None else min(before, len(pieces))
    start = max(end - A_PAGE, 0)
    statuses = [*EvidenceStatus, *([TO_VERIFY] if opened.may("verify") else [])]
    return view.of_program(
        opened,
        "evidence.html",
        evidence=await evidence_responses(view.state, program, pieces[start:end][::-1]),
        statuses=statuses,
        chosen=status,
        older=start or None,
    )


@router.get("/{piece}")
async def piece(view: ViewOf, program: UUID, piece: str) -> Response:
    """One piece, with its history."""
    opened = await view.open_program(program)
    if (found := opened.program.evidence.get(piece)) is None:
        raise NotFound("evidence")
    (answer,) = await evidence_responses(view.state, program, [found])
    return view.of_program(opened, "piece.html", one=answer, could_verify=may_verify(opened, found))


def _is_wanted(opened: ProgramView, piece: Evidence, status: str) -> bool:
    return may_verify(opened, piece) if status == TO_VERIFY else status in ("", piece.status)


def may_verify(opened: ProgramView, piece: Evidence) -> bool:
    """Whether the visitor may verify a piece now."""
    return opened.caller is not None and could_verify(opened.program, opened.caller.actor, piece)
