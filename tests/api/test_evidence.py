"""Evidence in full: what it is, who has said what of it, whether its document is here, and what waits for whom."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from tests.api.conftest import Door

CONTENT = b"The announcement, in full."
DIGEST = sha256(CONTENT).hexdigest()
EVIDENCE: dict[str, Any] = {
    "evidence": "e1",
    "milestone": "announced",
    "shows": "text",
    "document": {"sha256": DIGEST, "name": "announcement.txt", "size": 12},
    "text": "It says so.",
    "reference": "In the archive.",
}
ONE = "/programs/{program}/evidence/e1"
LIST = "/programs/{program}/evidence"
DOCUMENTS = "/programs/{program}/documents"


async def upload(door: Door, person: str) -> None:
    address = door.address(DOCUMENTS)
    filed = await door.client.post(address, params={"name": "a.txt"}, content=CONTENT, headers=door.headers(person))
    assert filed.status_code == 201, filed.text


async def done(door: Door, person: str, path: str, body: dict[str, Any]) -> None:
    answer = await door.post(person, f"/programs/{{program}}/{path}", body)
    assert answer.status_code == 201, answer.text


@pytest.fixture
async def recorded(door: Door) -> Door:
    """Evidence whose document nobody has filed."""
    await done(door, "nora", "evidence", EVIDENCE)
    return door


async def test_one_call_tells_what_it_is_and_who_did_what_with_it(recorded: Door) -> None:
    await done(recorded, "sven", "returns", {"evidence": "e1", "reason": "The seal is missing."})
    piece = (await recorded.get("saul", ONE)).json()
    assert (piece["text"], piece["reference"], piece["status"]) == ("It says so.", "In the archive.", "returned")
    assert piece["document"] == EVIDENCE["document"] | {"filed": False, "media_type": None}
    told = [(one["kind"], one["by"], one["party"], one["reason"]) for one in piece["history"]]
    assert told == [
        ("evidence_recorded", "nora", "north", None),
        ("evidence_returned", "sven", "south", "The seal is missing."),
    ]
    (line,) = (await recorded.get("saul", LIST)).json()["evidence"]
    assert line == piece
    assert (await recorded.get("saul", f"{LIST}/e2")).status_code == 404


async def test_the_ledger_of_a_milestone_holds_what_concerns_it(recorded: Door) -> None:
    """Its evidence and what became of that, and nothing of another."""
    await done(recorded, "sven", "returns", {"evidence": "e1", "reason": "The seal is missing."})
    for subject in ("announced", "e1"):
        held = (await recorded.get("saul", "/programs/{program}/ledger", subject=subject)).json()["entries"]
        assert {"evidence_recorded", "evidence_returned"} <= {entry["fact"]["kind"] for entry in held}
    assert (await recorded.get("saul", "/programs/{program}/ledger", subject="other")).json()["entries"] == []


async def test_a_withdrawal_says_who_and_why(recorded: Door) -> None:
    await done(recorded, "nils", "withdrawals", {"evidence": "e1", "reason": "Another text was meant."})
    last = (await recorded.get("saul", ONE)).json()["history"][-1]
    assert (last["kind"], last["by"], last["reason"]) == ("evidence_withdrawn", "nils", "Another text was meant.")


async def test_a_verifier_is_shown_what_they_could_verify_now_and_nothing_else(recorded: Door) -> None:
    async def waiting(person: str) -> list[str]:
        page = (await recorded.get(person, LIST, to_verify="true")).json()
        return [piece["id"] for piece in page["evidence"]]

    assert {person: await waiting(person) for person in ("sven", "nick", "nora", "olga")} == {
        "sven": ["e1"],
        "nick": [],  # their own party has recorded it
        "nora": [],
        "olga": [],
    }
    await done(recorded, "sven", "verifications", {"evidence": "e1", "seen_at": "the archive"})
    assert await waiting("sven") == []


async def test_what_is_not_filed_is_verified_by_who_says_where_it_was_seen(recorded: Door) -> None:
    silent = await recorded.post("sven", "/programs/{program}/verifications", {"evidence": "e1"})
    assert (silent.status_code, silent.json()["code"]) == (409, "document_not_filed")
    assert "seen_at" in silent.json()["accepted"]
    await done(recorded, "sven", "verifications", {"evidence": "e1", "seen_at": "the archive"})
    piece = (await recorded.get("saul", ONE)).json()
    assert (piece["seen_at"], piece["history"][-1]["seen_at"], piece["document"]["filed"]) == ("the archive",) * 2 + (False,)
    milestones = (await recorded.get("saul", "/programs/{program}/milestones")).json()
    (showing,) = (one for step in milestones for one in step["shown_by"] if one["name"] == "text")
    assert showing["unfiled"] == ["e1"]
    assert "not filed; it was seen at: the archive" in showing["sentence"]


async def test_bytes_that_are_filed_later_count_from_then_on(recorded: Door) -> None:
    await upload(recorded, "saul")
    assert not (await recorded.get("saul", ONE)).json()["document"]["filed"]  # its recorder has not had them
    await upload(recorded, "nora")
    await upload(recorded, "nora")
    piece = (await recorded.get("saul", ONE)).json()
    assert piece["document"]["filed"]
    assert [one["kind"] for one in piece["history"]] == ["evidence_recorded", "document_filed"]
    await done(recorded, "sven", "verifications", {"evidence": "e1"})


async def test_nobody_says_that_a_document_is_filed_which_is_not(recorded: Door) -> None:
    batch = {"acts": [{"key": "b1", "deed": {"kind": "file_document", "evidence": "e1"}}]}
    answer = await recorded.post("nora", "/programs/{program}/acts", batch)
    assert (answer.status_code, answer.json()["code"]) == (409, "document_not_filed")
    # Nor by what the same batch names, which is filed for somebody else.
    await upload(recorded, "sara")
    own = {"kind": "record_evidence"} | EVIDENCE | {"evidence": "e9", "milestone": "safety", "shows": "order"}
    both = {"acts": [{"key": "b2", "deed": own}, *batch["acts"]]}
    answer = await recorded.post("sara", "/programs/{program}/acts", both)
    assert (answer.status_code, answer.json()["code"]) == (409, "document_not_filed")


async def test_documents_are_listed_with_the_evidence_that_names_them(recorded: Door) -> None:
    (line,) = (await recorded.get("saul", DOCUMENTS)).json()["documents"]
    assert line == {
        "sha256": DIGEST,
        "name": "announcement.txt",
        "media_type": None,
        "size": 12,
        "filed": False,
        "evidence": ["e1"],
    }
    await upload(recorded, "nora")
    (filed,) = (await recorded.get("saul", DOCUMENTS)).json()["documents"]
    assert (filed["filed"], filed["size"]) == (True, len(CONTENT))
    assert (await recorded.get("saul", DOCUMENTS, filed="false")).json() == {"documents": [], "next": None}


async def test_what_is_restricted_is_withheld_in_every_answer(door: Door) -> None:
    body = EVIDENCE | {"milestone": "safety", "shows": "order", "restricted_to": ["north", "commission"]}
    await done(door, "sara", "evidence", body)
    for person in ("nick", "saul", "sara"):
        answers = [await door.get(person, path) for path in (ONE, LIST, DOCUMENTS)]
        assert not any(DIGEST in answer.text or "It says so." in answer.text for answer in answers)
        assert answers[0].json()["withheld"]


async def test_the_document_of_a_figure_can_be_read_by_whoever_is_to_verify_it(door: Door) -> None:
    await upload(door, "moss")
    figure = {
        "measurement": "m1",
        "indicator": "smoke",
        "value": "89",
        "unit": "kt",
        "period": "2024",
        "producer": "Observatory",
    }
    read = {"edition": "2025", "source": "Yearbook", "retrieved_at": "2025-02-01T00:00:00Z"}
    await done(door, "moss", "measurements", figure | read | {"document": {"sha256": DIGEST, "name": "yearbook.txt"}})
    assert (await door.get("nick", f"{DOCUMENTS}/{DIGEST}")).content == CONTENT
    assert (await door.get("nick", f"{LIST}/m1")).json()["document"]["filed"]
    await done(door, "nick", "verifications", {"evidence": "m1"})


async def test_at_an_instant_it_is_told_as_it_was_known_then(recorded: Door) -> None:
    then = (await recorded.get("saul", ONE)).json()["recorded_at"]
    await upload(recorded, "nora")
    await done(recorded, "sven", "verifications", {"evidence": "e1"})
    piece = (await recorded.get("saul", ONE, at=then)).json()
    assert (piece["status"], piece["document"]["filed"]) == ("recorded", False)
    assert [one["kind"] for one in piece["history"]] == ["evidence_recorded"]
    (line,) = (await recorded.get("saul", DOCUMENTS, at=then)).json()["documents"]
    assert not line["filed"]


async def test_what_would_bring_a_verification_on_asks_where_its_document_was_seen(recorded: Door) -> None:
    blocked = (await recorded.get("saul", "/programs/{program}/blocking")).text
    assert "where you have seen its document" in blocked
    await upload(recorded, "nora")
    assert "where you have seen" not in (await recorded.get("saul", "/programs/{program}/blocking")).text
