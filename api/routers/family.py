"""Routes of the tree of a program and its children."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter

from api.callers import Caller
from api.identity import CallerInfo
from api.load_program import ProgramRead, ProgramReadOf, program_at
from api.problem_responses import READS
from api.problems import NotFound
from api.responses.family import ChildResponse, FamilyResponse, OpenPhaseResponse, children_of
from api.responses.phases import BlockingResponse
from api.state import State, StateOf
from rules.explanations.explain import blocking
from rules.vocabulary.phases import PhaseStatus

router = APIRouter(prefix="/programs/{program}", tags=["programs"])


@router.get("/family", responses=READS)
async def get_family(state: StateOf, caller: Caller, read: ProgramReadOf) -> FamilyResponse:
    """The program and its children, and theirs: where each stands, and what blocks it first."""
    parent = read.program.parent
    return await _looked_into(state, caller, read, parent.agreed.name if parent else None)


async def _looked_into(state: State, caller: CallerInfo, read: ProgramRead, name: str | None) -> FamilyResponse:
    program, at = read.program, read.at if read.is_past else None
    blocks = blocking(program, read.at)
    return FamilyResponse(
        id=read.id,
        name=name,
        title=program.title,
        plan=program.plan.plan,
        standing=program.standing,
        open_phases=[
            OpenPhaseResponse(name=phase, title=program.plan.phases[phase].title)
            for phase, state_of in program.phases.items()
            if state_of.status is PhaseStatus.OPEN
        ],
        blocking=BlockingResponse.of(blocks[0]) if blocks else None,
        children=[await _child(state, caller, child, at) for child in children_of(read.id, program)],
    )


async def _child(state: State, caller: CallerInfo, child: ChildResponse, at: datetime | None) -> FamilyResponse:
    try:
        read = await program_at(state, caller, child.id, at)
    except NotFound:
        return FamilyResponse(
            id=child.id,
            name=child.name,
            title=child.title,
            plan=child.plan,
            standing=child.standing,
            open_phases=None,
            blocking=None,
            children=[],
        )
    return await _looked_into(state, caller, read, child.name)
