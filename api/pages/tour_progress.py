"""Navigation of the guided tour by forms, without scripts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Response

from api.pages.tour import COOKIE, TOUR_OVER, Tour
from api.pages.view import ProgramView, View, ViewOf, redirect
from api.pages.visitor import local_path
from api.responses.blocking import BlockedResponse
from db.queries import ProgramFilter

router = APIRouter()

A_YEAR = 365 * 86_400
MILESTONE = "milestone: "


@router.post("/tour")
async def go(
    view: ViewOf,
    step: Annotated[str, Form(max_length=20)],
    csrf: Annotated[str, Form(max_length=200)] = "",
    back: Annotated[str, Form(alias="next", max_length=500)] = "/",
) -> Response:
    """Handles the form. `step` is begin, on, back or end."""
    view.check_form({"csrf": csrf})
    stands = Tour.read(view.request.cookies.get(COOKIE, ""))
    if step == "begin":
        stands = await _first_step(view)
    elif stands is not None:
        stands = None if step == "end" else stands.moved_by(-1 if step == "back" else 1)
    answer = redirect(stands.path if stands else local_path(back))
    answer.set_cookie(COOKIE, stands.cookie if stands else TOUR_OVER, max_age=A_YEAR, path="/", samesite="lax", httponly=True)
    return answer


async def _first_step(view: View) -> Tour | None:
    """The first step, in the newest program with a suitable milestone; None without one."""
    reader = view.visitor.reading()
    for line in await view.state.queries.programs(ProgramFilter(person=reader.member_filter, among=reader.scope), most=20):
        opened = await view.open_program(line.id)
        if (milestone := _milestone(opened)) is not None:
            return Tour("desk", line.id, milestone)
    return None


def _milestone(opened: ProgramView) -> str | None:
    """A milestone that the program waits for, or else the first of its plan."""
    blocked = BlockedResponse.of(opened.id, opened.program, {}, opened.at)
    awaited = [one.criterion for one in blocked.gates if one.criterion.startswith(MILESTONE)]
    named = [criterion.removeprefix(MILESTONE).split(" ")[0] for criterion in awaited]
    return next((name for name in (*named, *opened.program.plan.milestones) if name in opened.program.plan.milestones), None)
