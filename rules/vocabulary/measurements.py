"""Measurements: figures of an indicator, each with its origin."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from rules.decimals import Figure, parse_decimal
from rules.field_types import Id, Label, Name, StrictModel, Text
from rules.language.indicators import StandardError
from rules.language.revision_causes import Cause
from rules.text_formats import PERIOD
from rules.times import Instant
from rules.vocabulary.documents import FiledDocument
from rules.vocabulary.origin import Origin

WHICH = (
    "what it covers: 2024, 2024-H1, 2024-Q1, 2024-06, 2024-W07, 2024-06-30, FY2024 or a season of the plan; "
    "or a range, 2024-02/2024-04"
)


class RecordMeasurement(StrictModel):
    """Records a figure of an indicator with its origin."""

    kind: Literal["record_measurement"] = "record_measurement"
    measurement: Id = Field(description="a name for it, of your choice, by which it is called from then on")
    indicator: Name
    value: Figure = Field(description="with a point before decimals, and nothing between thousands")
    unit: Label
    period: Annotated[str, Field(pattern=PERIOD, description=WHICH)]
    producer: Label
    edition: Label = Field(description="of what the producer has published, as the producer calls it")
    source: Text = Field(description="where it can be looked up")
    retrieved_at: Instant = Field(description="when it was read there")
    revises: Id | None = Field(default=None, description="the figure that this one takes the place of")
    cause: Cause | None = Field(default=None, description="of a figure that takes the place of another: why it is another")
    standard_error: StandardError | None = Field(default=None, description="of the figure, in its unit")
    origin: Origin | None = Field(default=None, description="of a check alone: the answers that it was read from")
    document: FiledDocument | None = Field(default=None, description="of a person: the document in which the figure stands")
    as_written: Label | None = Field(default=None, description="the value as it was written, where not in ASCII digits; kept")

    @model_validator(mode="before")
    @classmethod
    def _keeps_what_was_written(cls, given: Any) -> Any:
        written = given.get("value") if isinstance(given, dict) else None
        if isinstance(written, str) and not written.isascii():
            return {**given, "as_written": written}
        return given

    @model_validator(mode="after")
    def _was_written_so(self) -> RecordMeasurement:
        if self.as_written is not None and parse_decimal(self.as_written) != self.value:
            raise ValueError("as_written is the value itself, as it was written; leave it out")
        return self


class MeasurementRecorded(StrictModel):
    kind: Literal["measurement_recorded"] = "measurement_recorded"
    measurement: Id
    indicator: Name
    value: Figure
    unit: Label
    period: str
    producer: Label
    edition: Label
    source: Text
    retrieved_at: Instant
    revises: Id | None = None
    cause: Cause | None = None
    standard_error: Figure | None = None
    origin: Origin | None = None
    document: FiledDocument | None = None
    as_written: Label | None = None
    filed: bool | None = Field(default=None, description="with a document: whether its bytes were filed by then")


class FigureAccepted(StrictModel):
    """A figure counts as a check has read it, without a person, since the plan says so and its bytes are kept."""

    kind: Literal["figure_accepted"] = "figure_accepted"
    measurement: Id
    check: Name
    effective_at: Instant
