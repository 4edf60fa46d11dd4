"""Routes of evidence and measurements, with their history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from api.callers import Caller
from api.load_program import ProgramReadOf
from api.problem_responses import READS
from api.problems import NotFound
from api.rate_limit import LONG_PAGE, USUAL_PAGE
from api.responses.evidence import EvidencePage, EvidenceResponse
from api.state import State, StateOf
from db.queries import LedgerFilter
from rules.decisions.verification import could_verify
from rules.entries import Entry
from rules.field_types import Id, Name
from rules.vocabulary.evidence import Evidence, EvidenceStatus

router = APIRouter(prefix="/programs/{program}/evidence", tags=["evidence"])


@router.get("", responses=READS)
async def get_evidence(
    state: StateOf,
    caller: Caller,
    read: ProgramReadOf,
    milestone: Name | None = None,
    indicator: Name | None = None,
    status: EvidenceStatus | None = None,
    to_verify: Annotated[bool | None, Query(description="true: what the caller could verify now; false: all else")] = None,
    after: Annotated[Id | None, Query(description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> EvidencePage:
    """Its evidence and measurements with all that was done with each, oldest first, in pages."""
    program = read.program
    if limit > USUAL_PAGE:
        state.rate_limits.take(caller.person, LONG_PAGE)
    wanted = [
        piece
        for piece in program.evidence.values()
        if (milestone is None or piece.milestone == milestone)
        and (indicator is None or (piece.measurement is not None and piece.measurement.indicator == indicator))
        and (status is None or piece.status is status)
        and (to_verify is None or could_verify(program, caller.actor, piece) is to_verify)
    ]
    start = next((number + 1 for number, piece in enumerate(wanted) if piece.id == after), 0)
    page = wanted[start : start + limit]
    more = page[-1].id if start + limit < len(wanted) else None
    return EvidencePage(evidence=await evidence_responses(state, read.id, page), next=more)


@router.get("/{evidence}", responses=READS)
async def get_piece(state: StateOf, read: ProgramReadOf, evidence: Annotated[Id, Path()]) -> EvidenceResponse:
    """One piece of evidence or one measurement, with all that was done with it."""
    if (piece := read.program.evidence.get(evidence)) is None:
        raise NotFound("evidence")
    (answer,) = await evidence_responses(state, read.id, [piece])
    return answer


async def evidence_responses(state: State, program: UUID, pieces: Sequence[Evidence]) -> list[EvidenceResponse]:
    """Responses for pieces of evidence, each with its ledger entries."""
    entries = await load_entries(state, program, [seq for piece in pieces for seq in piece.entries])
    return [EvidenceResponse.of(piece, [entries[seq] for seq in piece.entries]) for piece in pieces]


async def load_entries(state: State, program: UUID, seqs: Sequence[int]) -> dict[int, Entry]:
    """Entries of a ledger by their numbers."""
    lines = await state.queries.ledger(program, LedgerFilter(seqs=seqs), most=len(seqs)) if seqs else []
    return {line.entry.seq: line.entry for line in lines}
