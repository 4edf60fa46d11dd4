"""Downloads of documents: always as attachments, and recorded as a read where restricted."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from starlette.responses import StreamingResponse

from api.pages.view import ViewOf
from api.routers.documents import download_document
from rules.field_types import Sha256

router = APIRouter(prefix="/programs/{program}/documents")


@router.get("/{sha256}", response_class=StreamingResponse)
async def download(view: ViewOf, program: UUID, sha256: Annotated[Sha256, Path()]) -> StreamingResponse:
    opened = await view.open_program(program)
    return await download_document(view.state, opened.caller or view.visitor.reading(), program, sha256)
