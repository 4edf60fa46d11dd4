"""Documents, which are known by the hash of their bytes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from rules.words import Label, Sha256, Strict


class FiledDocument(Strict):
    """A document by hash; the bytes are kept apart, so that they can be withheld or erased."""

    sha256: Sha256
    name: Label
    size: Annotated[int, Field(ge=0, lt=2**53)] | None = None
    media_type: Label | None = None
