"""Determinations: what somebody decides on a finding, of a milestone or of a stability period."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from rules.figures import Figure, Whole
from rules.times import Instant
from rules.words import Name, Strict, Text


class Determine(Strict):
    """Decides a milestone, or that a kept stability period was not kept after all."""

    kind: Literal["determine"] = "determine"
    milestone: Name | None = None
    stability: Name | None = Field(default=None, description="a phase; outcome reversed only")
    outcome: Literal["achieved", "partly_achieved", "not_achieved", "reversed"]
    grade: Annotated[Whole, Field(lt=2**53, gt=-(2**53))] | None = Field(
        default=None, description="how much of it, on the ordinal scale: 0 to 3"
    )
    share: Figure | None = Field(default=None, description="or how much of it, as a share: 0 to 1")
    reason: Text

    @model_validator(mode="after")
    def _is_about_one_thing(self) -> Determine:
        if (self.milestone is None) == (self.stability is None):
            raise ValueError("determine a milestone or a stability period, one of the two")
        return self


class MilestoneDetermined(Strict):
    """By somebody, or (`automatically`) by the plan that all parties have agreed to."""

    kind: Literal["milestone_determined"] = "milestone_determined"
    milestone: Name
    outcome: Literal["achieved", "partly_achieved", "not_achieved", "reversed"]
    grade: Whole | None = None
    share: Figure | None = None
    reason: Text
    automatically: bool = False
    effective_at: Instant


class StabilityReversed(Strict):
    kind: Literal["stability_reversed"] = "stability_reversed"
    phase: Name
    reason: Text
    effective_at: Instant
