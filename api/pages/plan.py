"""The plan of a program: its text as it was agreed, with line numbers, and its parameters."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from api.pages.view import ViewOf

router = APIRouter(prefix="/programs/{program}/plan")


@router.get("")
async def plan(view: ViewOf, program: UUID) -> Response:
    """The text under which the program goes on, and the values that were chosen for what it leaves open."""
    opened = await view.opened(program)
    version = opened.program.version
    return view.of_program(
        opened,
        "plan.html",
        lines=version.document.splitlines(),
        parameters=opened.program.plan.parameters,
        chosen=version.parameters,
    )
