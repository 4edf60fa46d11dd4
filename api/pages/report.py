"""The report of a program: one page to print, with everything that is asked in a meeting."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from api.answers.phases import BlockingAnswer, MilestoneAnswer
from api.answers.programs import ProgramAnswer
from api.answers.reciprocity import ReciprocityAnswer
from api.answers.releases import ReleaseAnswer
from api.pages.drawings.timeline import timeline
from api.pages.view import ViewOf
from rules.explaining.explain import blocking
from rules.times import Instant

router = APIRouter(prefix="/programs/{program}/report")


@router.get("")
async def report(view: ViewOf, program: UUID, at: Instant | None = None) -> Response:
    """As it stands, or as it was known at an instant."""
    opened = await view.opened(program, at)
    held, when = opened.program, opened.at
    return view.of_program(
        opened,
        "report.html",
        program=ProgramAnswer.of(program, held, when),
        blocks=[BlockingAnswer.of(block) for block in blocking(held, when)],
        milestones=[MilestoneAnswer.of(held, name, when) for name in held.plan.milestones],
        accounts=ReciprocityAnswer.all_of(held, when),
        releases=[ReleaseAnswer.of(held, name, when) for name, _ in held.paying],
        timeline=timeline(held, when),
    )
