"""Filing of documents: bytes go into the store, and evidence that names them is marked as filed in the ledger."""

from __future__ import annotations

from uuid import UUID, uuid4

from api.act_documents import filing_of
from api.act_requests import refusal_problem
from api.identity import CallerInfo
from api.problems import Invalid, TooLarge
from api.state import State
from api.uploads import Upload
from db.documents import FiledDocument, HashDiffers, TooManyBytes
from rules.acts import Act, FileDocument, Member, Role
from rules.field_types import own_act_id
from rules.refusals import Refused as RefusedAct
from rules.restriction import opened_by

FILERS = (Role.RECORDER, Role.REPRESENTATIVE, Role.MONITOR, Role.CHECKER, Role.OFFICER)
"""Roles that may file documents."""


async def file_upload(
    state: State, caller: CallerInfo, program: UUID, upload: Upload, *, expected: str | None = None
) -> FiledDocument:
    """Stores an upload, and records which evidence names it. Raises TooLarge, Invalid for another hash, or Refused."""
    try:
        filed = await state.documents.store(
            program,
            upload.content,
            name=upload.name,
            media_type=upload.media_type,
            uploaded_by=caller.person,
            uploaded_for=caller.party,
            expected=expected,
        )
    except TooManyBytes as error:
        raise TooLarge("too_large", str(error), "a smaller document") from None
    except HashDiffers as error:
        raise Invalid("hash_differs", str(error), "the bytes of that hash, or no expected hash") from None
    await _record_filing(state, caller, program, filed.sha256)
    return filed


async def _record_filing(state: State, caller: CallerInfo, program: UUID, sha256: str) -> None:
    """Records which evidence was waiting for these bytes. Idempotent: a repeated upload completes an interrupted one."""
    if (cached := await state.programs.load(program)) is None or cached.program.ended_at is not None:
        return
    held, actor = cached.program, caller.actor
    if Member(person=actor.person, role=actor.role, party=actor.party) not in held.members:
        return
    filings = [filing_of(one) for one in await state.documents.filings(program, sha256)]
    for piece in opened_by(held, sha256, filings):
        if piece.is_unfiled:
            deed = FileDocument(evidence=piece.id)
            act = Act(id=own_act_id("filing", uuid4()), actor=actor, deed=deed, filed=frozenset({sha256}))
            if isinstance(outcome := await state.recorder.record(program, act), RefusedAct):
                raise refusal_problem(outcome)
