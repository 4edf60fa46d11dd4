"""The page of disputes with their stages, and of snapbacks."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from api.pages.view import ViewOf
from api.responses.disputes import DisputeResponse, SnapbackResponse

router = APIRouter(prefix="/programs/{program}/disputes")


@router.get("")
async def disputes(view: ViewOf, program: UUID) -> Response:
    opened = await view.open_program(program)
    held = opened.program
    return view.of_program(
        opened,
        "disputes.html",
        disputes=[DisputeResponse.of(held, one) for one in reversed([*held.disputes.values()])],
        snapbacks=[SnapbackResponse.of(held, name) for name in held.plan.snapbacks],
        ladders=list(held.plan.disputes),
    )
