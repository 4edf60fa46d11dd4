"""The printable report of a program, on one page."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.pages.drawings.timeline import timeline
from api.pages.fields import instant_of
from api.pages.view import ViewOf
from api.problems import Invalid
from api.responses.phases import BlockingResponse, MilestoneResponse
from api.responses.programs import ProgramResponse
from api.responses.reciprocity import ReciprocityResponse
from api.responses.releases import ReleaseResponse
from rules.explanations.explain import blocking
from rules.times import parse_instant

router = APIRouter(prefix="/programs/{program}/report")


@router.get("")
async def report(view: ViewOf, program: UUID, at: Annotated[str, Query(max_length=60)] = "") -> Response:
    """The report now, or as of an instant."""
    opened = await view.open_program(program)
    if at:
        try:
            opened = await view.open_program(program, parse_instant(instant_of(at, opened.zone)))
        except ValueError as error:
            raise Invalid("unreadable", f"This {error}.", "a date and a time") from None
    held, when = opened.program, opened.at
    return view.of_program(
        opened,
        "report.html",
        program=ProgramResponse.of(program, held, when),
        blocks=[BlockingResponse.of(block) for block in blocking(held, when)],
        milestones=[MilestoneResponse.of(held, name, when) for name in held.plan.milestones],
        accounts=ReciprocityResponse.all_of(held, when),
        releases=[ReleaseResponse.of(held, name, when) for name, _ in held.paying],
        timeline=timeline(held, when),
    )
