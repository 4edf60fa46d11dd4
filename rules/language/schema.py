"""The JSON Schema of the plan language, for completion and hints in editors.

It describes shapes only. `rules.validation` finds faults of meaning: references, units, gates that can never open, invalid
durations. It refuses whatever the schema refuses.
"""

from __future__ import annotations

from typing import Any

from rules.language.plan import Plan

REFERENCE = "ParameterReference"
_AS_WRITTEN = frozenset({"accord", "plan", "kind"})
"""Fields that say what a thing is; a parameter there would be a riddle."""


def plan_schema() -> dict[str, Any]:
    """The schema, with `$name` allowed wherever a parameter may stand."""
    written = Plan.model_json_schema(by_alias=True)
    definitions = {name: shape if name == "Parameter" else _opened(shape) for name, shape in written.pop("$defs").items()}
    definitions[REFERENCE] = {
        "type": "string",
        "pattern": "^\\$[a-z][a-z0-9_]{0,62}$",
        "description": "the value of a parameter of this plan",
    }
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **_opened(written), "$defs": definitions}
    schema["title"] = "Plan of Accord, version 1 of the language"
    return schema


def _opened(shape: Any, field: str = "") -> Any:
    """A shape without null, which a plan never holds, and with `$name` allowed for single values."""
    if isinstance(shape, list):
        return [_opened(item) for item in shape]
    if not isinstance(shape, dict):
        return shape
    shape = _without_null(shape)
    if _is_single(shape):
        return shape if field in _AS_WRITTEN else _or_parameter(shape)
    opened: dict[str, Any] = {}
    for key, value in shape.items():
        if key in ("properties", "patternProperties"):
            opened[key] = {name: _opened(held, name) for name, held in value.items()}
        elif key in ("items", "anyOf", "oneOf", "additionalProperties"):
            opened[key] = _opened(value)
        else:
            opened[key] = value
    if "patternProperties" in opened:
        opened["additionalProperties"] = False
    return opened


def _without_null(shape: dict[str, Any]) -> dict[str, Any]:
    kept = [choice for choice in shape.get("anyOf", ()) if choice != {"type": "null"}]
    if not kept:
        return shape
    around = {key: value for key, value in shape.items() if key not in ("anyOf", "default")}
    return {**kept[0], **around} if len(kept) == 1 else {**around, "anyOf": kept}


def _is_single(shape: dict[str, Any]) -> bool:
    """Whether a shape is one word or number. Free text takes `$name` anyway."""
    if "anyOf" in shape:
        return False
    narrowed = shape.keys() & {"pattern", "enum", "const", "format"}
    return bool(narrowed) or shape.get("type") in ("integer", "number", "boolean")


def _or_parameter(shape: dict[str, Any]) -> dict[str, Any]:
    around: dict[str, Any] = {key: shape[key] for key in ("title", "description", "default") if key in shape}
    single = {key: value for key, value in shape.items() if key not in around}
    return {**around, "anyOf": [single, {"$ref": f"#/$defs/{REFERENCE}"}]}
