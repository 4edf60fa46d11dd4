"""Incidents: what was reported, by whom, how the accounts differ, and what was decided."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from api.answers.programs import incidents as answers
from api.pages.view import ViewOf

router = APIRouter(prefix="/programs/{program}/incidents")


@router.get("")
async def incidents(view: ViewOf, program: UUID) -> Response:
    """All of them, newest first by when they happened."""
    opened = await view.opened(program)
    return view.of_program(opened, "incidents.html", incidents=answers(opened.program))
