"""Fields that all sources have, and parts that several adapters share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from rules.field_types import Label, Name, StrictModel, Text
from rules.language.sources.expressions import Expression
from rules.language.sources.templates import Template, placeholders_in
from rules.language.text_errors import FieldsError
from rules.times import Day

_NAME_OF_HOST = r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,6}\.[a-z][a-z0-9-]{0,62}"
_HOST = re.compile(_NAME_OF_HOST)
_ADDRESS = re.compile(rf"https://(?P<host>{_NAME_OF_HOST})(?:[/?][^\s#\\]*)?")

_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")


def _is_host(text: str) -> str:
    if not _HOST.fullmatch(text):
        raise ValueError(f"{text!r} is no host; write its name in lower case without https://, port or path: api.worldbank.org")
    return text


def _is_address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise ValueError(
            f"{text!r} is no address that is asked; write https://, a host in lower case without port or {{placeholder}}, "
            "and a path: https://api.worldbank.org/v2/country/{country}"
        )
    return text


def _is_header(text: str) -> str:
    if not _HEADER.fullmatch(text):
        raise ValueError(f"{text!r} is no header; write its name in letters, digits and hyphens, for example Last-Modified")
    return text


Host = Annotated[str, AfterValidator(_is_host), Field(description="a host, without port or path")]
Address = Annotated[Template, AfterValidator(_is_address), Field(description="https, one of the plan's hosts")]
HeaderName = Annotated[str, AfterValidator(_is_header)]

_OF_THE_CONNECTION = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-encoding",
        "content-length",
        "cookie",
        "expect",
        "forwarded",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "via",
        "x-forwarded-for",
        "x-forwarded-host",
    }
)
"""Headers that say how the connection goes, or for whom: those are ours, and a plan cannot say other than is so."""


def _is_sent(name: str) -> str:
    if name.lower() in _OF_THE_CONNECTION:
        raise ValueError(f"{name} is set by the service itself; a secret goes in a header of its own, for example X-Api-Key")
    return name


SentHeader = Annotated[HeaderName, AfterValidator(_is_sent)]

_BEFORE = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,40}")


def _is_scheme(text: str) -> str:
    if not _BEFORE.fullmatch(text):
        raise ValueError(f"{text!r} is no word before a token; write one word, for example Bearer")
    return text


Scheme = Annotated[str, AfterValidator(_is_scheme)]

_SAID = {"title", "producer", "licence", "quirks", "first_year", "spellings", "known_fields", "compared_on"}


class SourceDescription(StrictModel):
    """Who publishes, under which licence, and what a reader has to know."""

    title: Label
    producer: Label = Field(description="who publishes; that of the indicators whose figures are read here")
    licence: Label
    quirks: Text | None = Field(default=None, description="what a reader of its figures has to know")
    known_fields: tuple[Label, ...] = Field(
        default=(), max_length=200, description="columns of its table, or places in its rows, when it was last compared"
    )
    compared_on: Day | None = Field(default=None, description="when this was last compared with the producer's documentation")
    first_year: Annotated[int, Field(ge=1000, le=9000)] = Field(
        default=1900, description="the first of which it speaks; what it gives for years before is a slip"
    )
    spellings: dict[Label, tuple[Label, ...]] = Field(
        default_factory=dict, description="by a name that is asked for, how else the producer writes it"
    )

    def placeholders(self) -> frozenset[str]:
        """The names that a check gives values for."""
        return frozenset(name for text in self._texts() for name in placeholders_in(text))

    def hosts(self) -> frozenset[str]:
        """The hosts that are asked; each must be one of the plan's."""
        found = (_ADDRESS.match(text) for text in self._texts())
        return frozenset(address["host"] for address in found if address)

    def secrets(self) -> frozenset[str]:
        """The names of the secrets that the worker must have for it."""
        return frozenset()

    def _texts(self) -> Iterator[str]:
        return _texts(self.model_dump(exclude=_SAID, by_alias=True))


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for name, held in value.items():
                yield from _texts(name)
                yield from _texts(held)
        case list() | tuple():
            for held in value:
                yield from _texts(held)
        case _:
            pass


class Edition(StrictModel):
    """Where the producer says which edition an answer is from; a figure without one is no evidence."""

    label: Template | None = Field(default=None, description="typed, where the producer says none")
    header: HeaderName | None = Field(default=None, description="of the answer, for example Last-Modified")
    at: Expression | None = Field(default=None, description="in the answer, or in that of url")
    url: Address | None = Field(default=None, description="of a description in JSON beside the figures")
    up_to: Label | None = Field(default=None, description="the text before this mark is the edition")

    @model_validator(mode="after")
    def _is_one(self) -> Edition:
        if sum(value is not None for value in (self.label, self.header, self.at)) != 1:
            raise ValueError("an edition is one of label, header or at")
        if self.url is not None and self.at is None:
            raise FieldsError("url needs at: where in its answer the edition stands", "url")
        return self


class HeaderSecret(StrictModel):
    """A token in a header. The plan holds the name of the secret; the worker has its value."""

    header: SentHeader
    secret: Name
    before: Scheme | None = Field(default=None, description="a word before the token, for example Bearer")
