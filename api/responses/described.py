"""An annotation that gives plain data the OpenAPI schema of a model."""

from __future__ import annotations

from typing import Any

from pydantic import GetJsonSchemaHandler, TypeAdapter
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from pydantic_core.core_schema import definitions_schema


class Described:
    """Describes a field of plain data by the model that it was serialised from.

    Entries are serialised once, when they are sealed. Response models would validate and serialise them again each time.
    """

    def __init__(self, written_from: Any) -> None:
        # Pydantic refers to a model by name only inside another schema.
        self._schema = definitions_schema(TypeAdapter(written_from).core_schema, [])

    def __get_pydantic_json_schema__(self, _: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(self._schema)
