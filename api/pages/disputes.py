"""Disputes and the stage before which each lies, and snapbacks."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from api.answers.disputes import DisputeAnswer, SnapbackAnswer
from api.pages.view import ViewOf

router = APIRouter(prefix="/programs/{program}/disputes")


@router.get("")
async def disputes(view: ViewOf, program: UUID) -> Response:
    opened = await view.opened(program)
    held = opened.program
    return view.of_program(
        opened,
        "disputes.html",
        disputes=[DisputeAnswer.of(held, one) for one in reversed([*held.disputes.values()])],
        snapbacks=[SnapbackAnswer.of(held, name) for name in held.plan.snapbacks],
        ladders=list(held.plan.disputes),
    )
