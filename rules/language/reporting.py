"""Reporting calendar: the fiscal year, months that begin on another day, and seasons.

reporting:
  fiscal_year: {first_month: 10, named_after: end}      # FY2025 is October 2024 to September 2025
  month: {first_day: 26, named_after: end}              # 2025-03 is 26 February to 25 March
  seasons:
    irrigation: {from: "04-01", through: "09-30"}       # 2025-irrigation
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from rules.decimals import Whole
from rules.field_types import Name, StrictModel
from rules.language.periods import Calendar, DayOfYear
from rules.language.text_errors import FieldsError
from rules.text_formats import DAY_OF_YEAR

NamedAfter = Annotated[
    Literal["begin", "end"], Field(description="whether it has the name of the one in which it begins, or ends")
]


class FiscalYear(StrictModel):
    """A year that does not begin in January."""

    first_month: Whole = Field(ge=2, le=12)
    named_after: NamedAfter


class ReportedMonth(StrictModel):
    """A month that does not begin on its first day. Quarters, halves and years are made of such months."""

    first_day: Whole = Field(ge=2, le=28)
    named_after: NamedAfter


class Season(StrictModel):
    """A part of each year; one that lasts over the turn of the year has the name of the year in which it begins."""

    from_: str = Field(alias="from", pattern=DAY_OF_YEAR, description="month and day")
    through: str = Field(pattern=DAY_OF_YEAR, description="its last day")


class Reporting(StrictModel):
    """What periods of figures mean in this plan, where it is not what the calendar says."""

    fiscal_year: FiscalYear | None = None
    month: ReportedMonth | None = None
    seasons: dict[Name, Season] = Field(default_factory=dict, max_length=50)

    @model_validator(mode="after")
    def _says_something(self) -> Reporting:
        if self.fiscal_year is None and self.month is None and not self.seasons:
            raise FieldsError("say fiscal_year, month or seasons, or leave reporting out", "seasons")
        return self

    @property
    def calendar(self) -> Calendar:
        """The same, as periods are read by it."""
        year, month = self.fiscal_year, self.month
        return Calendar(
            first_day=month.first_day if month else 1,
            months_named_after_end=month is not None and month.named_after == "end",
            first_month=year.first_month if year else None,
            fiscal_named_after_end=year is not None and year.named_after == "end",
            seasons=tuple((name, _day(one.from_), _day(one.through)) for name, one in self.seasons.items()),
        )


def _day(written: str) -> DayOfYear:
    return int(written[:2]), int(written[3:])
