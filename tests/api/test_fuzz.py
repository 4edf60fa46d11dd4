"""Whatever is sent, by whomever: the service answers, and never with a fault of its own."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Ok

from tests.api.conftest import Door, application

ROLES = {
    "representative": "nils",
    "recorder": "nora",
    "verifier": "nick",
    "authority": "cleo",
    "monitor": "moss",
    "checker": "chip",
    "officer": "olga",
    "auditor": "auditor",
    "stranger": "stranger",
}
REQUESTS_PER_ROUTE = 8


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.timeout(300)
async def test_no_request_makes_the_service_fail(door: Door, role: str) -> None:
    faults = await asyncio.to_thread(_faults, str(door.client.base_url), door.headers(ROLES[role]), door.program)
    assert faults == []


def _faults(api: str, headers: dict[str, str], program: str) -> list[str]:
    """Answers of 500 and more, with the request that led to each."""
    found: list[str] = []
    with requests.Session() as session:
        for case in _requests():
            # A program that exists, or every request would end at the first 404.
            if "program" in case.path_parameters:
                case.path_parameters["program"] = program
            own = {name: value for name, value in headers.items() if name == "Authorization" or not case.headers}
            answer = case.call(base_url=api.rstrip("/"), headers=own, session=session)
            if answer.status_code >= 500 and not (answer.status_code == 503 and "health" in case.path):
                found.append(f"{case.method} {case.path} {case.query} {case.body!r:.300}: {answer.status_code} {answer.text}")
    return found


@cache
def _requests() -> list[schemathesis.Case[Any]]:
    """For every route. They are drawn once, because everybody sends the same."""
    drawn: list[schemathesis.Case[Any]] = []
    for result in schemathesis.openapi.from_dict(application().openapi()).get_all_operations():
        assert isinstance(result, Ok), result  # else the document itself is broken

        @given(case=result.ok().as_strategy())
        @settings(
            max_examples=REQUESTS_PER_ROUTE,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def draw(case: schemathesis.Case[Any]) -> None:
            drawn.append(case)

        draw()
    return drawn
