"""Derived figures: a closed set of operations, each exact and shown with its parts.

indicators:
non_oil_share: {made_of: {share: non_oil, of: revenue}}              # in per cent
flaring_rate: {made_of: {ratio: flared, to: produced}}
wells: {made_of: {sum: [wells_basra, wells_anbar]}}
more_wells: {made_of: {difference: [wells, {indicator: wells, a_year_before: true}]}}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from rules.field_types import Name, StrictModel
from rules.language.text_errors import FieldsError

Way: TypeAlias = Literal["sum", "difference", "share", "ratio"]


class Part(StrictModel):
    """A figure that another is made of: an indicator's own for the period, or its figure of a year before."""

    indicator: Name
    a_year_before: bool = Field(default=False, description="its figure for the same period a year before")


def _named_part(value: Any) -> Any:
    return {"indicator": value} if isinstance(value, str) else value


OnePart: TypeAlias = Annotated[Part, BeforeValidator(_named_part, json_schema_input_type=Name | Part)]


class MadeOf(StrictModel):
    """How a figure is made of others of the same period: one of sum, difference, share with of, and ratio with to."""

    sum: tuple[OnePart, ...] | None = Field(default=None, min_length=2, max_length=100, description="of places, sexes, sources")
    difference: tuple[OnePart, ...] | None = Field(
        default=None, min_length=2, max_length=2, description="the first less the second"
    )
    share: OnePart | None = Field(default=None, description="with of: so much of the whole, in per cent")
    of: OnePart | None = Field(default=None, description="with share: the whole")
    ratio: OnePart | None = Field(default=None, description="with to: divided by that")
    to: OnePart | None = Field(default=None, description="with ratio")

    @model_validator(mode="after")
    def _is_one_way(self) -> MadeOf:
        ways = [way for way in ("sum", "difference", "share", "ratio") if getattr(self, way) is not None]
        if len(ways) != 1:
            text = "sum: [...], difference: [A, B], share: A with of: B, ratio: A with to: B"
            raise ValueError(f"a figure is made in one way: {text}")
        for way, other, text in (("share", "of", "the whole"), ("ratio", "to", "what it is divided by")):
            if (getattr(self, way) is None) != (getattr(self, other) is None):
                raise FieldsError(f"{way} and {other} stand together: {way}: A, {other}: B, {text}", other)
        if all(part.a_year_before for part in self.parts):
            raise FieldsError("a figure is made of one of its own period at least, not only of the year before", ways[0])
        return self

    @property
    def way(self) -> Way:
        for way in ("sum", "difference", "share"):
            if getattr(self, way) is not None:
                return way
        return "ratio"

    @property
    def placed(self) -> Iterator[tuple[tuple[str | int, ...], Part]]:
        """The parts with their paths."""
        for way, several in (("sum", self.sum), ("difference", self.difference)):
            yield from (((way, index), part) for index, part in enumerate(several or ()))
        for way, one in (("share", self.share), ("of", self.of), ("ratio", self.ratio), ("to", self.to)):
            if one is not None:
                yield (way,), one

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts, in the order of the operands."""
        return tuple(part for _, part in self.placed)
