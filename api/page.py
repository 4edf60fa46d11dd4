"""The page of the API: every route and every field, as plain HTML that asks for nothing from anywhere else.

The framework's own page is a script from another host: blank where that can't be reached, and able to read what is typed there.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

STYLE = """
body { font: 16px/1.5 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; }
code, summary { font-family: monospace; } td, th { text-align: left; vertical-align: top; padding: .1em 1em .1em 0; }
details { margin: .4em 0; } details > :not(summary) { margin-left: 1.5em; } :target { background: #ffd; }
"""
MAY_ASK_NOTHING = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


def page(document: dict[str, Any]) -> str:
    """The OpenAPI document for people."""
    rooms: dict[str, list[str]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            rooms.setdefault(operation.get("tags", [""])[0], []).append(_route(method, path, operation))
    shapes = "".join(_shape(name, schema) for name, schema in sorted(document["components"]["schemas"].items()))
    title, about = escape(document["info"]["title"]), escape(document["info"]["summary"])
    routes = "".join(f"<h2>{escape(name)}</h2>{''.join(held)}" for name, held in rooms.items())
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style></head><body>'
        f'<h1>{title}</h1><p>{about}. For programs: <a href="/api/v1/openapi.json">openapi.json</a>.</p>'
        f"{routes}<h2>shapes</h2>{shapes}</body></html>"
    )


def _route(method: str, path: str, operation: dict[str, Any]) -> str:
    rows = [
        (f"{one['name']} ({one['in']})", one["schema"], one.get("description", ""), one.get("required", False))
        for one in operation.get("parameters", [])
    ]
    body = _held(operation.get("requestBody", {}))
    answers = sorted(operation["responses"].items())
    told = "".join(f"<li>{status}: {_kind(_held(one)) or escape(one['description'])}</li>" for status, one in answers)
    return (
        f"<details><summary>{method.upper()} {escape(path)}</summary><p>{escape(operation.get('description', ''))}</p>"
        f"{_table(rows)}{f'<p>Body: {_kind(body)}</p>' if body else ''}<p>Answers:</p><ul>{told}</ul></details>"
    )


def _held(content: dict[str, Any]) -> dict[str, Any]:
    """The schema of a body or an answer; empty where it has none."""
    forms: list[dict[str, Any]] = list(content.get("content", {}).values())
    schema: dict[str, Any] = forms[0].get("schema", {}) if forms else {}
    return schema


def _shape(name: str, schema: dict[str, Any]) -> str:
    required = schema.get("required", [])
    rows = [(key, held, held.get("description", ""), key in required) for key, held in schema.get("properties", {}).items()]
    told = _table(rows) if rows else f"<p>{_kind(schema)}</p>"
    return f'<h3 id="{escape(name)}">{escape(name)}</h3><p>{escape(schema.get("description", ""))}</p>{told}'


def _table(rows: list[tuple[str, dict[str, Any], str, bool]]) -> str:
    lines = (
        f"<tr><td><code>{escape(name)}</code></td><td>{_kind(schema) or 'any value'}</td>"
        f"<td>{'' if required else 'may be left out. '}{escape(about)}</td></tr>"
        for name, schema, about, required in rows
    )
    return f"<table>{''.join(lines)}</table>"


def _kind(schema: dict[str, Any]) -> str:
    """What a value is, in words, with links to the shapes that it names; nothing of what has no schema."""
    return " or ".join(dict.fromkeys(_kinds(schema)))


def _kinds(schema: dict[str, Any]) -> Iterator[str]:
    if not schema:
        return
    if reference := schema.get("$ref"):
        name = escape(reference.rpartition("/")[2])
        yield f'<a href="#{name}">{name}</a>'
    elif several := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
        for one in several:
            yield from _kinds(one)
    elif "enum" in schema or "const" in schema:
        yield from (f"<code>{escape(str(one))}</code>" for one in schema.get("enum", [schema.get("const")]))
    elif schema.get("type") == "array":
        yield f"list of {_kind(schema.get('items', {})) or 'values'}"
    else:
        form = f" ({escape(schema['format'])})" if "format" in schema else ""
        yield f"{escape(str(schema.get('type', 'any value')))}{form}"
