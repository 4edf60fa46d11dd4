"""One milestone: what shows it, who has recorded and verified what, what is found and determined, and its dates."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from api.answers.phases import MilestoneAnswer
from api.answers.programs import EvidenceAnswer
from api.pages.drawings.chart import charts
from api.pages.view import ViewOf
from api.problems import NotFound

router = APIRouter(prefix="/programs/{program}/milestones")


@router.get("")
async def milestones(view: ViewOf, program: UUID) -> Response:
    """All milestones, phase by phase."""
    opened = await view.opened(program)
    held, at = opened.program, opened.at
    by_phase = {
        phase: [MilestoneAnswer.of(held, name, at) for name in rule.milestones]
        for phase, rule in held.plan.phases.items()
        if rule.milestones
    }
    return view.of_program(opened, "milestones.html", by_phase=by_phase)


@router.get("/{name}")
async def milestone(view: ViewOf, program: UUID, name: str) -> Response:
    """One of them."""
    opened = await view.opened(program)
    held = opened.program
    if name not in held.plan.milestones:
        raise NotFound("milestone")
    answer = MilestoneAnswer.of(held, name, opened.at)
    shown = {piece for showing in answer.shown_by for piece in showing.evidence}
    pieces = [one for one in held.evidence.values() if one.milestone == name or one.id in shown]
    return view.of_program(
        opened,
        "milestone.html",
        milestone=answer,
        note=held.plan.milestones[name].note,
        charts=charts(held, name),
        evidence=[EvidenceAnswer.of(piece) for piece in pieces],
    )
