"""Response models of documents: filed ones, and those that evidence names."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, Field

from api.responses.evidence import named_in
from rules.entries import Entry
from rules.restriction import NamedDocument
from rules.times import Instant


class DocumentResponse(BaseModel):
    """A filed document; give `sha256`, `name` and `size` to the evidence that it is."""

    program: UUID
    sha256: str
    size: int = Field(description="bytes")
    name: str
    media_type: str
    uploaded_by: str
    uploaded_at: Instant


class DocumentLine(BaseModel):
    """A document that evidence names."""

    sha256: str
    name: str = Field(description="as the evidence calls it that named it first")
    media_type: str | None
    size: int | None = Field(description="bytes; of a document that is not filed, as its recorder says")
    filed: bool = Field(description="whether its bytes are here for who may read the evidence")
    evidence: list[str] = Field(description="the evidence and measurements that name it; restricted ones are left out")

    @classmethod
    def of(cls, named: NamedDocument, first: Entry, size: int | None) -> DocumentLine:
        """`first` is the entry that named it first, `size` that of the bytes that are filed."""
        said = named_in(first.fact)
        return cls(
            sha256=named.sha256,
            name=said.name if said else "",
            media_type=said.media_type if said else None,
            size=said.size if said and size is None else size,
            filed=named.filed,
            evidence=[piece.id for piece in named.pieces],
        )


class DocumentPage(BaseModel):
    documents: list[DocumentLine]
    next: str | None = Field(description="pass as `after` for the next page; null at the end")
