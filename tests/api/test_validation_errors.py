"""What somebody is told whose request cannot be read: in words, with the place and what would be accepted."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest
from fastapi.routing import APIRoute

from api import routers
from api.json_body import JsonRoute
from tests.api.conftest import Door

EVIDENCE: dict[str, Any] = {"evidence": "e1", "milestone": "announced", "shows": "text", "text": "It was said."}
INCIDENT: dict[str, Any] = {"incident": "i1", "incident_kind": "strike", "severity": "grave", "place": "A", "account": "B"}


async def faults(door: Door, path: str, body: Any, **headers: str) -> dict[str, str]:
    """What is said of each place."""
    sent = door.headers("nora") | {"Content-Type": "application/json"} | headers
    held = {"content": body} if isinstance(body, str) else {"json": body}
    answer = await door.client.post(door.address(path), headers=sent, **held)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "unreadable")
    assert problem["accepted"]
    return {fault["where"]: fault["message"] for fault in problem["faults"]}


NEAR = "is not a field of this request; remove it or correct its name; did you mean milestone?"


@pytest.mark.parametrize(
    ("change", "where", "message"),
    [
        ({"evidence": ["e1"]}, "body.evidence", "is text; write it in quotes, as one value"),
        ({"text": 7}, "body.text", "is text; write it in quotes, as one value"),
        ({"colour": "red"}, "body.colour", "is not a field of this request; remove it or correct its name; fields here: kind,"),
        (
            {"milstone": "x"},
            "body.milstone",
            NEAR,
        ),
        ({"evidence": "e 1"}, "body.evidence", "is no id; use up to 100 letters, digits and ._:-"),
        ({"milestone": "First Step"}, "body.milestone", "is no name; use lower-case letters, digits and _"),
        (
            {"happened_at": "1 March 2025"},
            "body.happened_at",
            "'1 March 2025' is no instant; write date, time and offset",
        ),
        ({"happened_at": "2025-03-01T09:00:00"}, "body.happened_at", "'2025-03-01T09:00:00' is no instant"),
        ({"happened_at": "20261101"}, "body.happened_at", "'20261101' is no instant"),
        ({"document": "file.pdf"}, "body.document", "is an object; write its fields between { and }"),
    ],
)
async def test_each_slip_is_told_in_words(door: Door, change: dict[str, Any], where: str, message: str) -> None:
    told = await faults(door, "/programs/{program}/evidence", EVIDENCE | change)
    assert told[where].startswith(message)


@pytest.mark.parametrize(
    ("path", "body", "where", "message"),
    [
        (
            "/acts",
            {"acts": [{"key": "a1", "deed": {"kind": "verfy", "evidence": "e1"}}]},
            "body.acts.0.deed",
            "'verfy' cannot stand here; did you mean verify?",
        ),
        (
            "/members",
            {"member": {"person": "x", "role": "verifer", "party": "north"}},
            "body.member.role",
            "'verifer' cannot stand here; did you mean verifier?",
        ),
        (
            "/determinations",
            {"milestone": "announced", "outcome": "achievd", "reason": "Shown."},
            "body.outcome",
            "'achievd' cannot stand here; did you mean achieved, not_achieved, partly_achieved?",
        ),
    ],
)
async def test_of_words_that_can_stand_somewhere_the_nearest_is_named(
    door: Door, path: str, body: Any, where: str, message: str
) -> None:
    assert await faults(door, f"/programs/{{program}}{path}", body) == {where: message}


async def test_what_is_missing_is_named(door: Door) -> None:
    assert (await faults(door, "/programs/{program}/evidence", {}))["body.milestone"] == "is missing"


async def test_a_missing_key_is_explained(door: Door) -> None:
    """It is the first thing that somebody leaves out, and the one that no form asks for."""
    sent = {"Authorization": door.headers("nora")["Authorization"]}
    answer = await door.client.post(door.address("/programs/{program}/evidence"), json=EVIDENCE, headers=sent)
    (fault,) = answer.json()["faults"]
    assert fault["where"] == "header.Idempotency-Key"
    assert fault["message"] == "is missing; choose a key for this act, and send the same one when you send it again"


@pytest.mark.parametrize("body", ["{evidence: e1}", '{"evidence": "e1"', "evidence=e1"])
async def test_a_body_that_is_no_json_says_where_it_breaks_off(door: Door, body: str) -> None:
    told = await faults(door, "/programs/{program}/evidence", body)
    assert told["body"].startswith("is no JSON from character ")


@pytest.mark.parametrize(
    ("body", "where", "message"),
    [
        (
            '{"evidence": "e1", "milestone": "announced", "shows": "text", "text": "It is.", "text": "It is not."}',
            "body.text",
            "stands twice in one object; write it once",
        ),
        ('{"evidence": "e1", "document": {"name": "a", "name": "b"}}', "body.name", "stands twice in one object"),
        ('{"evidence": "e1", "evidence": "e1"}', "body.evidence", "stands twice in one object"),
        ('{"evidence": "e1", "text": NaN}', "body", "NaN is no number"),
        ('{"evidence": 9007199254740993}', "body", "9007199254740993 is a whole number of 2**53 or more"),
        ('{"evidence": 1e400}', "body", "1e400 is a number that not every reader keeps as it is written; write it as text"),
        ('{"evidence": 0.12345678901234567}', "body", "0.12345678901234567 is a number that not every reader keeps"),
        ('{"evidence": ' + "9" * 5000 + "}", "body", "99999"),
    ],
)
async def test_what_two_readers_would_read_differently_is_not_read(door: Door, body: str, where: str, message: str) -> None:
    """Else what somebody has looked at is another thing than what is recorded."""
    assert (await faults(door, "/programs/{program}/evidence", body))[where].startswith(message)
    assert (await faults(door, "/programs/{program}/evidence?preview=true", body))[where].startswith(message)


@pytest.mark.parametrize("body", ['{"a": 1, "a": 2}', '{"acts": [{"key": "a", "key": "b"}]}'])
@pytest.mark.parametrize("path", ["/programs", "/programs/{program}/acts", "/programs/{program}/tokens"])
async def test_no_route_reads_json_of_which_one_key_stands_twice(door: Door, path: str, body: str) -> None:
    told = await faults(door, path, body)
    assert set(told.values()) == {"stands twice in one object; write it once"}


def test_every_route_with_a_body_in_json_reads_it_exactly() -> None:
    rooms = [import_module(f"api.routers.{room.name}") for room in iter_modules(routers.__path__)]
    held = [route for room in rooms for route in room.router.routes]
    routes = [route for route in held if isinstance(route, APIRoute) and route.body_field is not None]
    loose = [route.path for route in routes if not isinstance(route, JsonRoute)]
    assert routes
    assert [path for path in loose if not path.endswith("/documents")] == []


async def test_a_form_is_told_that_json_is_asked_for(door: Door) -> None:
    told = await faults(
        door, "/programs/{program}/evidence", "evidence=e1", **{"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert told["body"].startswith("is an object")


async def test_an_address_that_cannot_be_read_is_told_alike(door: Door) -> None:
    (fault,) = (await door.get("nora", "/programs/nonsense")).json()["faults"]
    assert fault == {"where": "path.program", "message": "is no id of a program; GET /programs lists them"}
    (fault,) = (await door.get("nora", "/programs/{program}", at="yesterday")).json()["faults"]
    assert fault["where"] == "query.at"
    assert fault["message"].startswith("'yesterday' is no instant; write date, time and offset")


async def test_a_kind_of_fact_that_there_is_not_is_no_empty_page(door: Door) -> None:
    answer = await door.get("nora", "/programs/{program}/ledger", kind="evidence_recordet")
    assert answer.status_code == 422
    (fault,) = answer.json()["faults"]
    assert fault["where"] == "query.kind"
    assert fault["message"].startswith("is no kind of fact; did you mean evidence_recorded")


FIGURE = {
    "measurement": "m1",
    "indicator": "smoke",
    "value": "90",
    "unit": "kt",
    "period": "2023",
    "producer": "Observatory",
    "edition": "2024",
    "source": "Yearbook",
    "retrieved_at": "2025-01-01T00:00:00Z",
}


@pytest.mark.parametrize(
    ("change", "where", "message"),
    [
        ({"value": "1_000"}, "body.value", "'1_000' is no figure; write digits with a point, for example 15.64, -3 or 0.5"),
        ({"value": " 5 "}, "body.value", "' 5 ' is no figure"),
        ({"value": "-0"}, "body.value", "'-0' is no figure: nought has no sign; write 0"),
        ({"value": 5.5}, "body.value", "a figure is exact: write it as text"),
        ({"period": "2025-Q5"}, "body.period", "is no period; write 2025, 2025-H1, 2025-Q1, 2025-06, 2025-W07, 2025-06-30"),
        ({"as_written": "91"}, "body", "as_written is the value itself"),
    ],
)
async def test_figures_and_periods_have_one_form(door: Door, change: dict[str, Any], where: str, message: str) -> None:
    assert (await faults(door, "/programs/{program}/measurements", FIGURE | change))[where].startswith(message)


async def test_a_figure_in_other_digits_is_kept_in_both(door: Door) -> None:
    """Counted in ASCII, and shown as whoever recorded it wrote it."""
    written = "\u0669\u0660\u066b\u0665"
    answer = await door.post("nora", "/programs/{program}/measurements", FIGURE | {"value": written})
    assert answer.status_code == 201, answer.text
    fact = answer.json()["entries"][0]["fact"]
    assert (fact["value"], fact["as_written"]) == ("90.5", written)
    plain = await door.post("nora", "/programs/{program}/measurements", FIGURE | {"measurement": "m2", "period": "2022"})
    assert "as_written" not in plain.json()["entries"][0]["fact"]
