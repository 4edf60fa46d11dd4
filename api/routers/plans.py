"""Routes of the plans that the service can start by name."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.callers import Caller
from api.plans import PlanUnreadable, load_plan_text, plan_names
from api.problem_responses import problem_responses
from api.problems import NotFound
from api.state import StateOf
from rules.language.plan import PlanName

router = APIRouter(prefix="/plans", tags=["plans"], responses=problem_responses(401, 503))


@router.get("")
async def list_plans(state: StateOf, _: Caller) -> list[str]:
    """Their names."""
    return plan_names(state.settings.accord_plans)


@router.get(
    "/{plan}",
    response_class=Response,
    responses={200: {"content": {"application/yaml": {"schema": {"type": "string"}}}}, **problem_responses(404, 422)},
)
async def get_plan(state: StateOf, _: Caller, plan: Annotated[PlanName, Path()]) -> Response:
    """The text of a plan, as it was written."""
    try:
        return Response(load_plan_text(state.settings.accord_plans, plan), media_type="application/yaml")
    except PlanUnreadable:
        raise NotFound("plan") from None
