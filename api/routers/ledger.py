"""Routes of the ledger: entries, sealed bytes, and differences between two instants."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from api.act_requests import ProgramId
from api.callers import Caller
from api.identity import CallerInfo
from api.load_program import program_at, program_now
from api.problem_responses import READS
from api.problems import Invalid
from api.rate_limit import LONG_PAGE, USUAL_PAGE
from api.responses.changes import ChangesResponse, DifferenceResponse, RecordedResponse
from api.responses.ledger import EntryPage, EntryResponse, FactKind, SealedEntryPage, SealedEntryResponse, redact
from api.state import State, StateOf
from db.queries import LedgerFilter, LedgerRecord
from rules.explanations.concerning import names_concerning
from rules.explanations.differences import differences
from rules.field_types import Id
from rules.times import Instant

router = APIRouter(prefix="/programs/{program}", tags=["programs"])

INSTANT = timedelta(microseconds=1)
"""The resolution of time: the least distance between two instants."""


@router.get("/ledger", responses=READS)
async def get_ledger(
    state: StateOf,
    caller: Caller,
    program: ProgramId,
    since: Annotated[Instant | None, Query(description="recorded at or after")] = None,
    until: Annotated[Instant | None, Query(description="recorded before")] = None,
    kind: Annotated[FactKind | None, Query(description="kind of fact")] = None,
    actor: Annotated[Id | None, Query(description="person")] = None,
    subject: Annotated[
        Id | None,
        Query(description="milestone, phase, indicator, release, dispute or proposal with what concerns it; or any other name"),
    ] = None,
    order: Annotated[Literal["oldest_first", "newest_first"], Query(description="by number")] = "oldest_first",
    after: Annotated[int | None, Query(ge=0, lt=2**53, description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> EntryPage:
    """Its ledger in pages, oldest first unless asked otherwise."""
    now = await program_now(state, caller, program)
    _charge_page(state, caller, limit)
    sought = LedgerFilter(
        since=since,
        until=until,
        kinds=[kind] if kind else None,
        actor=actor,
        subjects=names_concerning(now, subject) if subject else None,
    )
    newest_first = order == "newest_first"
    lines = await state.queries.ledger(program, sought, after=after, most=limit, newest_first=newest_first)
    return EntryPage(entries=[redact(EntryResponse.of(line.entry, now.plan)) for line in lines], next=_after(lines, limit))


@router.get("/chain", responses=READS)
async def get_chain(
    state: StateOf,
    caller: Caller,
    program: ProgramId,
    after: Annotated[int, Query(ge=0, lt=2**53, description="`next` of the page before")] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> SealedEntryPage:
    """Its ledger as the bytes that were hashed, oldest first, in pages: for proving the chain by oneself."""
    await program_now(state, caller, program)
    _charge_page(state, caller, limit)
    lines = await state.queries.ledger(program, after=after, most=limit)
    return SealedEntryPage(entries=[SealedEntryResponse.of(line) for line in lines], next=_after(lines, limit))


@router.get("/changes", responses=READS)
async def get_changes(
    state: StateOf,
    caller: Caller,
    program: ProgramId,
    since: Annotated[Instant, Query(alias="from", description="as it was known then")],
    until: Annotated[Instant | None, Query(alias="to", description="and as it was known then; left out, now")] = None,
    after: Annotated[int, Query(ge=0, lt=2**53, description="`next` of the page before")] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> ChangesResponse:
    """What differs between two instants in words: how the program stands otherwise, and what was recorded meanwhile."""
    if until is not None and until <= since:
        raise Invalid("unreadable", "`to` does not lie after `from`.", "an instant after `from`")
    now, then = await program_at(state, caller, program, until), await program_at(state, caller, program, since)
    _charge_page(state, caller, limit)
    sought = LedgerFilter(since=since + INSTANT, until=now.at + INSTANT)
    lines = await state.queries.ledger(program, sought, after=after, most=limit)
    found = differences(then.program, then.at, now.program, now.at)
    return ChangesResponse(
        since=then.at,
        until=now.at,
        since_seq=then.program.seq,
        until_seq=now.program.seq,
        differences=[DifferenceResponse.of(one) for one in found],
        recorded=[RecordedResponse.of(line.entry, now.program.plan) for line in lines],
        next=_after(lines, limit),
    )


def _charge_page(state: State, caller: CallerInfo, limit: int) -> None:
    if limit > USUAL_PAGE:
        state.rate_limits.take(caller.person, LONG_PAGE)


def _after(lines: Sequence[LedgerRecord], limit: int) -> int | None:
    """The cursor of the next page; None at the end."""
    return lines[-1].entry.seq if len(lines) == limit else None
