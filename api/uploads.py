"""Uploads of documents: raw bodies, and multipart forms with one file, streamed."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass

from fastapi import Request
from pydantic import TypeAdapter, ValidationError
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from api.problems import Invalid, UnsupportedMedia
from rules.field_types import Label

MEDIA_TYPE = r"^[A-Za-z0-9!#$&^_.+-]{1,60}/[A-Za-z0-9!#$&^_.+-]{1,60}( *; *[!-~][ -~]{0,100})?$"
"""A media type; its parameters are ignored."""

BYTES = "application/octet-stream"
FORM = "multipart/form-data"
ACCEPTED = (
    f"{FORM} with one file (curl -F file=@NAME), or the bytes themselves under ?name= and a media type of their own (curl"
    f" --data-binary @NAME -H 'Content-Type: {BYTES}')"
)
MOST_AROUND = 16 * 1024
"""The limit of boundaries and headers of a form, in bytes."""

_LABEL: TypeAdapter[str] = TypeAdapter(Label)


@dataclass(frozen=True, slots=True)
class Upload:
    """A document in transit: the sender's name for it, and its bytes as a stream."""

    name: str
    media_type: str
    content: AsyncIterator[bytes]


async def receive_upload(request: Request, content_type: str, name: str | None) -> Upload:
    """The upload in a request, read up to its bytes. Raises Invalid or UnsupportedMedia, here or while the bytes are read."""
    form = content_type.partition(";")[0].strip().lower()
    if form == FORM:
        return await _receive_form(request, content_type, name)
    is_other_form = form == "application/x-www-form-urlencoded" or form.startswith("multipart/")
    if is_other_form or (form == "application/json" and name is None):
        raise UnsupportedMedia("unsupported_media_type", f"A document is not read from {form}.", ACCEPTED)
    if name is None:
        raise _missing_name("query.name")
    return Upload(name, content_type, request.stream())


async def _receive_form(request: Request, content_type: str, name: str | None) -> Upload:
    boundary = parse_options_header(content_type)[1].get(b"boundary", b"")
    if not boundary:
        raise Invalid("unreadable", f"This {FORM} does not say its boundary.", ACCEPTED)
    file, chunks = _FormFile(boundary), request.stream()
    while not file.begun:
        if (chunk := await anext(chunks, None)) is None:
            raise Invalid("unreadable", "There is no file in this form.", ACCEPTED)
        file.write(chunk)
    return Upload(name or file.name, file.media_type, file.content(chunks))


class _FormFile:
    """The file of a multipart form, parsed as a stream."""

    def __init__(self, boundary: bytes) -> None:
        self.begun = False
        self.media_type = BYTES
        self._name = ""
        self._parts, self._ended, self._around = 0, False, 0
        self._field, self._value, self._headers = b"", b"", dict[str, bytes]()
        self._held = deque[bytes]()
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin_part,
                "on_header_field": self._add_to_field,
                "on_header_value": self._add_to_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._begin,
                "on_part_data": self._add_data,
                "on_end": self._end,
            },
        )

    @property
    def name(self) -> str:
        """The sender's name for it, without folders. Raises Invalid."""
        try:
            return _LABEL.validate_python(re.split(r"[/\\]", self._name)[-1])
        except ValidationError:
            raise _missing_name("file.filename") from None

    def write(self, chunk: bytes) -> None:
        """Parses a chunk. Raises Invalid."""
        self._around += len(chunk)
        try:
            self._parser.write(chunk)
        except FormParserError:
            raise Invalid("unreadable", f"This is no whole {FORM}.", ACCEPTED) from None
        if self._around > MOST_AROUND:
            raise Invalid("unreadable", f"This form has more than {MOST_AROUND} bytes beside its file.", ACCEPTED)

    async def content(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The bytes of the file. Raises Invalid if the form ends early, or holds more than the file."""
        yield self._take()
        async for chunk in chunks:
            self.write(chunk)
            yield self._take()
        if not self._ended:
            raise Invalid("unreadable", "This form broke off before its end.", ACCEPTED)

    def _take(self) -> bytes:
        taken = b"".join(self._held)
        self._held.clear()
        return taken

    def _begin_part(self) -> None:
        self._parts += 1
        if self._parts > 1:
            raise Invalid("unreadable", "There is more than one part in this form.", ACCEPTED)

    def _add_to_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _add_to_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        self._headers[self._field.decode("latin-1").lower()] = self._value
        self._field, self._value = b"", b""

    def _begin(self) -> None:
        _, said = parse_options_header(self._headers.get("content-disposition"))
        if (name := said.get(b"filename")) is None:
            part = said.get(b"name", b"").decode(errors="replace")[:100]
            raise Invalid(
                "unreadable", f"The part {part} of this form is no file; name and sha256 stand in the address.", ACCEPTED
            )
        if self._headers.get("content-transfer-encoding", b"binary").lower() not in (b"binary", b"8bit", b"7bit"):
            raise Invalid("unreadable", "The file of this form is encoded; its bytes would be others.", "its bytes as they are")
        self._name = name.decode(errors="replace").replace("%22", '"')
        media_type = self._headers.get("content-type", BYTES.encode()).decode("latin-1").strip()
        if not re.match(MEDIA_TYPE, media_type):
            raise Invalid("unreadable", "The file of this form has no media type.", f"one such as {BYTES}, or none")
        self.media_type, self.begun = media_type, True

    def _add_data(self, data: bytes, start: int, end: int) -> None:
        self._around -= end - start
        self._held.append(data[start:end])

    def _end(self) -> None:
        self._ended = True


def _missing_name(where: str) -> Invalid:
    faults = [{"where": where, "message": "is missing, or is no label of one line"}]
    return Invalid("unreadable", "This document has no name.", "?name=, or a form whose file has a name", faults=faults)
