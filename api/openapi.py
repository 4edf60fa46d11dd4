"""The OpenAPI document: FastAPI's, completed for client generators."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fastapi.routing import APIRoute

from api.problems import ProblemBody
from rules.entries import KINDS

GROUPS: dict[str, str] = {
    "programs": "Programs: started, listed, and read as they stand or stood. What blocks, who owes, what was recorded.",
    "across programs": "What is owed and which dates come, over all programs that the caller may know of; and who is asking.",
    "acts": "What members do in a program. Each is judged by the law, recorded once, and answered with a receipt.",
    "evidence": "Evidence and measurements: what each shows, its document, and who has said what of it.",
    "documents": "Bytes under their SHA-256, filed before evidence names them.",
    "incidents": "Incidents: reported, told by several, confirmed, contested, dismissed, resolved.",
    "proposals": "Decisions that parties take together: waivers, extensions, amendments; and what a signature would do.",
    "disputes": "Disputes that go from stage to stage, and what lapses unless it is decided otherwise.",
    "checks": "Automated checks: when each source is read, how that goes, and an officer's hand on it.",
    "tokens": "Tokens that let members of a program in. They stand beside the ledger.",
    "plans": "The plans that this service keeps and starts by name.",
    "problems": "Every code with which a request can be refused.",
    "health": "Whether the process lives, and whether what it rests on is ready. Needs no token.",
    "temporal": "What Temporal keeps encrypted, in clear for its pages.",
}
"""Tags of routes, in the order of the page."""

EXAMPLES = Path(__file__).with_name("examples.json")
"""Recorded requests and responses by operation (`python -m tests.api.example_program`)."""

_READS_FIRST = ("get", "post")


def operation_id(route: APIRoute) -> str:
    """The name of a route's function in generated clients: the route's own name, which for an act is its kind."""
    return route.name


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """The document as it is served: with problems and tags described, reads before writes, and decimals as strings."""
    shapes: dict[str, Any] = document["components"]["schemas"]
    body = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
    shapes.update(body.pop("$defs", {}))
    shapes.setdefault(ProblemBody.__name__, body)
    for shape in shapes.values():
        _require_kind(shape)
        _simplify(shape)
    _add_examples(document)
    document["tags"] = [{"name": name, "description": text} for name, text in GROUPS.items()]
    document["paths"] = {path: _sort_reads_first(operations) for path, operations in document["paths"].items()}
    return document


def _add_examples(document: dict[str, Any]) -> None:
    """Adds a recorded request and response to each operation, and one preview to all that have previews."""
    kept: dict[str, Any] = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    preview = kept.get("consent", {}).get("preview")
    for operations in document["paths"].values():
        for operation in operations.values():
            example = {"preview": preview} | kept.get(operation["operationId"], {})
            for parameter in operation.get("parameters", []):
                if parameter["name"] in example.get("path", {}):
                    parameter["example"] = example["path"][parameter["name"]]
            parts = {"request": operation.get("requestBody", {})}
            for status in sorted({"200", "201", "202"} & operation["responses"].keys()):
                answer = operation["responses"][status]
                is_preview = status == "200" and "201" in operation["responses"]
                parts["preview" if is_preview else "answer"] = answer
            for part, described in parts.items():
                if part in example and "application/json" in described.get("content", {}):
                    described["content"]["application/json"]["example"] = example[part]


def _sort_reads_first(operations: dict[str, Any]) -> dict[str, Any]:
    return {method: operations[method] for method in sorted(operations, key=_READS_FIRST.index)}


def _require_kind(shape: dict[str, Any]) -> None:
    """Marks `kind` as required in facts. Its default in the code would describe it as optional."""
    properties = shape.get("properties", {})
    if properties.get("kind", {}).get("const") in KINDS:
        shape["required"] = ["kind", *shape.get("required", [])]


def _simplify(held: Any) -> None:
    """Decimals as strings only, since they are answered so and binary fractions are refused.

    A pattern for field names becomes a property of names: generators take pattern properties for fields of any type.
    """
    if isinstance(held, list):
        for one in held:
            _simplify(one)
    elif isinstance(held, dict):
        kinds = [choice.get("type") for choice in held.get("anyOf", [])]
        if {"number", "string"} <= {*kinds}:
            del held["anyOf"][kinds.index("number")]
            if len(held["anyOf"]) == 1:
                held.update(held.pop("anyOf")[0])
        if len(patterns := held.pop("patternProperties", {})) == 1:
            ((pattern, shape),) = patterns.items()
            held |= {"propertyNames": {"pattern": pattern}, "additionalProperties": shape}
        for one in held.values():
            _simplify(one)
