"""Figures of an indicator, each with its origin."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from rules.figures import Figure
from rules.forms import PERIOD
from rules.language.causes import Cause
from rules.language.indicators import StandardError
from rules.times import Instant
from rules.vocabulary.documents import FiledDocument
from rules.vocabulary.origin import Origin
from rules.words import Id, Label, Name, Strict, Text


class RecordMeasurement(Strict):
    """Records a figure of an indicator with its origin."""

    kind: Literal["record_measurement"] = "record_measurement"
    measurement: Id
    indicator: Name
    value: Figure
    unit: Label
    period: Annotated[str, Field(pattern=PERIOD, description="year, month or day")]
    producer: Label
    edition: Label
    source: Text
    retrieved_at: Instant
    revises: Id | None = Field(default=None, description="the measurement that this one takes the place of")
    cause: Cause | None = Field(default=None, description="with revises: why the figure is another")
    standard_error: StandardError | None = Field(default=None, description="of the figure, in its unit")
    origin: Origin | None = Field(default=None, description="of a check alone: the answers that it was read from")
    document: FiledDocument | None = Field(default=None, description="of a person: the document in which the figure stands")


class MeasurementRecorded(Strict):
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


class FigureAccepted(Strict):
    """A figure counts as a check has read it, without a person, since the plan says so and its bytes are kept."""

    kind: Literal["figure_accepted"] = "figure_accepted"
    measurement: Id
    check: Name
    effective_at: Instant
