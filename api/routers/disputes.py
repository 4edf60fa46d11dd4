"""Routes of disputes and snapbacks."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.act_requests import RECORDED, ActRoute, Doing, Reasoned
from api.problem_responses import READS
from api.program_reads import Seen
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
async def raise_dispute(deed: a.RaiseDispute, acting: Doing) -> Response:
    """Brings a dispute before the first stage of a ladder."""
    return await acting.do(deed)


@router.post("/disputes/{dispute}/settlements", **RECORDED)
async def settle_dispute(dispute: DisputeId, body: Settlement, acting: Doing) -> Response:
    """Settles a dispute at the stage before which it lies."""
    return await acting.do(a.SettleDispute(dispute=dispute, outcome=body.outcome))


@router.post("/disputes/{dispute}/withdrawals", **RECORDED)
async def withdraw_dispute(dispute: DisputeId, body: Reasoned, acting: Doing) -> Response:
    """Takes back a dispute that one has raised."""
    return await acting.do(a.WithdrawDispute(dispute=dispute, reason=body.reason))


@router.post("/snapbacks/{snapback}/invocations", **RECORDED)
async def invoke_snapback(snapback: Annotated[Name, Path()], body: Invocation, acting: Doing) -> Response:
    """Gives notice that something lapses, unless it is decided to keep it."""
    return await acting.do(a.InvokeSnapback(snapback=snapback, dispute=body.dispute, reason=body.reason))


@router.get("/disputes", responses=READS)
async def get_disputes(held: Seen, status: DisputeStatus | None = None) -> list[DisputeResponse]:
    """Its disputes, oldest first."""
    program = held.program
    return [DisputeResponse.of(program, one) for one in program.disputes.values() if status is None or one.status is status]


@router.get("/snapbacks", responses=READS)
async def get_snapbacks(held: Seen) -> list[SnapbackResponse]:
    """What can lapse, what has been invoked, and when it takes effect."""
    return [SnapbackResponse.of(held.program, name) for name in held.program.plan.snapbacks]
