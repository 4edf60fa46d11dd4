"""Nothing that a request asks for is ignored."""

from __future__ import annotations

import pytest

from tests.api.conftest import Door, application

READS = [
    path.removeprefix("/api/v1")
    for path, held in application().openapi()["paths"].items()
    if "get" in held and "{program}" in path and path.count("{") == 1
]
PIECE = {"evidence": "e1", "milestone": "announced", "shows": "text", "text": "It was said."}


@pytest.mark.parametrize("path", READS)
async def test_a_parameter_that_a_route_has_not_is_refused(door: Door, path: str) -> None:
    """It would be taken for one that was left out, and what is answered for the answer to another question."""
    answer = await door.get("olga", path, colour="red")
    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable")
    (fault,) = answer.json()["faults"]
    assert fault["where"] == "query.colour"
    assert fault["message"].startswith("is no parameter of this route; ")


async def test_the_nearest_parameter_is_named(door: Door) -> None:
    (fault,) = (await door.get("olga", "/programs/{program}/evidence", milstone="announced")).json()["faults"]
    assert fault == {"where": "query.milstone", "message": "is no parameter of this route; did you mean milestone?"}
    (fault,) = (await door.get("olga", "/programs/{program}/checks", at="2026-01-01T00:00:00Z")).json()["faults"]
    assert fault["message"] == "is no parameter of this route; this route takes none"


async def test_a_slip_in_preview_does_not_record_the_act(door: Door) -> None:
    answer = await door.post("nora", "/programs/{program}/evidence", PIECE, preveiw="true")
    assert answer.status_code == 422
    assert (await door.get("olga", "/programs/{program}/evidence")).json()["evidence"] == []


async def test_a_parameter_is_given_once(door: Door) -> None:
    """Of two values one would be ignored, and nobody could know which."""
    twice = await door.client.get(door.address("/programs?standing=running&standing=ended"), headers=door.headers("olga"))
    assert twice.json()["faults"] == [{"where": "query.standing", "message": "is given more than once; give it once"}]


@pytest.mark.parametrize(
    "accept", ["*/*", "application/*", "application/json", "application/problem+json", "text/html, */*;q=0.8"]
)
async def test_json_is_answered_to_who_accepts_it(door: Door, accept: str) -> None:
    answer = await door.client.get(door.address("/programs"), headers=door.headers("olga") | {"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")


@pytest.mark.parametrize("accept", ["text/csv", "application/json;q=0", "application/xml, text/*", "*/*;q=none"])
async def test_a_form_that_there_is_not_is_refused_with_those_that_there_are(door: Door, accept: str) -> None:
    answer = await door.client.get(door.address("/programs"), headers=door.headers("olga") | {"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (406, "application/problem+json")
    problem = answer.json()
    assert (problem["code"], problem["accepted"]) == ("not_acceptable", "application/json")


async def test_nothing_is_recorded_for_who_cannot_read_the_receipt(door: Door) -> None:
    headers = door.headers("nora") | {"Accept": "text/csv"}
    answer = await door.client.post(door.address("/programs/{program}/evidence"), json=PIECE, headers=headers)
    assert answer.status_code == 406
    assert (await door.get("olga", "/programs/{program}/evidence")).json()["evidence"] == []


async def test_what_is_no_json_answers_its_own_form(door: Door) -> None:
    for accept, status in (("application/yaml", 200), ("application/json", 406)):
        answer = await door.client.get(door.address("/plans/us-iraq-reset"), headers=door.headers("olga") | {"Accept": accept})
        assert answer.status_code == status
    assert answer.json()["accepted"] == "application/yaml"
