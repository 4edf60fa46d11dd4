"""The document of the API: what a client is made from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

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
    }
    for path, operations in DOCUMENT["paths"].items():
        if "post" in operations:
            names = {parameter["name"] for parameter in operations["post"]["parameters"]}
            assert own.get(path.removeprefix("/api/v1"), {"Idempotency-Key", "preview"}) <= names, path


def test_every_route_says_what_it_is_for() -> None:
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items():
            assert operation.get("description"), f"{method} {path}"
