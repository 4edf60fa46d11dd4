"""Where figures and events are read: a producer's source, as a plan describes it.

`{name}` in an address or an expression stands for the value that a check gives for it (`with`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag

from rules.words import Label, Name, Strict, Text

Host = Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$", max_length=253, description="a host, without port or path")]


_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_HOST = re.compile(r"https?://([^/?#:@]+)")


def _texts(held: object) -> Iterator[str]:
    """Every text in what a source says, however deep."""
    if isinstance(held, str):
        yield held
    elif isinstance(held, dict):
        for value in held.values():
            yield from _texts(value)
    elif isinstance(held, list | tuple):
        for value in held:
            yield from _texts(value)


class _Source(Strict):
    title: Label
    producer: Label = Field(description="who publishes; that of the indicators whose figures are read here")
    licence: Label
    quirks: Text | None = Field(default=None, description="what a reader of its figures has to know")

    def placeholders(self) -> frozenset[str]:
        """The names in braces, for which a check gives values."""
        told = self.model_dump(exclude={"title", "producer", "licence", "quirks"})
        return frozenset(name for text in _texts(told) for name in _PLACEHOLDER.findall(text))

    def hosts(self) -> frozenset[str]:
        """The hosts that its addresses name."""
        told = self.model_dump(include={"url"})
        return frozenset(found[1] for text in _texts(told) if (found := _HOST.match(text)))


class JsonHttp(_Source):
    """Answers in JSON over HTTPS."""

    adapter: Literal["json-http"]
    url: Text


class TableUrl(_Source):
    """A table at an address: CSV or XLSX."""

    adapter: Literal["table-url"]
    url: Text


class Attested(_Source):
    """No machine reads it: a person attests a figure with the document, and another person checks it."""

    adapter: Literal["document"]


class Plugged(_Source):
    """Read by an adapter that is installed beside the service; it alone knows its settings."""

    adapter: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
    settings: dict[str, Any] = Field(default_factory=dict)


_OWN = {"json-http", "table-url", "document"}


def _adapter(written: object) -> str:
    adapter = written.get("adapter") if isinstance(written, dict) else getattr(written, "adapter", None)
    return str(adapter) if adapter in _OWN else "plugged"


Source: TypeAlias = Annotated[
    Annotated[JsonHttp, Tag("json-http")]
    | Annotated[TableUrl, Tag("table-url")]
    | Annotated[Attested, Tag("document")]
    | Annotated[Plugged, Tag("plugged")],
    Discriminator(_adapter),
]

Placeholders: TypeAlias = dict[Name, Label]
