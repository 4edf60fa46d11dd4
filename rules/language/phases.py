"""Phases: gates, milestones, and stability periods."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from rules.decimals import Whole
from rules.field_types import Label, Name, StrictModel, Text
from rules.language.criteria import Anchor, Criterion, Trigger
from rules.language.milestones import Milestone
from rules.times import Duration


class Tolerance(StrictModel):
    """Incidents that do not restart a stability period, up to a number of them."""

    kinds: tuple[Name, ...] = Field(min_length=1)
    at_most: Name = Field(description="highest severity that is tolerated")
    count: Whole = Field(ge=1, le=1000)


class StabilityPeriod(StrictModel):
    """Quiet time that must be kept, in local calendar days, and what moves it."""

    length: Duration
    from_: Anchor | None = Field(default=None, alias="from", description="left out, the opening of its phase")
    settling: Duration = Field(default="P0D", description="lag before a quiet day counts as quiet")
    restarted_by: tuple[Trigger, ...] = Field(min_length=1)
    paused_by: tuple[Trigger, ...] = ()
    paused_in: tuple[Name, ...] = Field(default=(), description="windows of the calendar whose days do not count")
    tolerates: Tolerance | None = None
    watched_by: tuple[Name, ...] = Field(
        default=(), description="checks of incidents: a day that one of them does not cover yet is not quiet"
    )


class Phase(StrictModel):
    """A stage: its entry gate opens it, its exit gate completes it."""

    title: Label
    party: Name | None = Field(default=None, description="who leads")
    within: Name | None = Field(default=None, description="phase that must be open for this one")
    opens: Literal["automatically", "on_advance"] = "automatically"
    entry: tuple[Criterion, ...] = ()
    milestones: dict[Name, Milestone] = Field(default_factory=dict)
    stability: StabilityPeriod | None = None
    exit: tuple[Criterion, ...] = Field(
        default=(), description="left out: all milestones, the stability period, the phases within, the programs opened in it"
    )
    closes_when: tuple[Criterion, ...] = Field(
        default=(), description="once these hold it is closed for good: it opens no more, and nothing is owed in it"
    )
    consents_taken_back: Literal["before_effect", "any_time"] = Field(
        default="before_effect", description="until when a party can take back its consent to the phase"
    )
    when_gate_closes: Literal["warn", "suspend", "step_back"] = "warn"
    note: Text | None = None
