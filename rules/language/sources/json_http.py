"""Sources that answer in JSON over HTTPS: the request, its paging, and the path of the rows."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag, model_validator

from rules.decimals import Figure
from rules.field_types import Label, Name, StrictModel
from rules.language.sources.described import Address, Edition, HeaderName, HeaderSecret, SourceDescription
from rules.language.sources.expressions import Expression
from rules.language.sources.templates import Template
from rules.language.text_errors import FieldsError
from rules.times import Duration

Query: TypeAlias = dict[Label, Template]


class OAuth(StrictModel):
    """A token fetched before each run, which nothing keeps."""

    oauth: Address = Field(description="where the token is asked for")
    grant: Literal["password", "client_credentials"]
    client_id: Label | None = None
    client_secret: Name | None = Field(default=None, description="name of a secret")
    username: Name | None = Field(default=None, description="name of a secret")
    password: Name | None = Field(default=None, description="name of a secret")

    @model_validator(mode="after")
    def _is_whole(self) -> OAuth:
        if self.grant == "password" and not (self.username and self.password):
            raise FieldsError("the grant password needs username and password: each the name of a secret", "grant")
        if self.grant == "client_credentials" and not (self.client_id and self.client_secret):
            raise FieldsError("the grant client_credentials needs client_id, and client_secret: the name of a secret", "grant")
        return self


Auth: TypeAlias = Annotated[
    Annotated[HeaderSecret, Tag("=header")] | Annotated[OAuth, Tag("=oauth")],
    Discriminator(lambda written: "=oauth" if isinstance(written, OAuth) or _names(written, "oauth") else "=header"),
]


def _names(written: object, field: str) -> bool:
    return isinstance(written, dict) and field in written


class Paging(StrictModel):
    """How the next page is asked for, and the page after which asking ends."""

    page: Label | None = Field(default=None, description="query parameter with the number of the page")
    first: Literal[0, 1] = 1
    total: Expression | None = Field(default=None, description="with page: where the number of pages stands")
    offset: Label | None = Field(default=None, description="query parameter with the number of rows before the page")
    size: Annotated[int, Field(ge=1, le=100_000)] | None = Field(
        default=None, description="rows of a full page: one with fewer is the last"
    )
    next: Expression | None = Field(default=None, description="where the address of the next page stands, on the same host")
    at_most: Annotated[int, Field(ge=1, le=100)] = Field(default=20, description="pages; an answer with more is refused")

    @model_validator(mode="after")
    def _is_one(self) -> Paging:
        if sum(value is not None for value in (self.page, self.offset, self.next)) != 1:
            raise ValueError("pages are told by one of page, offset or next")
        if self.page and (self.total is None) == (self.size is None):
            raise FieldsError("page needs total (where the number of pages stands) or size (rows of a full page)", "page")
        if self.offset and self.size is None:
            raise FieldsError("offset needs size: the rows of a full page", "offset")
        return self


class ErrorRule(StrictModel):
    """An answer that is an error, whatever its status says."""

    at: Expression | None = None
    is_: Label | None = Field(default=None, alias="is", description="left out, anything at this place is an error")
    status: Annotated[int, Field(ge=400, le=499)] | None = None
    means: Literal["missing", "retired", "unparseable", "refused"]
    says: Expression | None = Field(default=None, description="where the producer's own words stand")

    @model_validator(mode="after")
    def _is_one(self) -> ErrorRule:
        if (self.at is None) == (self.status is None):
            raise ValueError("an error is known by at (a place in the answer) or by status")
        return self


class FigureRow(StrictModel):
    """Where in a row a figure stands."""

    period: Expression
    value: Expression
    unit: Expression | None = None
    unit_is: Template | None = Field(default=None, description="what must stand there; left out, the unit of the indicator")
    standard_error: Expression | None = None
    scale: Figure = Field(
        default="1", description="exact factor from the source's unit to the indicator's", validate_default=True
    )


class Precision(StrictModel):
    """How exactly a day is known, where the source says so by a code: to the day, the week, the month or the year around it."""

    at: Expression
    codes: dict[Label, Literal["P1D", "P1W", "P1M", "P1Y"]] = Field(min_length=1, description="by the source's code")


class EventRow(StrictModel):
    """Where in a row an event stands."""

    id: Expression
    happened_on: Expression
    happened_until: Expression | None = Field(default=None, description="of one of several days: the last of them")
    precision: Precision | None = None
    kind: Expression
    place: Expression
    severity: Expression | None = None
    attributed_to: Expression | None = None
    title: Expression | None = None


class Coverage(StrictModel):
    """Up to which day a feed speaks: days after it are not quiet but unknown."""

    until: Expression | None = Field(default=None, description="where the day stands; left out, the day of the last event")
    lag: Duration = Field(default="P0D", description="taken off that day")


class Deleted(StrictModel):
    """A second address, which lists events that are no more."""

    url: Address
    query: Query = Field(default_factory=dict)
    rows: Expression
    id: Expression
    paging: Paging | None = None


class JsonHttp(SourceDescription):
    """Answers in JSON over HTTPS."""

    adapter: Literal["json-http"]
    url: Address
    query: Query = Field(default_factory=dict)
    auth: Auth | None = None
    paging: Paging | None = None
    errors: tuple[ErrorRule, ...] = Field(default=(), max_length=20)
    rows: Expression = Field(description="where the rows stand, for example [1][*]")
    where: dict[Expression, Template] = Field(default_factory=dict, description="rows in which this stands there")
    where_blank: dict[Expression, Expression] = Field(
        default_factory=dict, description="by a place of where that can be blank, the place that is looked at then"
    )
    figure: FigureRow | None = None
    event: EventRow | None = None
    edition: Edition
    look_back: Duration = Field(default="P30D", description="from today to {since}")
    changed: Query | None = Field(default=None, description="query of a second request, for rows that were changed")
    deleted: Deleted | None = None
    coverage: Coverage | None = None

    @model_validator(mode="after")
    def _is_for_one_thing(self) -> JsonHttp:
        if (self.figure is None) == (self.event is None):
            raise ValueError("rows hold figures or events: write figure or event, one of the two")
        for place in self.where_blank.keys() - self.where.keys():
            raise FieldsError(f"{place} is no place of where; write there what must stand at it", "where_blank", place)
        if self.event is None and (self.changed is not None or self.deleted or self.coverage):
            raise ValueError("changed, deleted and coverage are of events; a figure has none of them")
        return self

    def secrets(self) -> frozenset[str]:
        match self.auth:
            case HeaderSecret(secret=name):
                return frozenset({name})
            case OAuth() as auth:
                return frozenset(filter(None, (auth.client_secret, auth.username, auth.password)))
            case None:
                return frozenset()

    def headers(self) -> frozenset[HeaderName]:
        """The headers of answers that reading needs."""
        return frozenset(filter(None, (self.edition.header,)))
