"""Every string that comes in is text: in bodies, queries, paths and headers. What is none is refused, with its place."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from tests.api.conftest import Door, application
from tests.api.test_fuzz import ROLES
from tests.rules.small_plan import PLAN

PLACES = {
    "plan": ("query", "/programs?plan=%00"),
    "plan's name": ("path", "/plans/%00"),
    "code": ("path", "/problems/%00"),
    "page": ("query", "/programs?after=%00~"),
    "person": ("query", "/programs/{program}/ledger?actor=%00"),
}


@pytest.mark.parametrize(("where", "path"), PLACES.values(), ids=PLACES)
async def test_a_nul_in_an_address_is_refused_with_its_place(door: Door, where: str, path: str) -> None:
    answer = await door.client.get(door.address(path), headers=door.headers("olga"))
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "unreadable")
    assert problem["faults"][0]["where"].startswith(where)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ('{"plan": "\\ud800"}', "body.plan"),
        ('{"document": "\\ud800"}', "body.document"),
        ('{"document": {"title": "\\ud800"}}', "body.document"),
        ('{"plan": "small", "title": "a\\u0000"}', "body.title"),
        ('{"plan": "small", "title": "a\\u202eb"}', "body.title"),
        ('{"plan": "small", "parameters": {"a": "\\u0000"}}', "body.parameters.a"),
        ('{"plan": "small", "parameters": {"\\ud800": "1"}}', "body.parameters.�"),
        ('{"plan": "small", "\\ud800": 1}', "body"),
        ('{"plan": "small", "' + "a" * 100_000 + '": 1}', "body." + "a" * 100),
    ],
    ids=lambda value: value[:50],
)
async def test_what_is_no_text_in_a_body_is_refused_with_its_place(door: Door, body: str, where: str) -> None:
    headers = door.headers("olga") | {"Content-Type": "application/json"}
    answer = await door.client.post(door.address("/programs"), content=body, headers=headers)
    assert answer.status_code == 422, answer.text
    assert any(fault["where"].startswith(where) for fault in answer.json()["faults"]), answer.text
    assert len(answer.content) < 10_000


async def test_a_plan_that_is_sent_as_json_is_as_large_as_one_that_is_sent_as_text(door: Door) -> None:
    for document in ({"title": "a" * 250_000}, json.loads("[" * 900 + "]" * 900)):
        answer = await door.post("olga", "/programs", {"document": {"x": document}})
        assert answer.status_code == 422, answer.text


async def test_a_text_that_grows_in_the_form_that_is_recorded_is_refused_with_its_place(door: Door) -> None:
    body = {"incident": "i1", "incident_kind": "strike", "severity": "grave", "place": "A", "account": "\u0958" * 4000}
    answer = await door.post("nora", "/programs/{program}/incidents", body | {"happened_at": "2025-01-01T00:00:00Z"})
    assert answer.status_code == 422, answer.text
    assert answer.json()["faults"][0]["where"] == "body.account"


PLACE = {"place": {"default": "Basra", "why": "It is left open."}}


@pytest.mark.parametrize("value", ["cafe\u0301", "\u0958" * 100])
async def test_a_parameter_is_recorded_in_the_form_that_has_one_hash(door: Door, value: str) -> None:
    plan = PLAN | {"title": "$place", "parameters": PLAN["parameters"] | PLACE}
    answer = await door.post("olga", "/programs", {"document": plan, "parameters": {"place": value}})
    assert answer.status_code == 201, answer.text


def test_no_string_or_number_of_a_request_is_without_bounds() -> None:
    """A new field that takes anything would bring back what these tests have found."""
    assert sorted(_unbounded(application().openapi())) == []


def _unbounded(document: dict[str, Any]) -> Iterator[str]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for parameter in operation.get("parameters", ()):
                yield from _open_ends(document, parameter["schema"], f"{method} {path} {parameter['name']}")
            for content in operation.get("requestBody", {}).get("content", {}).values():
                yield from _open_ends(document, content["schema"], f"{method} {path}")


WHOLE = {"post /api/v1/programs.document"}
"""An object here is a plan as JSON: its text is bounded, and read as a plan is."""

FIGURES = {"value", "standard_error", "share"}
"""Exact numbers as text, which have a form of their own."""


def _open_ends(document: dict[str, Any], schema: dict[str, Any], where: str, within: tuple[str, ...] = ()) -> Iterator[str]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name not in within:
            yield from _open_ends(document, document["components"]["schemas"][name], where, (*within, name))
        return
    for choice in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("prefixItems", ())):
        yield from _open_ends(document, choice, where, within)
    for name, held in schema.get("properties", {}).items():
        yield from _open_ends(document, held, f"{where}.{name}", within)
    for held in (*schema.get("patternProperties", {}).values(), schema.get("items"), schema.get("additionalProperties")):
        if isinstance(held, dict):
            yield from _open_ends(document, held, f"{where}[]", within)
    ends = {"pattern", "enum", "const", "format", "maxLength"}
    if schema.get("type") == "string" and not ends & schema.keys() and where.rpartition(".")[2] not in FIGURES:
        yield where
    if schema.get("type") == "integer" and not {"maximum", "exclusiveMaximum", "enum", "const"} & schema.keys():
        yield where
    anything = (
        schema.get("type") == "object" and not {"properties", "patternProperties", "additionalProperties"} & schema.keys()
    )
    if anything and where not in WHOLE:
        yield where


HOSTILE: dict[str, Any] = {
    "NUL": "a\0b",
    "half a character": "a\ud800b",
    "turned": "a\u202eb",
    "a megabyte": "a" * 1_000_000,
    "empty": "",
    "wide": ["a"] * 2_000,
    "deep": json.loads("[" * 500 + "]" * 500),
    "number": 10**30,
}


@dataclass(frozen=True, slots=True)
class Ask:
    method: str
    path: str
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()


@pytest.mark.parametrize("person", ROLES.values(), ids=ROLES)
async def test_nothing_hostile_in_any_place_makes_the_service_fail(door: Door, person: str) -> None:
    """Each place of each route with each value; who sends it changes from one value to the next, so that all send all kinds."""
    mine = list(ROLES.values()).index(person)
    faults = []
    turns = cycle(range(len(ROLES)))
    for ask in _asks(application().openapi(), door.program):
        if next(turns) == mine:
            answer = await _sent(door, person, ask)
            if answer.status_code >= 500 and not (answer.status_code == 503 and ("health" in ask.path or "checks" in ask.path)):
                faults.append(f"{ask.method} {ask.path:.80} {ask.body!r:.80}: {answer.status_code} {answer.text:.200}")
        await asyncio.sleep(0)
    assert faults == []


async def _sent(door: Door, person: str, ask: Ask) -> httpx2.Response:
    headers = {name.encode(): value.encode("latin-1") for name, value in (door.headers(person) | dict(ask.headers)).items()}
    content = None
    if ask.body is not None:
        content = json.dumps(ask.body)
        headers[b"Content-Type"] = b"application/json"
    return await door.client.request(ask.method, ask.path, content=content, headers=headers)


def _asks(document: dict[str, Any], program: str) -> Iterator[Ask]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            parameters = operation.get("parameters", ())
            plain = {p["name"]: program if p["name"] == "program" else "a1" for p in parameters if p["in"] == "path"}
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            for value in HOSTILE.values():
                text = value if isinstance(value, str) else json.dumps(value)
                sent = quote(text[:10_000], errors="surrogatepass")
                for name in [p["name"] for p in parameters if p["in"] == "query"]:
                    yield Ask(method, f"{path.format(**plain)}?{name}={sent}")
                for name in plain:
                    yield Ask(method, path.format(**(plain | {name: sent or "%20"})))
                for fields in _bodies(document, body, value) if body else ():
                    yield Ask(method, path.format(**plain), fields)
            for name in [p["name"] for p in parameters if p["in"] == "header"]:
                yield Ask(method, path.format(**plain), headers=((name, "\u00e9\x85" * 10),))


def _bodies(document: dict[str, Any], schema: dict[str, Any], value: Any) -> Iterator[Any]:
    """Bodies with a value in each of the fields that stand at the top, and as a name of a field."""
    fields: dict[str, Any] = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]].get("properties", {})
    for name in fields:
        yield {other: value if other == name else "a1" for other in fields}
        if len(str(value)) < 10_000:
            yield {other: [{other: value}] if other == name else {other: value} for other in fields}
    yield {str(value)[:1000]: value}
