"""Indicators with their producer and baseline, and the targets of their figures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from rules.decimals import Figure, Whole
from rules.field_types import Label, Name, StrictModel, Text
from rules.language.derivations import MadeOf
from rules.language.text_errors import FieldsError
from rules.text_formats import CHANGE, PERIOD
from rules.times import Duration


def _no_less_than_nothing(error: Decimal) -> Decimal:
    if error < 0:
        raise ValueError("a standard error is 0 or more")
    return error


StandardError = Annotated[Figure, AfterValidator(_no_less_than_nothing)]


Period = Annotated[str, Field(pattern=PERIOD)]


class Baseline(StrictModel):
    """A frozen figure to compare with: value, the period it covers, and the edition it is from."""

    value: Figure
    period: Label
    edition: Label
    standard_error: StandardError | None = Field(default=None, description="of the value, where the producer gives it")


class Plausible(StrictModel):
    """The range in which a figure can lie; what lies outside is a slip, and is recorded by nobody."""

    at_least: Figure | None = None
    at_most: Figure | None = None

    @model_validator(mode="after")
    def _is_a_range(self) -> Plausible:
        if self.at_least is None and self.at_most is None:
            raise ValueError("a plausible range has at_least, at_most or both")
        if self.at_least is not None and self.at_most is not None and self.at_least >= self.at_most:
            raise FieldsError("a plausible range begins below its end: at_least is less than at_most", "at_most")
        return self

    def holds(self, value: Decimal) -> bool:
        """Whether a value lies in the range."""
        over = self.at_least is None or value >= self.at_least
        return over and (self.at_most is None or value <= self.at_most)

    def __str__(self) -> str:
        bounds = (("at least", self.at_least), ("at most", self.at_most))
        return " and ".join(f"{side} {bound:f}" for side, bound in bounds if bound is not None)


class Indicator(StrictModel):
    """A figure that a named producer publishes, whose place another producer's never takes; or one made of such figures."""

    title: Label
    producer: Label = Field(default="", description="who publishes it; left out only of what is made of others")
    unit: Label
    better: Literal["lower", "higher"]
    baseline: Baseline | None = Field(default=None, description="needed where something is compared with it")
    reported_within: Duration | None = Field(
        default=None, description="how long after its period a figure is expected; one that comes later is told to be late"
    )
    oldest: Duration = Field(description="oldest acceptable age, counted from the period's end")
    plausible: Plausible | None = Field(default=None, description="outside of this a figure cannot be")
    quantity: Literal["amount", "level", "share"] | None = Field(
        default=None,
        description="amounts of periods add up; levels at a time, and shares, rates and scores, do not. Left out, by the unit",
    )
    source: Text = Field(default="", description="where it is published; left out only of what is made of others")
    licence: Label = Field(default="", description="left out only of what is made of others")
    verified_by: tuple[Name, ...] = Field(
        default=(), description="parties or bodies that verify its figures, beside those of what counts them"
    )
    made_of: MadeOf | None = Field(default=None, description="the figures of other indicators that it is reckoned from")

    @model_validator(mode="after")
    def _is_recorded_or_reckoned(self) -> Indicator:
        given = {name for name in _RECORDED if getattr(self, name)}
        if self.made_of is None:
            for name in ("producer", "source", "licence"):
                if name not in given:
                    raise FieldsError(f"is missing; write {name}: ... or say what the figure is made_of", name)
        elif given:
            raise FieldsError("is said of figures that are recorded; this one is made of others", min(given))
        return self

    @property
    def frozen(self) -> Baseline:
        """The baseline. A valid plan has one where a target needs it."""
        if self.baseline is None:
            raise ValueError(f"{self.title} has no baseline")
        return self.baseline

    @property
    def adds_up(self) -> bool:
        """Whether figures of several periods can be summed."""
        if self.quantity is not None:
            return self.quantity == "amount"
        if self.made_of is not None and self.made_of.way in ("share", "ratio"):
            return False
        return not _NOT_ADDED.search(self.unit.casefold())


_RECORDED = ("producer", "source", "licence", "plausible", "verified_by", "reported_within")
"""What is said of figures that somebody publishes and somebody verifies."""

_NOT_ADDED = re.compile(
    r"[%\u2030\u066a]|\b(?:per|percent\w*|percentages?|promille|shares?|ratios?|rates?|ind(?:ex|ices)|scores?|points?|ranks?"
    r"|averages?|mean|median)\b|\S/\S"
)
"""Units of shares, rates and scores: three times 30 % is not 90 %."""


class Target(StrictModel):
    """What a measured figure must reach: a level, or a change from the baseline."""

    at_most: Figure | None = None
    at_least: Figure | None = None
    change: str | None = Field(
        default=None,
        pattern=CHANGE,
        description="from the baseline, for example -10%",
    )
    by_period: dict[Period, Figure] = Field(
        default_factory=dict, max_length=400, description="instead of one level: what each of these periods must reach"
    )
    of: Literal["newest", "total"] = Field(
        default="newest", description="total, with by_period: the figures from its first period on, added up"
    )
    unit: Label = Field(description="the unit of the level, or of the figure that changes")
    compares: Literal["frozen_baseline", "within_edition"] = Field(
        default="frozen_baseline",
        description="a change is counted from the value that the plan holds, or from that period in the figure's own edition",
    )
    standard_errors: Annotated[Figure, Field(gt=0)] | None = Field(
        default=None, description="with change: it must be more than so many standard errors of the difference"
    )
    periods: Whole = Field(
        default=1, ge=1, le=24, description="how many consecutive periods, up to the newest, must each reach it"
    )

    @model_validator(mode="after")
    def _is_one_target(self) -> Target:
        levels = (self.at_most, self.at_least, self.change, self.by_period or None)
        if sum(value is not None for value in levels) != 1:
            raise ValueError("a target is one of at_most, at_least, change or by_period")
        if self.of == "total" and not self.by_period:
            raise FieldsError("a total of periods is asked for by_period: {2025-Q1: 10, 2025-Q2: 25}", "of")
        if self.by_period and self.periods != 1:
            raise FieldsError("by_period names its periods; leave periods out", "periods")
        return self

    @property
    def asks(self) -> str:
        """The field that holds the level or change."""
        return next(key for key in ("at_most", "at_least", "change", "by_period") if getattr(self, key) not in (None, {}))

    @model_validator(mode="after")
    def _compares_a_change(self) -> Target:
        if self.change is None and (self.compares != "frozen_baseline" or self.standard_errors is not None):
            raise FieldsError(
                "compares and standard_errors are about a change; a level is compared with nothing",
                "compares" if self.compares != "frozen_baseline" else "standard_errors",
            )
        return self


def recorded(indicators: Mapping[str, Indicator], name: str, met: set[str] | None = None) -> Iterator[str]:
    """The recorded indicators from which one is derived in the end, without duplicates; or the indicator itself.

    Empty for unknown indicators and cycles, which a valid plan does not have.
    """
    met = set() if met is None else met
    rule = indicators.get(name)
    if rule is None or name in met:
        return
    met.add(name)
    if rule.made_of is None:
        yield name
        return
    for part in rule.made_of.parts:
        yield from recorded(indicators, part.indicator, met)
