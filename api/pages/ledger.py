"""The pages of the ledger: entries in words with filters, and one entry with its canonical bytes."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.pages.view import View, ViewOf
from api.problems import NotFound
from api.responses.ledger import EntryResponse, FactKind, SealedEntryResponse, redact
from db.queries import LedgerFilter
from rules.entries import KINDS
from rules.explanations.concerning import names_concerning
from rules.field_types import Id
from workflows.messages import program_workflow

router = APIRouter(prefix="/programs/{program}/ledger")

A_PAGE = 100
Before = Annotated[int | None, Query(ge=1, lt=2**53)]


@router.get("")
async def ledger(
    view: ViewOf,
    program: UUID,
    kind: FactKind | None = None,
    actor: Id | None = None,
    subject: Id | None = None,
    before: Before = None,
) -> Response:
    """Entries, newest first, in pages; `before` is the number at which the previous page ended."""
    opened = await view.open_program(program)
    sought = LedgerFilter(
        kinds=[kind] if kind else None, actor=actor, subjects=names_concerning(opened.program, subject) if subject else None
    )
    lines = await view.state.queries.ledger(program, sought, after=before, most=A_PAGE, newest_first=True)
    entries = [redact(EntryResponse.of(line.entry, opened.program.plan)) for line in lines]
    filters = {"kind": kind, "actor": actor, "subject": subject}
    older = lines[-1].entry.seq if len(lines) == A_PAGE else None
    return view.of_program(
        opened, "ledger.html", entries=entries, filters=filters, kinds=KINDS, older=older, workflow=_workflow(view, program)
    )


def _workflow(view: View, program: UUID) -> str | None:
    """The URL of the program's workflow in Temporal's pages, where visitors can reach these."""
    origin = view.state.settings.accord_temporal_ui
    if origin is None:
        return None
    return f"{origin}/namespaces/{view.state.temporal.namespace}/workflows/{quote(program_workflow(str(program)), safe='')}"


@router.get("/{seq}")
async def entry(view: ViewOf, program: UUID, seq: int) -> Response:
    """One entry: in words, its canonical bytes, and its place in the hash chain."""
    opened = await view.open_program(program)
    lines = await view.state.queries.ledger(program, after=seq - 1, most=1) if 0 < seq < 2**53 else []
    if not lines or lines[0].entry.seq != seq:
        raise NotFound("entry")
    answer = redact(EntryResponse.of(lines[0].entry, opened.program.plan))
    return view.of_program(opened, "entry.html", entry=answer, sealed=SealedEntryResponse.of(lines[0]))
