"""Plain data that is described in the API's document as the model that it was written from."""

from __future__ import annotations

from typing import Any

from pydantic import GetJsonSchemaHandler, TypeAdapter
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from pydantic_core.core_schema import definitions_schema


class Described:
    """Annotates a field of plain data with the type that it was written from.

    Entries are written once, when they are sealed. As models they would be validated and written again for each answer.
    """

    def __init__(self, written_from: Any) -> None:
        # Within another schema, for only then is a model described under its name.
        self._schema = definitions_schema(TypeAdapter(written_from).core_schema, [])

    def __get_pydantic_json_schema__(self, _: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(self._schema)
