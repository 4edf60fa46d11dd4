"""Mistakes over HTTP: shown before they are taken back, and told beside what they were."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Door

BACK = "/programs/{program}/take-backs"


async def done(door: Door, person: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await door.post(person, f"/programs/{{program}}/{path}", body)
    assert answer.status_code == 201, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt


@pytest.fixture
async def achieved(door: Door) -> Door:
    """The announcement is determined, and the second phase open."""
    text = {"evidence": "e1", "milestone": "announced", "shows": "text", "text": "It ends."}
    document = {"document": {"sha256": "0" * 64, "name": "a.txt"}, "reference": "The archive."}
    await done(door, "nora", "evidence", text | document)
    await done(door, "nils", "evidence", {"evidence": "e2", "milestone": "announced", "shows": "word", "text": "Meant."})
    await done(door, "sven", "verifications", {"evidence": "e1", "seen_at": "the archive"})
    await done(door, "sven", "verifications", {"evidence": "e2"})
    await done(door, "cleo", "determinations", {"milestone": "announced", "outcome": "achieved", "reason": "Shown."})
    return door


async def open_phases(door: Door) -> list[str]:
    phases = (await door.get("olga", "/programs/{program}/phases")).json()
    return [phase["name"] for phase in phases if phase["status"] == "open"]


async def test_a_preview_shows_what_falls_and_writes_nothing(achieved: Door) -> None:
    before = await open_phases(achieved)
    mistake = {"mistake": {"kind": "determination", "milestone": "announced"}, "reason": "Signed by mistake."}
    would = await achieved.post("cleo", BACK, mistake, preview=True)
    assert would.status_code == 200, would.text
    kinds = [entry["fact"]["kind"] for entry in would.json()["entries"]]
    assert {"determination_taken_back", "phase_stepped_back", "phase_reopened"} <= set(kinds)
    assert await open_phases(achieved) == before
    receipt = await done(achieved, "cleo", "take-backs", mistake)
    assert [entry["fact"]["kind"] for entry in receipt["entries"]] == kinds
    assert await open_phases(achieved) == ["move"]


async def test_the_history_of_evidence_tells_who_took_what_back_and_why(achieved: Door) -> None:
    mistake = {"mistake": {"kind": "verification", "evidence": "e1"}, "reason": "Another text."}
    receipt = await done(achieved, "sven", "take-backs", mistake)
    piece = (await achieved.get("olga", "/programs/{program}/evidence/e1")).json()
    verified, taken = piece["history"][-2:]
    assert (verified["kind"], taken["kind"], taken["by"], taken["reason"]) == (
        "evidence_verified",
        "verification_taken_back",
        "sven",
        "Another text.",
    )
    assert receipt["entries"][0]["fact"]["entry"] == verified["seq"]
    assert (piece["status"], piece["verified_by"], piece["seen_at"]) == ("recorded", None, None)
    (waiting,) = (await achieved.get("sven", "/programs/{program}/evidence", to_verify="true")).json()["evidence"]
    assert waiting["id"] == "e1"


async def test_an_incident_is_put_right_under_its_address(door: Door) -> None:
    happened = (await door.get("olga", "/programs/{program}")).json()["started_at"]
    report = {
        "incident": "i1",
        "incident_kind": "attack",
        "severity": "serious",
        "happened_at": happened,
        "place": "The bridge",
    }
    await done(door, "sara", "incidents", report | {"place": "The bridge", "account": "Shots.", "attributed_to": "bands"})
    right = {"place": "The dam", "attributed_to_nobody": True, "reason": "Misheard."}
    await done(door, "sara", "incidents/i1/corrections", right)
    (incident,) = (await door.get("olga", "/programs/{program}/incidents")).json()
    assert (incident["place"], incident["attributed_to"], incident["severity"]) == ("The dam", None, "serious")
    both = await door.post("sara", "/programs/{program}/incidents/i1/corrections", right | {"attributed_to": "north"})
    assert (both.status_code, both.json()["code"]) == (422, "unreadable")


async def test_several_mistakes_are_taken_back_at_once(achieved: Door) -> None:
    acts = [
        {"key": f"b{n}", "deed": {"kind": "take_back", "mistake": {"kind": "verification", "evidence": n}, "reason": "R."}}
        for n in ("e1", "e2")
    ]
    answer = await achieved.post("sven", "/programs/{program}/acts", {"acts": acts})
    assert answer.status_code == 201, answer.text


async def test_a_kind_of_mistake_that_there_is_not_is_told_with_those_that_there_are(door: Door) -> None:
    answer = await door.post("cleo", BACK, {"mistake": {"kind": "regret"}, "reason": "R."})
    assert answer.status_code == 422
    assert "determination" in answer.text
