"""Sources: where the figures and events of a producer are read, as a plan describes it.

`{name}` in an address or an expression stands for the value that a check gives for it (`with`).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag

from rules.field_types import Text
from rules.language.sources.described import Edition, Host, SourceDescription
from rules.language.sources.json_http import JsonHttp
from rules.language.sources.table_url import TableUrl
from rules.language.sources.templates import Placeholders
from rules.text_formats import HYPHENED

__all__ = ["Attested", "Described", "Edition", "Host", "JsonHttp", "Placeholders", "Plugged", "Source", "TableUrl"]


class AttestedSource(SourceDescription):
    """No machine reads it: a person attests a figure with the document, and another person checks it."""

    adapter: Literal["document"]
    document: Text = Field(description="which document is expected, and where in it the figure stands")


class PluginSource(SourceDescription):
    """Read by an adapter that is installed beside the service; it alone knows its settings."""

    adapter: Annotated[str, Field(pattern=HYPHENED)]
    settings: dict[str, Any] = Field(default_factory=dict)


_OWN = {"json-http", "table-url", "document"}


def _adapter(written: object) -> str:
    adapter = written.get("adapter") if isinstance(written, dict) else getattr(written, "adapter", None)
    return str(adapter) if adapter in _OWN else "plugged"


Source: TypeAlias = Annotated[
    Annotated[JsonHttp, Tag("json-http")]
    | Annotated[TableUrl, Tag("table-url")]
    | Annotated[AttestedSource, Tag("document")]
    | Annotated[PluginSource, Tag("plugged")],
    Discriminator(_adapter),
]
