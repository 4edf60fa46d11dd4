"""Routes of incidents."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import Field

from api.act_requests import RECORDED, ActRoute, Doing, Reasoned
from rules import acts as a
from rules.field_types import Id, Name, StrictModel, Text
from rules.times import Instant
from rules.vocabulary.incidents import Correction
from rules.vocabulary.testimony import GiveAccount, TakeBackAccount

router = APIRouter(prefix="/programs/{program}", tags=["incidents"], route_class=ActRoute)

IncidentId = Annotated[Id, Path(alias="incident")]


class Confirmation(Reasoned):
    """What is left out stays as it was reported."""

    severity: Name | None = None
    attributed_to: Name | None = None
    happened_at: Instant | None = None


class AccountBody(StrictModel):
    """What somebody says of an incident."""

    account: Id
    severity: Name
    happened_at: Instant | None = Field(default=None, description="left out, as the incident has it")
    attributed_to: Name | None = None
    text: Text


class Resolution(Reasoned):
    resolved_at: Instant | None = Field(default=None, description="left out, now")


@router.post("/incidents", **RECORDED)
async def report_incident(deed: a.ReportIncident, acting: Doing) -> Response:
    """Reports an incident. Nothing is decided by it, but a clock that it would move is frozen."""
    return await acting.do(deed)


@router.post("/incidents/{incident}/confirmations", **RECORDED)
async def confirm_incident(incident: IncidentId, body: Confirmation, acting: Doing) -> Response:
    """Establishes that an incident happened, and as what."""
    return await acting.do(a.ConfirmIncident(incident=incident, **body.model_dump()))


@router.post("/incidents/{incident}/contests", **RECORDED)
async def contest_incident(incident: IncidentId, body: Reasoned, acting: Doing) -> Response:
    """Disputes an incident; it is then decided by an authority."""
    return await acting.do(a.ContestIncident(incident=incident, reason=body.reason))


@router.post("/incidents/{incident}/dismissals", **RECORDED)
async def dismiss_incident(incident: IncidentId, body: Reasoned, acting: Doing) -> Response:
    """Establishes that an incident did not happen; clocks go on as if it had not been reported."""
    return await acting.do(a.DismissIncident(incident=incident, reason=body.reason))


@router.post("/incidents/{incident}/resolutions", **RECORDED)
async def resolve_incident(incident: IncidentId, body: Resolution, acting: Doing) -> Response:
    """Establishes that a confirmed incident is over."""
    return await acting.do(a.ResolveIncident(incident=incident, **body.model_dump()))


@router.post("/incidents/{incident}/corrections", **RECORDED)
async def correct_incident(incident: IncidentId, body: Correction, acting: Doing) -> Response:
    """Puts right what was said of an incident; clocks are counted again. A preview shows what moves."""
    return await acting.do(a.CorrectIncident(incident=incident, **body.model_dump()))


@router.post("/incidents/{incident}/accounts", **RECORDED)
async def give_account(incident: IncidentId, body: AccountBody, acting: Doing) -> Response:
    """Adds an account of an incident, or changes one's own. Accounts that conflict leave it to an authority."""
    return await acting.do(GiveAccount(incident=incident, **body.model_dump()))


@router.post("/incidents/{incident}/accounts/{account}/withdrawals", **RECORDED)
async def take_back_account(incident: IncidentId, account: Annotated[Id, Path()], body: Reasoned, acting: Doing) -> Response:
    """Takes back one's account. An undecided incident of which none is left is withdrawn."""
    return await acting.do(TakeBackAccount(incident=incident, account=account, reason=body.reason))
