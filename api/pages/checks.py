"""The page of automated checks: what each reads, how its runs went, and a grid of indicators by period."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Response

from api.pages.drawings.grid import grid
from api.pages.view import ViewOf, redirect
from api.routers.checks import get_checks, run_check

router = APIRouter(prefix="/programs/{program}/checks")


@router.get("")
async def checks(view: ViewOf, program: UUID, asked: str | None = None) -> Response:
    """All checks; `asked` is one that was just requested to run."""
    opened = await view.open_program(program)
    answers = await get_checks(view.state, view.visitor.reading(), program)
    return view.of_program(opened, "checks.html", checks=answers, grid=grid(opened.program), asked=asked)


@router.post("/{check}/run")
async def run(view: ViewOf, program: UUID, check: str, csrf: Annotated[str, Form(max_length=200)] = "") -> Response:
    """Requests a run of a check now, as the API does for an officer."""
    view.check_form({"csrf": csrf})
    opened = await view.open_program(program)
    await run_check(view.state, opened.acting(), program, check)
    return redirect(f"{opened.path}/checks?asked={check}")
