"""The tree of a program and its children."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter

from api.acting import ProgramId
from api.answers.family import ChildAnswer, FamilyAnswer, OpenPhaseAnswer, children_of
from api.answers.phases import BlockingAnswer
from api.callers import Caller
from api.identity import CallerInfo
from api.problems import READS, NotFound
from api.routers.programs import seen
from api.state import State, StateOf
from rules.explaining.explain import blocking
from rules.program import Program
from rules.vocabulary.phases import PhaseStatus

router = APIRouter(prefix="/programs", tags=["programs"])


@router.get("/{program}/family", responses=READS)
async def get_family(state: StateOf, caller: Caller, program: ProgramId) -> FamilyAnswer:
    """The program and its children, and theirs: where each stands, and what blocks it first."""
    held = await seen(state, caller, program)
    name = held.parent.agreed.name if held.parent else None
    return await _looked_into(state, caller, program, held, name)


async def _looked_into(state: State, caller: CallerInfo, id: UUID, program: Program, name: str | None) -> FamilyAnswer:  # noqa: A002  the field's name
    blocks = blocking(program, datetime.now(UTC))
    return FamilyAnswer(
        id=id,
        name=name,
        title=program.title,
        plan=program.plan.plan,
        standing=program.standing,
        open_phases=[
            OpenPhaseAnswer(name=phase, title=program.plan.phases[phase].title)
            for phase, held in program.phases.items()
            if held.status is PhaseStatus.OPEN
        ],
        blocking=BlockingAnswer.of(blocks[0]) if blocks else None,
        children=[await _child(state, caller, child) for child in children_of(id, program)],
    )


async def _child(state: State, caller: CallerInfo, child: ChildAnswer) -> FamilyAnswer:
    try:
        program = await seen(state, caller, child.id)
    except NotFound:
        return FamilyAnswer(
            id=child.id,
            name=child.name,
            title=child.title,
            plan=child.plan,
            standing=child.standing,
            open_phases=None,
            blocking=None,
            children=[],
        )
    return await _looked_into(state, caller, child.id, program, child.name)
