"""Sources that are a CSV or XLSX table at an address: header row, row filter, and year columns."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from rules.decimals import Figure
from rules.field_types import Label, StrictModel
from rules.language.sources.described import Address, Edition, HeaderName, SourceDescription
from rules.language.sources.templates import Template
from rules.language.text_errors import FieldsError


class HeaderRow(StrictModel):
    """The row with the names of the columns."""

    row: Annotated[int, Field(ge=1, le=200)] | None = Field(default=None, description="its number, from 1")
    cell: Template | None = Field(default=None, description="the first row in which a cell says this")

    @model_validator(mode="after")
    def _is_one(self) -> HeaderRow:
        if (self.row is None) == (self.cell is None):
            raise ValueError("the row of the names of columns is known by row (its number) or by cell (what a cell says)")
        return self


class Area(StrictModel):
    """Whose rows count. Names change between sheets and editions; a map of codes says which are meant."""

    column: Template
    is_: Template = Field(alias="is", description="the code or name that counts, for example {country}")
    codes: dict[Label, tuple[Label, ...]] = Field(
        default_factory=dict, description="by code, every name that the producer has for it; no other name is matched then"
    )


class Years(StrictModel):
    """Where the year of a figure stands: in a column, or in the names of columns."""

    column: Template | None = None
    columns: Template | None = Field(default=None, description="name of a column with {year}, for example CPI score {year}")

    @model_validator(mode="after")
    def _is_one(self) -> Years:
        if (self.column is None) == (self.columns is None):
            raise ValueError("years stand in one column, or in the names of columns: one of the two")
        if self.columns is not None and "{year}" not in self.columns:
            raise FieldsError("the name of a column of a year holds {year}, for example CPI score {year}", "columns")
        return self


class UnitColumn(StrictModel):
    column: Template
    is_: Template | None = Field(
        default=None, alias="is", description="what must stand there; left out, the unit of the indicator"
    )


class Numbers(StrictModel):
    """How numbers are written as text: which mark stands before decimals, and which between thousands."""

    decimal: Literal[".", ","] = "."
    thousands: Literal[",", ".", " ", "'"] | None = Field(default=None, description="left out, none")

    @model_validator(mode="after")
    def _are_two_marks(self) -> Numbers:
        if self.decimal == self.thousands:
            raise FieldsError("one mark cannot stand before decimals and between thousands; write another here", "thousands")
        return self


class TableUrl(SourceDescription):
    """A table at an address: CSV or XLSX."""

    adapter: Literal["table-url"]
    url: Address
    format: Literal["csv", "xlsx"]
    file: Template | None = Field(default=None, description="of a zip around several files: which one; left out, the only one")
    sheet: Template | None = Field(
        default=None, description="of a workbook; {year} in it stands for any year; left out, the first sheet"
    )
    numbers: Numbers | None = Field(default=None, description="where other marks than a point before decimals are written")
    header: HeaderRow = HeaderRow(row=1)
    area: Area
    where: dict[Template, Template] = Field(default_factory=dict, description="by column, what must stand in the row")
    years: Years
    value: Template | None = Field(default=None, description="with years.column: the column of the figure")
    standard_error: Template | None = Field(default=None, description="its column; with years.columns its name holds {year}")
    unit: UnitColumn | None = None
    scale: Figure = Field(
        default="1", description="exact factor from the table's unit to the indicator's", validate_default=True
    )
    edition: Edition

    @model_validator(mode="after")
    def _has_its_columns(self) -> TableUrl:
        if (self.value is None) == (self.years.column is not None):
            raise ValueError("value is the column of the figure, and goes with years.column; with years.columns there is none")
        if self.years.columns and self.standard_error and "{year}" not in self.standard_error:
            raise FieldsError("with years.columns the column of the standard error holds {year} too", "standard_error")
        if self.edition.at is not None and self.edition.url is None:
            raise FieldsError(
                "a table holds no places; say edition.url beside edition.at, or header, or label", "edition", "at"
            )
        if self.format == "csv" and self.sheet is not None:
            raise FieldsError("CSV has no sheets; leave sheet out, or say format: xlsx", "sheet")
        return self

    def headers(self) -> frozenset[HeaderName]:
        """The headers of answers that reading needs."""
        return frozenset(filter(None, (self.edition.header,)))
