"""The page of differences between two instants, in words."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.pages.fields import instant_of
from api.pages.view import ProgramView, View, ViewOf
from api.problems import Invalid, Problem
from api.responses.changes import ChangesResponse
from api.routers.ledger import get_changes
from rules.times import parse_instant

router = APIRouter(prefix="/programs/{program}/changes")

A_WEEK = timedelta(days=7)
Local = Annotated[str, Query(max_length=60)]


@router.get("")
async def changes(
    view: ViewOf,
    program: UUID,
    since: Annotated[Local, Query(alias="from")] = "",
    until: Annotated[Local, Query(alias="to")] = "",
) -> Response:
    """Compares two instants in the plan's time zone; the default is the last week."""
    opened = await view.open_program(program)
    problem: Problem | None = None
    found: ChangesResponse | None = None
    try:
        found = await _interval(view, opened, since, until)
    except Problem as refused:
        problem = refused
    status = problem.answered_with if problem else 200
    return view.of_program(opened, "changes.html", status, found=found, problem=problem, asked={"from": since, "to": until})


async def _interval(view: View, opened: ProgramView, since: str, until: str) -> ChangesResponse:
    """The two instants. Raises Invalid or NotFound."""
    try:
        begun = parse_instant(instant_of(since, opened.zone)) if since else None
        ended = parse_instant(instant_of(until, opened.zone)) if until else None
    except ValueError as error:
        raise Invalid("unreadable", f"This {error}.", "a date and a time") from None
    first = max(opened.at - A_WEEK, opened.program.started_at)
    return await get_changes(view.state, view.visitor.reading(), opened.id, begun or first, ended)
