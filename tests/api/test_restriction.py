"""Restricted evidence over HTTP: counted for all, shown to some, and every reading recorded."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Door

WORDS = "Order 17, in full."


@pytest.fixture
async def secret(door: Door) -> str:
    """The SHA-256 of a document that only the North, the commission and auditors may read."""
    filed = await door.client.post(
        door.address("/programs/{program}/documents?name=order.txt"), content=WORDS.encode(), headers=door.headers("sara")
    )
    document = {"sha256": filed.json()["sha256"], "name": "order.txt"}
    body: dict[str, Any] = {"evidence": "secret", "milestone": "safety", "shows": "order", "document": document, "text": WORDS}
    answer = await door.post("sara", "/programs/{program}/evidence", body | {"restricted_to": ["north", "commission"]})
    assert answer.status_code == 201, answer.text
    return str(document["sha256"])


async def _read_entries(door: Door) -> list[str]:
    page = (await door.get("olga", "/programs/{program}/ledger", kind="evidence_read")).json()
    return [entry["actor"]["person"] for entry in page["entries"]]


async def test_everybody_sees_that_it_is_there_and_nobody_its_words(door: Door, secret: str) -> None:
    for person in ("olga", "saul", "nick"):
        (piece,) = (await door.get(person, "/programs/{program}/evidence")).json()["evidence"]
        assert piece["restricted_to"] == ["north", "commission"]
        page = await door.get(person, "/programs/{program}/ledger", kind="evidence_recorded")
        assert page.json()["entries"][0]["fact"]["withheld"]
        assert WORDS not in page.text
        assert secret not in page.text


async def test_whoever_may_read_it_is_shown_it_and_that_is_recorded(door: Door, secret: str) -> None:
    answer = await door.post("nick", "/programs/{program}/evidence/secret/readings")
    assert answer.status_code == 201, answer.text
    assert answer.json()["evidence"]["text"] == WORDS
    assert answer.json()["evidence"]["document"]["sha256"] == secret
    refused = await door.post("saul", "/programs/{program}/evidence/secret/readings")
    assert (refused.status_code, refused.json()["code"]) == (403, "restricted")
    assert WORDS not in refused.text
    assert await _read_entries(door) == ["nick"]


async def test_its_document_is_given_to_them_alone_and_recorded_too(door: Door, secret: str) -> None:
    assert (await door.get("nick", f"/programs/{{program}}/documents/{secret}")).text == WORDS
    assert (await door.get("saul", f"/programs/{{program}}/documents/{secret}")).status_code == 403
    assert await _read_entries(door) == ["nick"]


async def test_a_preview_shows_nothing_of_it(door: Door, secret: str) -> None:
    answer = await door.post("nick", "/programs/{program}/evidence/secret/readings", preview=True)
    assert answer.status_code == 200
    assert WORDS not in answer.text
    assert secret not in answer.text
    assert await _read_entries(door) == []


async def test_assessors_stand_side_by_side(door: Door) -> None:
    for person, assessor, grade in (("fred", "fund", "met"), ("skye", "scholars", "one")):
        body = {"milestone": "announced", "assessor": assessor, "grade": grade, "reason": "As we read it."}
        assert (await door.post(person, "/programs/{program}/assessments", body)).status_code == 201
    (seen,) = (await door.get("saul", "/programs/{program}/assessments")).json()
    assert [(one["assessor"], one["grade"], one["means"]) for one in seen["assessments"]] == [
        ("fund", "met", "met"),
        ("scholars", "one", "partly"),
    ]
    assert not seen["agree"]
