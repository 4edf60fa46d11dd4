"""`accord act KIND`: any act, with its fields from the service's OpenAPI document."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from cli.options import AsJson
from cli.remote.client import Client, UsageError, run_question
from cli.remote.completion import programs
from cli.remote.signing import Key, OnlyPreview, SigningOptions, Yes, sign
from cli.remote.tables import print_lines
from rules.field_types import did_you_mean


@dataclass(frozen=True, slots=True)
class Described:
    """A kind of act in the OpenAPI document: its route and the schema of its body; `schemas` has all definitions."""

    kind: str
    summary: str
    route: str
    places: tuple[str, ...]
    body: Mapping[str, Any] | None
    binds: bool
    schemas: Mapping[str, Any]

    def shapes(self, schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """The alternatives of a schema, with references resolved."""
        if "$ref" in schema:
            schema = self.schemas[schema["$ref"].rpartition("/")[2]]
        alternatives = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
        for one in alternatives:
            yield from self.shapes(one)
        if not alternatives:
            yield schema

    def at(self, path: list[str]) -> list[Mapping[str, Any]]:
        """The schemas of a field by its path; empty where there is no such field."""
        held = list(self.shapes(self.body or {}))
        for name in path:
            held = [
                shape for one in held if name in one.get("properties", {}) for shape in self.shapes(one["properties"][name])
            ]
        return held

    def fields(self) -> str:
        """The fields in a line; required ones have a star."""
        (shape, *_) = self.shapes(self.body or {})
        needed = {*shape.get("required", ()), *self.places}
        names = [*self.places, *(name for name in shape.get("properties", {}) if name != "kind")]
        return ", ".join(f"{name}*" if name in needed else name for name in names)


def act(  # noqa: PLR0913  each is an option of the command
    kind: Annotated[str | None, typer.Argument(help="As waive or raise_dispute; left out, all kinds are listed.")] = None,
    program: Annotated[str | None, typer.Argument(help="Its id, or its beginning.", autocompletion=programs)] = None,
    *,
    field: Annotated[
        list[str] | None,
        typer.Option("--field", "-f", help="name=value; a.b=value within a; @FILE is the text of a file.", show_default=False),
    ] = None,
    body: Annotated[Path | None, typer.Option(help="The fields as a JSON file; - is standard input.", allow_dash=True)] = None,
    yes: Yes = False,
    preview: OnlyPreview = False,
    json: AsJson = False,
    key: Key = None,
) -> None:
    """Do any act: its preview is shown, and asked about, as with the commands for those of every day."""
    how = SigningOptions(yes=yes, preview=preview, json=json, key=key)

    async def done(client: Client) -> None:
        kinds = _acts(await client.read("/openapi.json"))
        if kind is None:
            table = Table("kind", "fields (* is needed)", "does")
            for one in kinds.values():
                table.add_row(one.kind, one.fields(), one.summary)
            print_lines(table, [*kinds])
            return
        if (described := kinds.get(kind)) is None:
            raise UsageError(f"{kind} is no kind of act; {did_you_mean(kind, kinds)}")
        said = _said(described, body, field or [])
        route = {name: str(said.pop(name, "")) for name in described.places}
        if missing := [name for name, value in route.items() if not value]:
            raise UsageError(f"{kind} needs --field {missing[0]}=…")
        if "{program}" in described.route:
            if program is None:
                raise UsageError(f"{kind} is an act on a program: accord act {kind} PROGRAM")
            route["program"] = await client.program(program)
        await sign(client, described.route.format(**route), said, how, binds=described.binds)

    run_question(done)


def _acts(document: Mapping[str, Any]) -> dict[str, Described]:
    """Kinds of act by name: the operations with an idempotency key and a preview."""
    found = {}
    for route, methods in document["paths"].items():
        operation = methods.get("post", {})
        parameters = {one["name"]: one["in"] for one in operation.get("parameters", ())}
        if not {"preview", "Idempotency-Key"} <= parameters.keys():
            continue
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        found[operation["operationId"]] = Described(
            kind=operation["operationId"],
            summary=operation.get("description", operation.get("summary", "")).partition("\n")[0],
            route=route.removeprefix("/api/v1"),
            places=tuple(name for name, place in parameters.items() if place == "path" and name != "program"),
            body=content.get("schema"),
            binds="effects" in parameters,
            schemas=document["components"]["schemas"],
        )
    return found


def _said(described: Described, body: Path | None, fields: list[str]) -> dict[str, Any]:
    """The fields of a file, overridden by those on the command line. Raises UsageError."""
    said: dict[str, Any] = _read(body) if body else {}
    for given in fields:
        name, is_given, text = given.partition("=")
        if not is_given:
            raise UsageError(f"--field {given}: give name=value")
        *parents, last = name.split(".")
        place = said
        for parent in parents:
            place = place.setdefault(parent, {})
            if not isinstance(place, dict):
                raise UsageError(f"--field {given}: {parent} has a value and no fields")
        place[last] = _value(described, name, text)
    return said


def _read(body: Path) -> dict[str, Any]:
    try:
        found = json.loads(sys.stdin.read() if str(body) == "-" else body.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{body} cannot be read as JSON: {error}") from None
    if not isinstance(found, dict):
        raise UsageError(f"{body} holds no JSON object")
    return found


def _value(described: Described, name: str, text: str) -> Any:
    """A string where the field is a string or unknown; else parsed JSON. Raises UsageError."""
    if text.startswith("@"):
        try:
            text = Path(text[1:]).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise UsageError(f"--field {name}: {text[1:]} cannot be read: {error}") from None
    types = {shape.get("type", "string") for shape in described.at(name.split("."))}
    if not types or "string" in types:
        return text
    try:
        return json.loads(text)
    except ValueError:
        raise UsageError(f"--field {name}={text}: give JSON, of {' or '.join(sorted(types - {'null'}))}") from None
