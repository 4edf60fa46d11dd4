"""Decisions that parties take together, over HTTP."""

from __future__ import annotations

from typing import Any

from tests.api.conftest import Door

LONGER = {"kind": "extend", "milestone": "safety", "to": "2100-01-01T00:00:00+03:00"}
PROPOSAL: dict[str, Any] = {"proposal": "p1", "procedure": "joint", "reason": "It takes longer."}
WAIVER: dict[str, Any] = PROPOSAL | {"matter": {"kind": "waive", "milestone": "announced"}}


async def _plan(door: Door) -> str:
    return str((await door.get("olga", "/programs/{program}/ledger")).json()["entries"][0]["fact"]["document"])


async def amendment(door: Door, old: str, new: str) -> dict[str, Any]:
    text = await _plan(door)
    assert old in text
    return PROPOSAL | {"matter": {"kind": "amend", "document": text.replace(old, new)}}


async def test_a_proposal_shows_what_it_would_do_before_anybody_signs(door: Door) -> None:
    body = await amendment(door, '"on_advance"', '"automatically"')
    preview = await door.post("nils", "/programs/{program}/proposals", body, preview=True)
    assert preview.status_code == 200
    made = await door.post("nils", "/programs/{program}/proposals", body)
    assert made.status_code == 201, made.text
    shown = (await door.get("saul", "/programs/{program}/proposals/p1")).json()
    assert [change["place"] for change in shown["changes"]] == ["phases.trade.opens"]
    assert shown["follows"][0]["fact"]["kind"] == "plan_amended"
    assert shown["clocks"] == []
    assert shown["asked"] == ["north", "south"]


async def test_it_is_adopted_when_everybody_asked_has_consented_to_its_effects(door: Door) -> None:
    await door.post("nils", "/programs/{program}/proposals", await amendment(door, '"on_advance"', '"automatically"'))
    effects = (await door.get("nils", "/programs/{program}/proposals/p1")).json()["effects"]
    stale = await door.post("nils", "/programs/{program}/consents", {"proposal": "p1", "effects": "0" * 64})
    assert (stale.status_code, stale.json()["code"]) == (409, "effects_changed")
    for person in ("nils", "saul"):
        answer = await door.post(person, "/programs/{program}/consents", {"proposal": "p1", "effects": effects})
        assert answer.status_code == 201, answer.text
    (line,) = (await door.get("olga", "/programs/{program}/proposals", status="adopted")).json()
    assert line["consents"] == ["north", "south"]
    late = await door.post("saul", "/programs/{program}/proposals/p1/objections", {"reason": "Too late."})
    assert (late.status_code, late.json()["code"]) == (409, "proposal_decided")


async def test_notice_objection_and_withdrawal_are_recorded(door: Door) -> None:
    await door.post("nils", "/programs/{program}/proposals", await amendment(door, '"on_advance"', '"automatically"'))
    notice = {"party": "south", "proof": "Handed over."}
    assert (await door.post("olga", "/programs/{program}/proposals/p1/notices", notice)).status_code == 201
    assert (await door.post("saul", "/programs/{program}/proposals/p1/objections", {"reason": "No."})).status_code == 201
    assert (await door.post("nils", "/programs/{program}/proposals/p1/withdrawals", {"reason": "So be it."})).status_code == 201
    line = (await door.get("saul", "/programs/{program}/proposals")).json()[0]
    assert (line["status"], line["objections"], list(line["had_notice"])) == ("withdrawn", ["south"], ["south"])


async def test_what_the_plan_does_not_foresee_is_refused_with_what_would_be(door: Door) -> None:
    answer = await door.post("nils", "/programs/{program}/proposals", WAIVER)
    assert (answer.status_code, answer.json()["code"]) == (422, "not_foreseen")
    answer = await door.post("nils", "/programs/{program}/proposals", PROPOSAL | {"matter": LONGER})
    assert (answer.status_code, answer.json()["code"]) == (422, "other_procedure")
    assert answer.json()["accepted"] == "the procedure quiet"
    missing = await door.get("nils", "/programs/{program}/proposals/p9")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


async def test_it_shows_which_clocks_it_would_touch(door: Door) -> None:
    file = {"sha256": "0" * 64, "name": "file.pdf"}
    acts: list[tuple[str, str, dict[str, Any]]] = [
        (
            "nora",
            "evidence",
            {"evidence": "e1", "milestone": "announced", "shows": "text", "document": file, "reference": "In the archive."},
        ),
        ("nils", "evidence", {"evidence": "e2", "milestone": "announced", "shows": "word", "text": "It is meant."}),
        ("sven", "verifications", {"evidence": "e1", "seen_at": "the archive"}),
        ("sven", "verifications", {"evidence": "e2"}),
        ("cleo", "determinations", {"milestone": "announced", "outcome": "achieved", "reason": "Shown."}),
    ]
    for person, route, body in acts:
        assert (await door.post(person, f"/programs/{{program}}/{route}", body)).status_code == 201
    made = await door.post("saul", "/programs/{program}/proposals", PROPOSAL | {"procedure": "quiet", "matter": LONGER})
    assert made.status_code == 201, made.text
    (clock,) = (await door.get("nils", "/programs/{program}/proposals/p1")).json()["clocks"]
    assert clock["clock"] == "deadline.safety"
    assert clock["due_now"] < clock["due_then"] == "2099-12-31T21:00:00.000000Z"
