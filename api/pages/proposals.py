"""The pages of proposals: terms, effects of a signature, and responses."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from api.pages.view import ViewOf
from api.problems import NotFound
from api.rate_limit import PROPOSAL
from api.responses.proposals import ProposalLine, ProposalResponse

router = APIRouter(prefix="/programs/{program}/proposals")


@router.get("")
async def proposals(view: ViewOf, program: UUID) -> Response:
    """All proposals, newest first."""
    opened = await view.open_program(program)
    lines = [ProposalLine.of(opened.program, one) for one in reversed([*opened.program.proposals.values()])]
    return view.of_program(opened, "proposals.html", proposals=lines)


@router.get("/{proposal}")
async def proposal(view: ViewOf, program: UUID, proposal: str) -> Response:
    """One proposal, with the effects of a signature."""
    opened = await view.open_program(program)
    if (found := opened.program.proposals.get(proposal)) is None:
        raise NotFound("proposal")
    view.state.rate_limits.take(view.visitor.person, PROPOSAL)
    answer = ProposalResponse.shown(opened.program, found, opened.at)
    return view.of_program(opened, "proposal.html", proposal=answer)
