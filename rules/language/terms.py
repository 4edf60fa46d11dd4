"""Releases: who gives how much of what to whom, what earns it, and how it is lost.

releases:
support:
party: fund
to: south
unit: EUR million
amount: "25"
when: [{milestone: reform}]                            # all of it, when this holds
share_of: laws                                         # or the share of it that was determined
per_unit: {indicator: wells, to: "100", each: "0.25"}  # or so much a unit
per_time: {every: P1M, from: {program: true}, each: "2", while: [{commitment: truce}]}   # or so much a month
"""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from rules.decimals import Figure
from rules.field_types import Label, Name, StrictModel, Text
from rules.language.criteria import After, Anchor, Criterion
from rules.language.revision_causes import THAT_COUNT, Cause
from rules.language.text_errors import FieldsError, error_message, field
from rules.text_formats import SHARE
from rules.times import Duration, parse_duration


class ComputedAmount(StrictModel):
    """An amount reckoned from another: a share of it, or a weight times what one unit is worth."""

    share: str | None = Field(default=None, pattern=SHARE, description="with of")
    of: Figure | None = Field(default=None, description="with share: the whole")
    weight: Figure | None = Field(default=None, description="with each")
    each: Figure | None = Field(default=None, description="with weight: what one unit is worth")

    @model_validator(mode="after")
    def _is_one_product(self) -> ComputedAmount:
        by_share, by_weight = (self.share is not None, self.of is not None), (self.weight is not None, self.each is not None)
        if (all(by_share), any(by_weight)) != (True, False) and (all(by_weight), any(by_share)) != (True, False):
            raise ValueError("a share is of an amount, and a weight is of units that are each worth one")
        return self

    @property
    def value(self) -> Decimal:
        """The exact product."""
        if self.weight is not None and self.each is not None:
            return _EXACT.multiply(self.weight, self.each)
        rate = Decimal((self.share or "0%").removesuffix("%")).scaleb(-2)
        return _EXACT.multiply(rate, self.of or Decimal(0))


_EXACT = Context(prec=100)


def _reckoned(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    try:
        return ComputedAmount.model_validate(value).value.normalize()
    except ValidationError as error:
        first = error.errors()[0]
        raise FieldsError(error_message(first), *(str(part) for part in first["loc"]), *field(first)) from None


Amount: TypeAlias = Annotated[Figure, BeforeValidator(_reckoned, json_schema_input_type=Figure | ComputedAmount)]


class Sample(StrictModel):
    """A figure of a period counts only if that of the sample for the same period is good enough."""

    indicator: Name
    at_least: Figure


class PerUnit(StrictModel):
    """So much for each unit between a baseline and a target; a part of a unit earns that part."""

    indicator: Name
    from_: Figure | None = Field(default=None, alias="from", description="left out, the indicator's baseline")
    to: Figure
    each: Figure = Field(gt=0, description="what one unit earns")
    of: Literal["newest", "best"] = Field(
        default="newest", description="which verified figure: of the newest period, or the best of all, whatever fell since"
    )
    sample: Sample | None = None

    @property
    def indicators(self) -> tuple[str, ...]:
        """The indicators whose figures are counted."""
        return (self.indicator,) if self.sample is None else (self.indicator, self.sample.indicator)


class PerTime(StrictModel):
    """So much for each length of time at whose end all is on track; what was earned so is not undone by what comes later."""

    every: Duration
    from_: Anchor = Field(alias="from", description="from when these times are counted")
    each: Amount = Field(gt=0, description="what each of them earns")
    while_: tuple[Criterion, ...] = Field(alias="while", min_length=1, description="what has to hold at the end of each")

    @model_validator(mode="after")
    def _takes_time(self) -> PerTime:
        if parse_duration(self.every).sign() == 0:
            raise FieldsError("so much for no time at all is without end; write for example every: P1M", "every")
        return self


class Advance(StrictModel):
    """Paid ahead of results, and recovered from them."""

    amount: Amount = Field(gt=0)
    when: tuple[Criterion, ...] = ()
    recovered: str = Field(pattern=SHARE, description="share of each later result that goes against it")

    @property
    def rate(self) -> Fraction:
        return Fraction(self.recovered.removesuffix("%")) / 100


class Release(StrictModel):
    """What a milestone opens, in money or in kind."""

    title: Label
    party: Name = Field(description="who gives it")
    to: Name = Field(description="who receives it")
    unit: Label = Field(description="EUR million, expert days, …")
    amount: Amount = Field(gt=0, description="all of it; no more is ever earned")
    smallest: Figure = Field(default=Decimal("0.01"), gt=0, description="amounts are rounded to it, half to even")
    when: tuple[Criterion, ...] = ()
    share_of: Name | None = Field(default=None, description="milestone whose grade is the share earned")
    per_unit: PerUnit | None = None
    per_time: PerTime | None = None
    verified_by: tuple[Name, ...] = Field(default=(), description="with per_unit: parties or bodies that verify its figures")
    reversed_by: tuple[Cause, ...] = Field(
        default=THAT_COUNT, description="with per_unit: causes of a revised figure that change what is earned"
    )
    advance: Advance | None = None
    due: After | None = Field(default=None, description="what is not earned by then is suspended")
    cure: Duration | None = Field(default=None, description="how long what is suspended can be earned again; then it is lost")
    lapses: After | None = Field(default=None, description="what is not earned by then is lost")
    note: Text | None = None

    @model_validator(mode="after")
    def _is_earned_in_one_way(self) -> Release:
        ways = [way for way in ("share_of", "per_unit", "per_time") if getattr(self, way) is not None]
        if len(ways) > 1:
            raise FieldsError("a release is earned by share_of or per_unit or per_time, by one of them", ways[-1])
        if not (self.when or ways):
            raise ValueError("say what earns it: when: [...], share_of: MILESTONE, per_unit: {...} or per_time: {...}")
        if (self.per_unit is None) != (not self.verified_by):
            raise FieldsError("figures are verified: write verified_by: [...] with per_unit, and only there", "verified_by")
        return self

    @model_validator(mode="after")
    def _is_lost_in_one_way(self) -> Release:
        if self.due is not None and self.lapses is not None:
            raise FieldsError("what is not earned in time is suspended (due) or lost (lapses), not both", "lapses")
        if self.due is not None and self.cure is None:
            raise FieldsError(
                "what is suspended when it is due needs a time to cure: write cure: P6M, or lapses for none", "due"
            )
        return self

    def rounded(self, amount: Fraction) -> Decimal:
        """An amount rounded half to even to the smallest unit."""
        return round(amount / Fraction(self.smallest)) * self.smallest

    @property
    def gates(self) -> tuple[Criterion, ...]:
        """All criteria of the release, its advance and its instalments."""
        per_time = self.per_time.while_ if self.per_time else ()
        return (*self.when, *per_time, *(self.advance.when if self.advance else ()))
