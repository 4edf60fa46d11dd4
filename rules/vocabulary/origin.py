"""Origins: where a figure or an event was read, precisely enough to read it again from the same bytes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from rules.field_types import Label, Name, Sha256, StrictModel, Text
from rules.times import Instant


class Fetch(StrictModel):
    """One answer of a producer; its bytes are kept as a document under their hash, as they are without compression."""

    url: Text
    status: Annotated[int, Field(ge=100, le=599)]
    retrieved_at: Instant
    sha256: Sha256
    size: Annotated[int, Field(ge=0, lt=2**53)]
    headers: dict[Label, Label] = Field(
        default_factory=dict, max_length=10, description="of the answer, those alone that reading it needs"
    )


class Origin(StrictModel):
    """How a check has come to what it records: its answers, who read them, and the row as it stands in them."""

    check: Name
    fetched: tuple[Fetch, ...] = Field(min_length=1, max_length=200)
    adapter: Label
    version: Label = Field(description="of the adapter")
    row: Text = Field(description="the row that was read, as it stands in the answer")
