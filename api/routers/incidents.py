"""Routes of incidents."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import Field

from api.act_requests import RECORDED, ActRequestOf, ActRoute, Reasoned
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
async def report_incident(deed: a.ReportIncident, request: ActRequestOf) -> Response:
    """Reports an incident. Nothing is decided by it, but a clock that it would move is frozen."""
    return await request.perform(deed)


@router.post("/incidents/{incident}/confirmations", **RECORDED)
async def confirm_incident(incident: IncidentId, body: Confirmation, request: ActRequestOf) -> Response:
    """Establishes that an incident happened, and as what."""
    return await request.perform(a.ConfirmIncident(incident=incident, **body.model_dump()))


@router.post("/incidents/{incident}/contests", **RECORDED)
async def contest_incident(incident: IncidentId, body: Reasoned, request: ActRequestOf) -> Response:
    """Disputes an incident; it is then decided by an authority."""
    return await request.perform(a.ContestIncident(incident=incident, reason=body.reason))


@router.post("/incidents/{incident}/dismissals", **RECORDED)
async def dismiss_incident(incident: IncidentId, body: Reasoned, request: ActRequestOf) -> Response:
    """Establishes that an incident did not happen; clocks go on as if it had not been reported."""
    return await request.perform(a.DismissIncident(incident=incident, reason=body.reason))


@router.post("/incidents/{incident}/resolutions", **RECORDED)
async def resolve_incident(incident: IncidentId, body: Resolution, request: ActRequestOf) -> Response:
    """Establishes that a confirmed incident is over."""
    return await request.perform(a.ResolveIncident(incident=incident, **body.model_dump()))


@router.post("/incidents/{incident}/corrections", **RECORDED)
async def correct_incident(incident: IncidentId, body: Correction, request: ActRequestOf) -> Response:
    """Puts right what was said of an incident; clocks are counted again. A preview shows what moves."""
    return await request.perform(a.CorrectIncident(incident=incident, **body.model_dump()))


@router.post("/incidents/{incident}/accounts", **RECORDED)
async def give_account(incident: IncidentId, body: AccountBody, request: ActRequestOf) -> Response:
    """Adds an account of an incident, or changes one's own. Accounts that conflict leave it to an authority."""
    return await request.perform(GiveAccount(incident=incident, **body.model_dump()))


@router.post("/incidents/{incident}/accounts/{account}/withdrawals", **RECORDED)
async def take_back_account(
    incident: IncidentId, account: Annotated[Id, Path()], body: Reasoned, request: ActRequestOf
) -> Response:
    """Takes back one's account. An undecided incident of which none is left is withdrawn."""
    return await request.perform(TakeBackAccount(incident=incident, account=account, reason=body.reason))
