"""Documents in forms: filed as the API files them, and then named by hash in the act."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.datastructures import FormData, UploadFile

from api.filing import FILERS, file_upload
from api.pages.fields import FormValues
from api.pages.view import ProgramView, View
from api.problems import Invalid
from api.uploads import Upload
from db.documents import CHUNK
from rules.field_types import Label

NAMES: TypeAdapter[str] = TypeAdapter(Label)
MEDIA_TYPES = 200


async def file_uploads(
    view: View, opened: ProgramView, shape: type[BaseModel], sent: FormData, given: FormValues
) -> FormValues:
    """The submitted values with the hash of the filed document. Raises Forbidden, Invalid or TooLarge."""
    upload = sent.get("document")
    if "document" not in shape.model_fields or not isinstance(upload, UploadFile) or not upload.filename:
        return given
    if opened.caller is None:
        return given
    opened.caller.check_role(*FILERS)
    try:
        name = NAMES.validate_python(upload.filename.replace("\\", "/").rpartition("/")[2])
    except ValidationError:
        raise Invalid("unreadable", "The name of the file holds what no name may hold.", "a file with a plain name") from None
    media_type = (upload.content_type or "application/octet-stream")[:MEDIA_TYPES]
    filed = await file_upload(view.state, opened.caller, opened.id, Upload(name, media_type, _parts(upload)))
    named = {"sha256": filed.sha256, "name": filed.name, "size": str(filed.size), "media_type": filed.media_type}
    return replace(given, values={**given.values, **{f"document.{part}": [value] for part, value in named.items()}})


async def _parts(upload: UploadFile) -> AsyncIterator[bytes]:
    while part := await upload.read(CHUNK):
        yield part
