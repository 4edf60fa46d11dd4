"""The examples of the API's description: what a service was asked and has answered, about a program of the report's plan."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import validator_for

from api.openapi import EXAMPLES
from tests.api.conftest import application
from tests.api.example_program import recorded

DOCUMENT: dict[str, Any] = application().openapi()
OPERATIONS: dict[str, dict[str, Any]] = {
    operation["operationId"]: operation for held in DOCUMENT["paths"].values() for operation in held.values()
}
AGAIN = "run python -m tests.api.example_program"


def contents() -> dict[str, dict[str, Any]]:
    """By operation and place, what is described as JSON: bodies, and answers that are no problems."""
    found = {}
    for name, operation in OPERATIONS.items():
        places = {"request": operation.get("requestBody", {})}
        places |= {status: answer for status, answer in operation["responses"].items() if status < "300"}
        for place, held in places.items():
            if "application/json" in held.get("content", {}):
                found[f"{name} {place}"] = held["content"]["application/json"]
    return found


@pytest.mark.parametrize("place", contents())
def test_every_body_and_answer_has_an_example_of_its_shape(place: str) -> None:
    content = contents()[place]
    assert "example" in content, AGAIN
    validator = validator_for({**content["schema"], "components": DOCUMENT["components"]}, validate_formats=True)
    assert [error.message for error in validator.iter_errors(content["example"])] == []


async def test_every_example_of_an_act_is_accepted_by_a_service(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are sent to one, in the order in which they make sense; it has to take each, and it is these that are shown."""
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("ACCORD_DOCUMENTS", str(tmp_path))
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    now = await recorded(url)
    kept = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    assert requests(kept) == requests(now), AGAIN


def requests(examples: dict[str, dict[str, Any]]) -> dict[str, str]:
    """What is asked, without the instants, which are those of the day."""
    asked = {name: json.dumps(example.get("request"), sort_keys=True) for name, example in examples.items()}
    return {name: re.sub(r"20[0-9T:.-]+Z", "then", text) for name, text in asked.items()}


def test_no_example_holds_a_secret() -> None:
    assert re.search(r"accord_\w{40}", EXAMPLES.read_text(encoding="utf-8")) is None
