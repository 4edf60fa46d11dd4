"""Routes of proposals: acts on them, and reads with their effects."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.act_requests import RECORDED, ActRequestOf, ActRoute, Reasoned
from api.callers import Caller
from api.load_program import ProgramReadOf
from api.problem_responses import READS
from api.problems import NotFound
from api.rate_limit import PROPOSAL
from api.responses.proposals import ProposalLine, ProposalResponse
from api.state import StateOf
from rules import acts as a
from rules.field_types import Id, Name, StrictModel, Text
from rules.vocabulary.proposals import ProposalStatus

router = APIRouter(prefix="/programs/{program}/proposals", tags=["proposals"], route_class=ActRoute)

ProposalId = Annotated[Id, Path(alias="proposal")]


class Service(StrictModel):
    """That a party has had notice."""

    party: Name
    proof: Text


@router.post("", **RECORDED)
async def propose(deed: a.Propose, request: ActRequestOf) -> Response:
    """Puts a waiver, an extension or an amendment before those whose consent its procedure asks for."""
    return await request.perform(deed)


@router.post("/{proposal}/objections", **RECORDED)
async def object_to(proposal: ProposalId, body: Reasoned, request: ActRequestOf) -> Response:
    """Objects: silence no longer adopts it, and an objection of a party with a veto ends it."""
    return await request.perform(a.ObjectTo(proposal=proposal, reason=body.reason))


@router.post("/{proposal}/notices", **RECORDED)
async def give_notice(proposal: ProposalId, body: Service, request: ActRequestOf) -> Response:
    """Proves that a party has had notice; from then its silence counts."""
    return await request.perform(a.GiveNotice(proposal=proposal, party=body.party, proof=body.proof))


@router.post("/{proposal}/withdrawals", **RECORDED)
async def withdraw_proposal(proposal: ProposalId, body: Reasoned, request: ActRequestOf) -> Response:
    """Takes back a proposal that has not been decided."""
    return await request.perform(a.WithdrawProposal(proposal=proposal, reason=body.reason))


@router.get("", responses=READS)
async def get_proposals(read: ProgramReadOf, status: ProposalStatus | None = None) -> list[ProposalLine]:
    """Its proposals, oldest first."""
    program = read.program
    return [ProposalLine.of(program, one) for one in program.proposals.values() if status is None or one.status is status]


@router.get("/{proposal}", responses=READS)
async def get_proposal(state: StateOf, caller: Caller, read: ProgramReadOf, proposal: ProposalId) -> ProposalResponse:
    """One proposal with the effects of a signature: what would follow from its adoption now, or then."""
    if (found := read.program.proposals.get(proposal)) is None:
        raise NotFound("proposal")
    state.rate_limits.take(caller.person, PROPOSAL)
    return ProposalResponse.shown(read.program, found, read.at)
