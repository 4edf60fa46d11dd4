"""What is measured: indicators with their producer and baseline, and the targets set for their figures."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from rules.times import Duration
from rules.words import Figure, Label, Name, Strict, Text


class Baseline(Strict):
    """A frozen figure to compare with: value, the period it covers, and the edition it is from."""

    value: Figure
    period: Label
    edition: Label


class Indicator(Strict):
    """A figure that a named producer publishes; another producer's never stands in for it."""

    title: Label
    producer: Label
    unit: Label
    better: Literal["lower", "higher"]
    baseline: Baseline
    oldest: Duration = Field(description="oldest acceptable age, counted from the period's end")
    source: Text
    licence: Label
    verified_by: tuple[Name, ...] = Field(
        default=(), description="parties or bodies that verify its figures, beside those of what counts them"
    )


class Target(Strict):
    """What a measured figure must reach: a level, or a change from the baseline."""

    at_most: Figure | None = None
    at_least: Figure | None = None
    change: str | None = Field(
        default=None,
        pattern=r"^[+-]\d{1,4}(\.\d{1,6})?%$",
        description="from the baseline, for example -10%",
    )
    unit: Label = Field(description="the unit of the level, or of the figure that changes")

    @model_validator(mode="after")
    def _is_one_target(self) -> Target:
        if sum(value is not None for value in (self.at_most, self.at_least, self.change)) != 1:
            raise ValueError("a target is one of at_most, at_least or change")
        return self
