"""Routes of disputes and snapbacks."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.act_requests import RECORDED, ActRequestOf, ActRoute, Reasoned
from api.load_program import ProgramReadOf
from api.problem_responses import READS
from api.responses.disputes import DisputeResponse, SnapbackResponse
from rules import acts as a
from rules.field_types import Id, Name, StrictModel, Text
from rules.vocabulary.disputes import DisputeStatus

router = APIRouter(prefix="/programs/{program}", tags=["disputes"], route_class=ActRoute)

DisputeId = Annotated[Id, Path(alias="dispute")]


class Settlement(StrictModel):
    """How a dispute was settled."""

    outcome: Text


class Invocation(StrictModel):
    """Why, and on which unsettled dispute where the plan asks for one."""

    reason: Text
    dispute: Id | None = None


@router.post("/disputes", **RECORDED)
async def raise_dispute(deed: a.RaiseDispute, request: ActRequestOf) -> Response:
    """Brings a dispute before the first stage of a ladder."""
    return await request.perform(deed)


@router.post("/disputes/{dispute}/settlements", **RECORDED)
async def settle_dispute(dispute: DisputeId, body: Settlement, request: ActRequestOf) -> Response:
    """Settles a dispute at the stage before which it lies."""
    return await request.perform(a.SettleDispute(dispute=dispute, outcome=body.outcome))


@router.post("/disputes/{dispute}/withdrawals", **RECORDED)
async def withdraw_dispute(dispute: DisputeId, body: Reasoned, request: ActRequestOf) -> Response:
    """Takes back a dispute that one has raised."""
    return await request.perform(a.WithdrawDispute(dispute=dispute, reason=body.reason))


@router.post("/snapbacks/{snapback}/invocations", **RECORDED)
async def invoke_snapback(snapback: Annotated[Name, Path()], body: Invocation, request: ActRequestOf) -> Response:
    """Gives notice that something lapses, unless it is decided to keep it."""
    return await request.perform(a.InvokeSnapback(snapback=snapback, dispute=body.dispute, reason=body.reason))


@router.get("/disputes", responses=READS)
async def get_disputes(read: ProgramReadOf, status: DisputeStatus | None = None) -> list[DisputeResponse]:
    """Its disputes, oldest first."""
    program = read.program
    return [DisputeResponse.of(program, one) for one in program.disputes.values() if status is None or one.status is status]


@router.get("/snapbacks", responses=READS)
async def get_snapbacks(read: ProgramReadOf) -> list[SnapbackResponse]:
    """What can lapse, what has been invoked, and when it takes effect."""
    return [SnapbackResponse.of(read.program, name) for name in read.program.plan.snapbacks]
