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
        assert page.json()["entries"][0]["withheld"]
        assert WORDS not in page.text
        assert secret not in page.text


async def test_no_other_read_tells_its_words(door: Door, secret: str) -> None:
    """Neither across programs, nor at an instant, nor in what has changed or would unblock."""
    now = (await door.get("saul", "/programs/{program}")).json()["at"]
    early = (await door.get("saul", "/programs/{program}/ledger", limit=1)).json()["entries"][0]["at"]
    views = ("evidence", "owed", "blocking", "milestones", "reciprocity")
    for path, query in [
        ("/owed", {"whose": "everybody"}),
        ("/programs/{program}/changes", {"from": early}),
        *((f"/programs/{{program}}/{view}", {"at": now}) for view in views),
    ]:
        answer = await door.get("saul", path, **query)
        assert answer.status_code == 200, answer.text
        assert WORDS not in answer.text, path
        assert secret not in answer.text, path


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
    kept = await door.get("saul", f"/programs/{{program}}/documents/{secret}")
    nowhere = await door.get("saul", f"/programs/{{program}}/documents/{'0' * 64}")
    assert kept.status_code == nowhere.status_code == 404
    own = {"instance": "", "request": ""}
    assert kept.json() | own == nowhere.json() | own
    assert await _read_entries(door) == ["nick"]


async def test_who_only_knows_its_hash_opens_it_to_nobody(door: Door, secret: str) -> None:
    """Open evidence that names another's document would let everybody download it."""
    body = {"evidence": "theft", "milestone": "safety", "shows": "order", "text": "Ours."}
    answers = []
    for sha256 in (secret, "0" * 64):
        named = body | {"document": {"sha256": sha256, "name": "order.txt"}}
        answers.append(await door.post("moss", "/programs/{program}/evidence", named))
        batch = {"acts": [{"key": f"batch-{sha256[:5]}", "deed": named | {"kind": "record_evidence"}}]}
        answers.append(await door.post("moss", "/programs/{program}/acts", batch))
        answers.append(await door.post("moss", "/programs/{program}/evidence", named, preview=True))
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(422, "document_unknown")}
    elsewhere = body | {"document": {"sha256": secret, "name": "order.txt"}, "reference": "In our archive."}
    assert (await door.post("moss", "/programs/{program}/evidence", elsewhere)).status_code == 201
    for person in ("moss", "saul", "olga"):
        assert (await door.get(person, f"/programs/{{program}}/documents/{secret}")).status_code == 404


async def test_an_attempt_that_is_refused_tells_nothing_by_which_its_words_could_be_guessed(door: Door, secret: str) -> None:
    again = {"evidence": "secret", "milestone": "safety", "shows": "order", "text": "Order 18.", "restricted_to": ["north"]}
    assert (await door.post("sara", "/programs/{program}/evidence", again)).status_code == 409
    (entry,) = (await door.get("saul", "/programs/{program}/ledger", kind="attempt_refused")).json()["entries"]
    assert entry["fact"].keys() == {"kind", "attempted", "code", "reason"}


async def test_a_reading_is_not_repeated_for_who_may_read_it_no_more(door: Door, secret: str) -> None:
    first = await door.post("nick", "/programs/{program}/evidence/secret/readings", key="once")
    assert WORDS in first.text
    assert WORDS in (await door.post("nick", "/programs/{program}/evidence/secret/readings", key="once")).text
    member = {"person": "nick", "role": "verifier", "party": "north"}
    for by, path, body in (
        ("nils", "members/removals", {"member": member, "reason": "R."}),
        ("olga", "members", {"member": {"person": "nick", "role": "monitor"}}),
    ):
        assert (await door.post(by, f"/programs/{{program}}/{path}", body)).status_code == 201
    again = await door.post("nick", "/programs/{program}/evidence/secret/readings", key="once")
    assert (again.status_code, WORDS in again.text, secret in again.text) == (403, False, False)


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


async def test_it_is_read_after_the_end_as_before_and_recorded(door: Door, secret: str) -> None:
    """Auditors come years later."""
    assert (await door.post("cleo", "/programs/{program}/terminations", {"reason": "War."})).status_code == 201
    assert (await door.get("nick", f"/programs/{{program}}/documents/{secret}")).text == WORDS
    assert WORDS in (await door.post("alma", "/programs/{program}/evidence/secret/readings")).text
    assert (await door.post("saul", "/programs/{program}/evidence/secret/readings")).json()["code"] == "restricted"
    assert await _read_entries(door) == ["nick", "alma"]
    ended = await door.post("nils", "/programs/{program}/consents", {"phase": "trade"})
    assert ended.json()["code"] == "program_ended"
