"""Routes of releases, their totals and postings."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from api.load_program import ProgramReadOf
from api.problem_responses import READS
from api.problems import NotFound
from api.responses.releases import PostingPage, PostingResponse, ReleaseResponse, TotalResponse
from api.state import StateOf
from db.queries import LedgerFilter
from rules.field_types import Name
from rules.releases.totals import totals

router = APIRouter(prefix="/programs/{program}/releases", tags=["programs"])


@router.get("", responses=READS)
async def get_releases(read: ProgramReadOf) -> list[ReleaseResponse]:
    """Its releases: what earns each, what stands in its accounts, and what it waits for."""
    return [ReleaseResponse.of(read.program, name, read.at) for name, _ in read.program.paying]


@router.get("/totals", responses=READS)
async def get_totals(read: ProgramReadOf) -> list[TotalResponse]:
    """What stands in the accounts of all its releases together, unit by unit."""
    return [TotalResponse.of(unit, accounts) for unit, accounts in totals(read.program).items()]


@router.get("/{release}/postings", responses=READS)
async def get_postings(
    state: StateOf,
    read: ProgramReadOf,
    release: Name,
    after: Annotated[int, Query(ge=0, lt=2**53, description="`next` of the page before")] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> PostingPage:
    """What was posted between the accounts of one release, oldest first, in pages."""
    if release not in read.program.releases:
        raise NotFound("release")
    until = read.at + timedelta(microseconds=1) if read.is_past else None
    sought = LedgerFilter(kinds=["balance_moved"], subjects=[release], until=until)
    lines = await state.queries.ledger(read.id, sought, after=after, most=limit)
    more = lines[-1].entry.seq if len(lines) == limit else None
    return PostingPage(postings=[PostingResponse.of(line.entry) for line in lines], next=more)
