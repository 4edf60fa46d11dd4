"""Routes of problem codes, to which the `type` of a problem refers."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from api.problem_codes import DOOR, status_of
from api.problem_responses import problem_responses
from api.problems import NotFound
from rules.field_types import Name
from rules.refusals import Code

router = APIRouter(prefix="/problems", tags=["problems"])


class ProblemKind(BaseModel):
    code: str
    status: int


@router.get("")
async def list_problems() -> list[ProblemKind]:
    """All codes, those of the law first, with the status they are answered with."""
    return [*(_law(code) for code in Code), *(ProblemKind(code=code, status=status) for code, status in DOOR.items())]


@router.get("/{code}", responses=problem_responses(404, 422))
async def get_problem(code: Name) -> ProblemKind:
    """One code."""
    if code in DOOR:
        return ProblemKind(code=code, status=DOOR[code])
    if code not in list(Code):
        raise NotFound("problem")
    return _law(Code(code))


def _law(code: Code) -> ProblemKind:
    return ProblemKind(code=code, status=status_of(code))
