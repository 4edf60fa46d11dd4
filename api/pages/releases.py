"""The page of releases: terms, accounts, what each waits for, and postings."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from api.pages.drawings.balance import balance
from api.pages.view import ViewOf
from api.responses.releases import PostingResponse, ReleaseResponse
from db.queries import LedgerFilter

router = APIRouter(prefix="/programs/{program}/releases")

MOST = 200


@router.get("")
async def releases(view: ViewOf, program: UUID) -> Response:
    """All releases, with their newest postings."""
    opened = await view.open_program(program)
    sought = LedgerFilter(kinds=["balance_moved"])
    lines = await view.state.queries.ledger(program, sought, most=MOST, newest_first=True) if opened.program.releases else []
    postings: dict[str, list[PostingResponse]] = {}
    for line in lines:
        postings.setdefault(line.entry.fact.model_dump()["release"], []).append(PostingResponse.of(line.entry))
    answers = [ReleaseResponse.of(opened.program, name, opened.at) for name, _ in opened.program.paying]
    bars = {one.name: balance(one.amount, one.balances) for one in answers}
    return view.of_program(opened, "releases.html", releases=answers, postings=postings, bars=bars)
