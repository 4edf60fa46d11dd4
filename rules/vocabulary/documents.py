"""Documents, identified by the hash of their bytes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from rules.field_types import Id, Label, Sha256, StrictModel


class FiledDocument(StrictModel):
    """A document by hash; the bytes are kept apart, so that they can be withheld or erased."""

    sha256: Sha256
    name: Label
    size: Annotated[int, Field(ge=0, lt=2**53)] | None = None
    media_type: Label | None = None


class FileDocument(StrictModel):
    """Says that the bytes of a document are filed now, which recorded evidence names and which were not filed before.

    The service does it in the name of whoever files them.
    """

    kind: Literal["file_document"] = "file_document"
    evidence: Id


class DocumentFiled(StrictModel):
    """The bytes of the document that a piece of evidence names are filed."""

    kind: Literal["document_filed"] = "document_filed"
    evidence: Id
