"""Automated checks: which source is read for what, and when."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from rules.field_types import Label, Name, StrictModel, Text
from rules.language.sources import Placeholders
from rules.text_formats import TIME_OF_DAY
from rules.times import Duration


class Released(StrictModel):
    """The months in which a producer's release is expected, and how often is looked then."""

    months: tuple[Annotated[int, Field(ge=1, le=12)], ...] = Field(min_length=1)
    every: Literal["P1D", "P1W"] = "P1D"


class Runs(StrictModel):
    """When a check runs: its rhythm, and a quicker one while a release is expected."""

    every: Literal["PT1H", "P1D", "P1W", "P1M"]
    at: Annotated[str, Field(pattern=TIME_OF_DAY, description="local time of the plan")] = "06:00"
    released: Released | None = None
    jitter: Duration = Field(default="PT10M", description="runs are spread over this time, so that not all ask at once")
    overdue_after: Duration = Field(default="P14D", description="without an answer for this long the check is overdue")


class Feed(StrictModel):
    """Events of a source that become reported incidents; a machine never confirms one."""

    kinds: dict[Label, Name] = Field(min_length=1, description="by the source's class of event, the plan's kind of incident")
    other_kinds: tuple[Label, ...] = Field(default=(), description="classes of event of the source that do not count")
    places: tuple[Label, ...] = Field(min_length=1, description="places whose events count")
    spellings: dict[Label, tuple[Label, ...]] = Field(
        default_factory=dict,
        description="by place, how else the source writes it; capitals, marks and the kind of area need not be told",
    )
    elsewhere: tuple[Label, ...] = Field(default=(), description="places of the source whose events do not count")
    severity: Name = Field(description="severity that is reported; whoever confirms may say another")
    severities: dict[Label, Name] = Field(default_factory=dict, description="by the source's word; any other is `severity`")
    attributed_to: Name | None = None
    actors: dict[Label, Name] = Field(default_factory=dict, description="by the source's word; any other is `attributed_to`")
    lists_all: bool = Field(default=False, description="what its listing no longer holds of days that it covers, was deleted")


class Check(StrictModel):
    """One source, read for one indicator or for incidents."""

    title: Label
    source: Name
    figures_of: Name | None = Field(default=None, description="the indicator whose figures are recorded")
    incidents: Feed | None = None
    with_: Placeholders = Field(default_factory=dict, alias="with", description="values for the source's {placeholders}")
    runs: Runs
    verified: Literal["by_somebody", "automatically"] = Field(
        default="by_somebody",
        description="automatically: a figure counts as it was fetched, since its bytes are kept; that decides nothing yet",
    )
    note: Text | None = None

    @model_validator(mode="after")
    def _is_for_one_thing(self) -> Check:
        if (self.figures_of is None) == (self.incidents is None):
            raise ValueError("a check is for figures_of an indicator or for incidents: one of the two")
        return self
