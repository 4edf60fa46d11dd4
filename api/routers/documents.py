"""Routes of documents: filing by SHA-256, listing and download."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import IO, Annotated
from urllib.parse import quote
from uuid import UUID, uuid4

from fastapi import APIRouter, Header, Path, Query, Request
from fastapi.responses import StreamingResponse

from api.act_documents import filing_of
from api.act_requests import ProgramId, refusal_problem
from api.callers import Caller
from api.filing import FILERS, file_upload
from api.identity import CallerInfo
from api.load_program import ProgramReadOf, program_now
from api.problem_responses import READS, problem_responses
from api.problems import Gone, NotFound
from api.rate_limit import LONG_PAGE, USUAL_PAGE
from api.responses.documents import DocumentLine, DocumentPage, DocumentResponse
from api.routers.evidence import load_entries
from api.state import State, StateOf
from api.uploads import BYTES, FORM, MEDIA_TYPE, receive_upload
from db.documents import CHUNK, Damaged, NotFiled
from rules.acts import Act, ReadEvidence
from rules.field_types import Label, Sha256, own_act_id
from rules.refusals import Refused as RefusedAct
from rules.restriction import Opening, named_documents, opening
from rules.vocabulary.evidence import Evidence

router = APIRouter(prefix="/programs/{program}/documents", tags=["documents"])

_BINARY = {"type": "string", "format": "binary"}
_ONE_FILE = {"type": "object", "properties": {"file": _BINARY}, "required": ["file"], "additionalProperties": False}


@router.post(
    "",
    status_code=201,
    responses=problem_responses(401, 403, 404, 413, 415, 422, 503),
    openapi_extra={"requestBody": {"required": True, "content": {FORM: {"schema": _ONE_FILE}, BYTES: {"schema": _BINARY}}}},
)
async def file_document(
    request: Request,
    state: StateOf,
    caller: Caller,
    program: ProgramId,
    name: Annotated[Label | None, Query(description="file name, kept as a label only; a form can say it itself")] = None,
    sha256: Annotated[Sha256 | None, Query(description="expected hash; refused if it differs")] = None,
    content_type: Annotated[str, Header(pattern=MEDIA_TYPE)] = BYTES,
) -> DocumentResponse:
    """Files a document, streamed and hashed on the way: the body is its bytes, or a form with one file.

    Evidence that names it, and whose recorder has filed it now, stands as filed from then on.
    """
    await program_now(state, caller, program)
    caller.check_role(*FILERS)
    upload = await receive_upload(request, content_type, name)
    filed = await file_upload(state, caller, program, upload, expected=sha256)
    return DocumentResponse.model_validate(filed, from_attributes=True)


@router.get("", responses=READS)
async def list_documents(
    state: StateOf,
    caller: Caller,
    read: ProgramReadOf,
    filed: Annotated[bool | None, Query(description="false: only those of which nobody has filed the bytes")] = None,
    after: Annotated[Sha256 | None, Query(description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> DocumentPage:
    """The documents that its evidence names, filed or not, in the order in which they were named first, in pages."""
    if limit > USUAL_PAGE:
        state.rate_limits.take(caller.person, LONG_PAGE)
    wanted = [named for named in named_documents(read.program) if filed is None or named.filed is filed]
    start = next((number + 1 for number, named in enumerate(wanted) if named.sha256 == after), 0)
    page = wanted[start : start + limit]
    entries = await load_entries(state, read.id, [named.pieces[0].entries[0] for named in page])
    sizes = await state.documents.sizes(read.id, [named.sha256 for named in page if named.filed])
    lines = [DocumentLine.of(named, entries[named.pieces[0].entries[0]], sizes.get(named.sha256)) for named in page]
    return DocumentPage(documents=lines, next=page[-1].sha256 if start + limit < len(wanted) else None)


@router.get(
    "/{sha256}",
    responses={**READS, **problem_responses(410), 200: {"content": {BYTES: {"schema": _BINARY}}}},
    response_class=StreamingResponse,
)
async def download_document(
    state: StateOf, caller: Caller, program: ProgramId, sha256: Annotated[Sha256, Path()]
) -> StreamingResponse:
    """The bytes of a document that was filed for this program, as an attachment.

    Whoever may not read it is not told that it is there. That restricted evidence was read is recorded before it is, and all
    bytes are compared with the hash before the first of them is answered.
    """
    read = await program_now(state, caller, program)
    filed = await state.documents.filings(program, sha256)
    opens = opening(read, caller.person, sha256, [filing_of(one) for one in filed])
    if opens is None and filed and caller.reads_everything:
        opens = Opening()
    if opens is None:
        raise NotFound("document")
    try:
        content = await state.documents.open(sha256)
    except (NotFiled, Damaged):
        detail = "This document was filed, and what is stored of it is missing or damaged."
        raise Gone("document_gone", detail, "to file the same bytes again, which replaces what is stored") from None
    try:
        if opens.restricted is not None:
            await _record_reading(state, caller, program, opens.restricted)
    except BaseException:
        content.close()
        raise
    headers = {
        # Always an attachment: untrusted bytes could be HTML with scripts.
        "Content-Disposition": f"attachment; filename*=UTF-8''{_file_name(filed[0].name)}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Content-Length": str(filed[0].size),
    }
    return StreamingResponse(_parts(content), headers=headers, media_type=BYTES)


def _file_name(name: str) -> str:
    """The name without path separators, which clients could take for folders."""
    return quote("".join("_" if sign in "/\\:" else sign for sign in name).strip(". ") or "document", safe="")


async def _parts(content: IO[bytes]) -> AsyncIterator[bytes]:
    with content:
        while part := content.read(CHUNK):
            yield part


async def _record_reading(state: State, caller: CallerInfo, program: UUID, piece: Evidence) -> None:
    """Records that a restricted document is read, before it is sent. Raises Refused."""
    act = Act(id=own_act_id("reading", uuid4()), actor=caller.actor, deed=ReadEvidence(evidence=piece.id))
    outcome = await state.recorder.record(program, act)
    if isinstance(outcome, RefusedAct):
        raise refusal_problem(outcome)
