"""Routes of members' tokens: issue, list and revoke. Tokens are stored outside of the ledger."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID, uuid5

import structlog
from fastapi import APIRouter, Path, Response
from pydantic import Field

from api.act_requests import Key, ProgramId
from api.callers import Caller
from api.json_body import JsonRoute
from api.load_program import program_now
from api.problem_responses import READS, WRITES, problem_responses
from api.problems import NotFound, Refused
from api.responses.tokens import IssuedResponse, TokenResponse
from api.state import State, StateOf
from db.tokens import TokenExists, TokenRecord
from rules.acts import Actor, Member, Role
from rules.decisions.tokens import check_ends_token, check_gives_token, sees_token
from rules.field_types import Label, StrictModel
from rules.refusals import Code, Refusal
from rules.refusals import Refused as RefusedAct

log = structlog.get_logger()

router = APIRouter(prefix="/programs/{program}/tokens", tags=["tokens"], route_class=JsonRoute)

ISSUED_BY = UUID("0b1a6f0e-3c55-5f0a-9d5e-7a8f3f0f6c11")
"""UUIDv5 namespace of token ids: derived from person and key, which makes issuing idempotent."""

UNITS = 1
"""The rate limit units of each token."""


class Issue(StrictModel):
    """For which member of the program, and for how long."""

    member: Member = Field(description="person, role and party as they were admitted")
    days: Annotated[int, Field(ge=1, le=365)] = 90
    note: Label | None = Field(default=None, description="what it is for")


@router.post("", status_code=201, responses=WRITES)
async def issue_token(
    state: StateOf, caller: Caller, program: ProgramId, key: Key, body: Issue, response: Response
) -> IssuedResponse:
    """Issues a token that lets a member into this program alone. Whoever admits somebody may give them one.

    Its secret is answered once. The same request again answers the same token without it.
    """
    read = await program_now(state, caller, program)
    try:
        check_gives_token(read, caller.actor, body.member)
    except Refusal as refusal:
        raise Refused(refusal.refused) from None
    state.rate_limits.take(caller.person, UNITS)
    response.headers["Cache-Control"] = "no-store"
    token_id = uuid5(ISSUED_BY, f"{program}/{caller.person}/{key}")
    try:
        secret, token = await state.tokens.issue(
            body.member.person,
            lifetime=timedelta(days=body.days),
            program_id=program,
            party=body.member.party,
            role=body.member.role,
            note=body.note or "",
            issued_by=caller.person,
            token_id=token_id,
        )
    except TokenExists:
        return IssuedResponse(token=TokenResponse.of(await _issued_before(state, token_id, body)), secret=None)
    log.info("token_issued", token=str(token.id), person=token.person, by=caller.person)
    return IssuedResponse(token=TokenResponse.of(token), secret=secret)


@router.get("", responses=READS)
async def get_tokens(state: StateOf, caller: Caller, program: ProgramId) -> list[TokenResponse]:
    """The tokens for this program alone that the caller may know of, newest first; expired and revoked ones too."""
    read = await program_now(state, caller, program)
    return [
        TokenResponse.of(token)
        for token in await state.tokens.of_program(program)
        if caller.reads_everything or sees_token(read, caller.actor, _holder(token))
    ]


@router.post("/{token}/revocations", responses=problem_responses(401, 403, 404, 409, 422, 429, 503))
async def revoke_token(
    state: StateOf, caller: Caller, program: ProgramId, token_id: Annotated[UUID, Path(alias="token")]
) -> TokenResponse:
    """Ends a token: two seconds later it opens nothing any more. A token that has ended is answered as it is."""
    read = await program_now(state, caller, program)
    found = await state.tokens.one(token_id)
    if found is None or found.program_id != program or not sees_token(read, caller.actor, _holder(found)):
        raise NotFound("token")
    try:
        check_ends_token(read, caller.actor, _holder(found))
    except Refusal as refusal:
        raise Refused(refusal.refused) from None
    if await state.tokens.revoke(token_id, caller.person):
        log.info("token_revoked", token=str(token_id), person=found.person, by=caller.person)
    return TokenResponse.of(await state.tokens.one(token_id) or found)


async def _issued_before(state: State, token_id: UUID, asked: Issue) -> TokenRecord:
    """The token that was issued under the same key. Raises Refused for a request with other content."""
    token = await state.tokens.one(token_id)
    lifetime = token.expires_at - token.created_at if token else timedelta()
    same = token is not None and (
        (token.person, token.role, token.party, token.note)
        == (asked.member.person, asked.member.role, asked.member.party, asked.note or "")
        and abs(lifetime - timedelta(days=asked.days)) < timedelta(minutes=1)
    )
    if token is None or not same:
        raise Refused(RefusedAct(Code.ACT_ID_REUSED, "This key was used for another token.", "a new Idempotency-Key"))
    return token


def _holder(token: TokenRecord) -> Actor:
    """The holder of a token. A token without a role, which grants nothing, is treated as an auditor's."""
    return Actor(person=token.person, role=Role(token.role or Role.AUDITOR), party=token.party)
