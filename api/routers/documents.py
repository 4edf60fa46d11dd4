"""Documents: bytes filed once under their SHA-256, to be named by evidence."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import IO, Annotated
from urllib.parse import quote
from uuid import UUID, uuid4

from fastapi import APIRouter, Header, Path, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from api.acting import ProgramId, refused
from api.callers import Caller
from api.identity import CallerInfo
from api.naming import filing
from api.problems import READS, Gone, Invalid, NotFound, TooLarge, declared
from api.seen import seen
from api.state import State, StateOf
from db.documents import CHUNK, Damaged, HashDiffers, NotFiled, TooManyBytes
from rules.acts import Act, ReadEvidence, Role
from rules.refusals import Refused as Refusal
from rules.restriction import Opening, opening
from rules.times import Instant
from rules.vocabulary.evidence import Evidence
from rules.words import Label, Sha256, own_act

router = APIRouter(prefix="/programs/{program}/documents", tags=["documents"])


MEDIA_TYPE = r"^[A-Za-z0-9!#$&^_.+-]{1,60}/[A-Za-z0-9!#$&^_.+-]{1,60}( *; *[!-~][ -~]{0,70})?$"
"""A media type, with parameters that are not read."""


class DocumentAnswer(BaseModel):
    """A filed document; give `sha256`, `name` and `size` to the evidence that it is."""

    program: UUID
    sha256: str
    size: int = Field(description="bytes")
    name: str
    media_type: str
    uploaded_by: str
    uploaded_at: Instant


@router.post(
    "",
    status_code=201,
    responses=declared(401, 403, 404, 413, 422, 503),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def file_document(
    request: Request,
    state: StateOf,
    caller: Caller,
    program: ProgramId,
    name: Annotated[Label, Query(description="file name, kept as a label only")],
    sha256: Annotated[Sha256 | None, Query(description="expected hash; refused if it differs")] = None,
    content_type: Annotated[str, Header(pattern=MEDIA_TYPE)] = "application/octet-stream",
) -> DocumentAnswer:
    """Files a document: the body is its bytes, streamed and hashed on the way."""
    await seen(state, caller, program)
    caller.check_role(Role.RECORDER, Role.REPRESENTATIVE, Role.MONITOR, Role.CHECKER, Role.OFFICER)
    try:
        filed = await state.documents.store(
            program,
            request.stream(),
            name=name,
            media_type=content_type,
            uploaded_by=caller.person,
            uploaded_for=caller.party,
            expected=sha256,
        )
    except TooManyBytes as error:
        raise TooLarge("too_large", str(error), "a smaller document") from None
    except HashDiffers as error:
        raise Invalid("hash_differs", str(error), "the bytes of that hash, or no expected hash") from None
    return DocumentAnswer.model_validate(filed, from_attributes=True)


@router.get(
    "/{sha256}",
    responses={
        **READS,
        **declared(410),
        200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}},
    },
    response_class=StreamingResponse,
)
async def download_document(
    state: StateOf, caller: Caller, program: ProgramId, sha256: Annotated[Sha256, Path()]
) -> StreamingResponse:
    """The bytes of a document that was filed for this program, as an attachment.

    Whoever may not read it is not told that it is there. That restricted evidence was read is recorded before it is, and all
    bytes are compared with the hash before the first of them is answered.
    """
    held = await seen(state, caller, program)
    filed = await state.documents.filings(program, sha256)
    opens = opening(held, caller.person, sha256, [filing(one) for one in filed])
    if opens is None and filed and caller.reads_everything:
        opens = Opening()
    if opens is None:
        raise NotFound("document")
    try:
        content = await state.documents.opened(sha256)
    except (NotFiled, Damaged):
        detail = "This document was filed, and what is stored of it is missing or damaged."
        raise Gone("document_gone", detail, "to file the same bytes again, which replaces what is stored") from None
    try:
        if opens.restricted is not None:
            await _reading(state, caller, program, opens.restricted)
    except BaseException:
        content.close()
        raise
    headers = {
        # Never shown in place: the bytes are somebody else's and may be a page.
        "Content-Disposition": f"attachment; filename*=UTF-8''{_file_name(filed[0].name)}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Content-Length": str(filed[0].size),
    }
    return StreamingResponse(_parts(content), headers=headers, media_type="application/octet-stream")


def _file_name(name: str) -> str:
    """A name that leads nowhere: clients may put what is between separators into folders."""
    return quote("".join("_" if sign in "/\\:" else sign for sign in name).strip(". ") or "document", safe="")


async def _parts(content: IO[bytes]) -> AsyncIterator[bytes]:
    with content:
        while part := content.read(CHUNK):
            yield part


async def _reading(state: State, caller: CallerInfo, program: UUID, piece: Evidence) -> None:
    """Records that a restricted document is read, before it is. Raises Refused."""
    act = Act(id=own_act("reading", uuid4()), actor=caller.actor, deed=ReadEvidence(evidence=piece.id))
    outcome = await state.recorder.record(program, act)
    if isinstance(outcome, Refusal):
        raise refused(outcome)
