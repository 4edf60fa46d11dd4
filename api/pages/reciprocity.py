"""The page of reciprocity: what each party owes and has done, side by side."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from api.pages.view import ViewOf
from api.responses.reciprocity import ReciprocityResponse

router = APIRouter(prefix="/programs/{program}/reciprocity")


@router.get("")
async def reciprocity(view: ViewOf, program: UUID) -> Response:
    opened = await view.open_program(program)
    return view.of_program(opened, "reciprocity.html", accounts=ReciprocityResponse.all_of(opened.program, opened.at))
