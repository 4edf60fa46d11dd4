"""The document of the API: what a client is made from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, get_args

from pydantic import BaseModel

from rules.acts import Deed
from rules.entries import KINDS
from tests.api.conftest import application

DOCUMENT: dict[str, Any] = application().openapi()


def references(held: Any) -> Iterator[str]:
    if isinstance(held, dict):
        yield from (value for key, value in held.items() if key == "$ref" and isinstance(value, str))
        for value in held.values():
            yield from references(value)
    elif isinstance(held, list):
        for value in held:
            yield from references(value)


def test_everything_that_is_referred_to_is_there() -> None:
    known = {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}
    assert set(references(DOCUMENT)) <= known


def test_every_error_is_declared_as_a_problem_with_an_example() -> None:
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items():
            for status, answer in operation["responses"].items():
                if int(status) < 400 or path.endswith("/health/ready"):
                    continue
                assert "application/problem+json" in answer["content"], f"{method} {path} {status}"
                problem = answer["content"]["application/problem+json"]
                assert problem["schema"]["$ref"].endswith("/ProblemBody"), f"{method} {path} {status}"
                assert problem["example"]["status"] == int(status)


def test_every_write_takes_a_key_and_can_be_previewed() -> None:
    own = {
        "/programs/{program}/documents": {"sha256"},
        "/programs/{program}/acts": {"preview"},
        "/programs/{program}/checks/{check}/run": {"check"},
        "/temporal/decode": {"X-Namespace"},
        "/programs/{program}/tokens": {"Idempotency-Key"},
        "/programs/{program}/tokens/{token}/revocations": {"token"},
    }
    for path, operations in DOCUMENT["paths"].items():
        if "post" in operations:
            names = {parameter["name"] for parameter in operations["post"]["parameters"]}
            assert own.get(path.removeprefix("/api/v1"), {"Idempotency-Key", "preview"}) <= names, path


def test_every_route_says_what_it_is_for() -> None:
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items():
            assert operation.get("description"), f"{method} {path}"


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, held in DOCUMENT["paths"].items():
        for method, operation in held.items():
            yield method, path, operation


def test_every_operation_has_a_short_id_of_its_own() -> None:
    """A client's functions are called by it, for as long as the route is there."""
    ids = [operation["operationId"] for _, _, operation in operations()]
    assert len(ids) == len(set(ids))
    assert [name for name in ids if not re.fullmatch(r"[a-z]+(_[a-z]+){0,3}", name)] == []


def test_an_act_is_called_as_its_kind() -> None:
    kinds = {kind.model_fields["kind"].default for kind in get_args(get_args(Deed)[0])}
    acting = {o["operationId"] for _, _, o in operations() if "ReceiptResponse" in str(o["responses"].get("201"))}
    assert acting - kinds == {"record_all"}
    assert kinds - acting == {"strike_clock", "report_child", "report_parent", "report_check", "read_evidence", "file_document"}


def test_no_two_shapes_share_a_name() -> None:
    """Where they do, FastAPI puts modules or -Input and -Output into the names, and generators drop the types."""
    assert [name for name in DOCUMENT["components"]["schemas"] if not name.isalnum()] == []


def test_every_instant_is_described_as_one() -> None:
    shapes, plain = DOCUMENT["components"]["schemas"], []
    for model in models(BaseModel):
        for name, field in model.model_fields.items():
            if datetime in (field.annotation, *get_args(field.annotation)) and model.__name__ in shapes:
                shape = shapes[model.__name__]["properties"].get(name)
                if shape is not None and "date-time" not in str(shape):
                    plain.append(f"{model.__name__}.{name}")
    assert plain == []
    assert str(shapes["ReceiptResponse"]["properties"]["recorded_at"]).count("date-time") == 1


def models(of: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for model in of.__subclasses__():
        yield model
        yield from models(model)


def test_a_fact_is_told_apart_by_its_kind() -> None:
    shapes = DOCUMENT["components"]["schemas"]
    fact = shapes["EntryResponse"]["properties"]["fact"]
    assert fact["discriminator"]["propertyName"] == "kind"
    assert set(fact["discriminator"]["mapping"]) == set(KINDS)
    assert all("kind" in shapes[one["$ref"].rsplit("/", 1)[1]]["required"] for one in fact["oneOf"])


def test_no_figure_is_described_as_a_binary_fraction() -> None:
    assert DOCUMENT["components"]["schemas"]["RecordMeasurement"]["properties"]["value"]["type"] == "string"


def test_every_group_is_described_and_reads_stand_before_writes() -> None:
    used = [tag for _, _, operation in operations() for tag in operation["tags"]]
    assert {tag["name"] for tag in DOCUMENT["tags"]} == set(used)
    assert all(tag["description"] for tag in DOCUMENT["tags"])
    assert all(list(held) in (["get"], ["post"], ["get", "post"]) for held in DOCUMENT["paths"].values())


def test_every_answer_has_a_type() -> None:
    """A route without one is answered to a client as anything."""
    for method, path, operation in operations():
        for status, answer in operation["responses"].items():
            for content in answer.get("content", {None: {}}).values():
                assert content.get("schema"), f"{method} {path} {status}"
