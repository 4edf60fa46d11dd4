"""What somebody who acts relies on."""

from __future__ import annotations

import json
from typing import Any

import httpx2

from api.responses.ledger import ReceiptResponse
from tests.api.conftest import STRANGER, Door

DOCUMENT = {"sha256": "0" * 64, "name": "file.pdf"}
EVIDENCE: dict[str, Any] = {
    "evidence": "e1",
    "milestone": "announced",
    "shows": "text",
    "document": DOCUMENT,
    "reference": "In the archive.",
}


async def test_an_act_is_answered_with_its_receipt_and_what_is_still_missing(door: Door) -> None:
    answer = await door.post("nora", "/programs/{program}/evidence", EVIDENCE)
    assert answer.status_code == 201
    receipt = answer.json()
    assert [entry["fact"]["kind"] for entry in receipt["entries"]] == ["evidence_recorded"]
    assert [missing["showing"] for missing in receipt["missing"]] == ["text", "word"]
    assert ReceiptResponse.model_validate(receipt).model_dump(mode="json", exclude_none=True) == receipt


async def test_the_same_key_again_gives_the_first_receipt(door: Door) -> None:
    first = await door.post("nora", "/programs/{program}/evidence", EVIDENCE, key="k1")
    again = await door.post("nora", "/programs/{program}/evidence", EVIDENCE, key="k1")
    assert again.status_code == 201
    assert again.json()["repeated"]
    assert (again.json()["head"], again.json()["first_seq"]) == (first.json()["head"], first.json()["first_seq"])


async def test_an_act_is_bound_to_the_effects_that_its_preview_has_shown(door: Door) -> None:
    """Somebody else acts meanwhile; unbound, the same act is recorded."""
    report = {
        "incident": "i1",
        "incident_kind": "attack",
        "severity": "grave",
        "happened_at": "2026-11-01T10:00:00Z",
        "place": "The bridge",
        "account": "Shots were fired.",
    }
    assert (await door.post("nora", "/programs/{program}/incidents", report)).status_code == 201
    decision = {"reason": "It was seen by many."}
    path = "/programs/{program}/incidents/i1/confirmations"
    preview = await door.post("moss", path, decision, preview="true")
    assert preview.status_code == 200, preview.text
    shown = preview.json()["effects"]
    assert (await door.post("nils", "/programs/{program}/suspensions", {"reason": "After the attack."})).status_code == 201
    assert (await door.post("cleo", "/programs/{program}/resumptions", {"reason": "It is over."})).status_code == 201
    late = await door.post("moss", path, decision, effects="0" * 64)
    assert (late.status_code, late.json()["code"]) == (409, "effects_changed")
    bound = await door.post("moss", path, decision, key="bound", effects=shown)
    assert bound.status_code == 201, bound.text
    again = await door.post("moss", path, decision, key="bound")
    assert again.json()["repeated"]  # what an act is bound to is no part of what it says


def _said(answer: httpx2.Response) -> dict[str, Any]:
    """A problem without the id of its request, which is another each time."""
    return {name: value for name, value in answer.json().items() if name != "request"}


async def test_a_request_is_read_alike_in_one_step_and_as_declared(door: Door) -> None:
    """A content type with a parameter is unusual enough to be read as declared."""
    bodies = [
        json.dumps(EVIDENCE | {"text": "Ge\u0301ne\u0301ral", "happened_at": "2025-03-01T09:00:00+03:00"}),
        json.dumps(EVIDENCE | {"document": {**DOCUMENT, "size": "17"}, "text": None}, indent=2),
        json.dumps(EVIDENCE)[:-1] + ', "evidence": "the-last-counts"}',
        json.dumps(EVIDENCE | {"text": "\ud800"}),
        json.dumps(EVIDENCE | {"more": 1}),
        json.dumps(EVIDENCE)[:-1],
        "",
    ]
    for number, (body, token) in enumerate((body, token) for body in bodies for token in (door.secrets["nora"], "unknown")):
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"read-{number}"}
        first, again = [
            await door.client.post(
                door.address("/programs/{program}/evidence"), content=body, headers=headers | {"Content-Type": kind}
            )
            for kind in ("application/json", "application/json; charset=utf-8")
        ]
        assert again.status_code == first.status_code, body
        if first.status_code == 201:
            assert (again.json()["repeated"], again.json()["head"]) == (True, first.json()["head"])
        else:
            assert _said(again) == _said(first)


async def test_the_same_key_for_something_else_is_a_conflict(door: Door) -> None:
    await door.post("nora", "/programs/{program}/evidence", EVIDENCE, key="k1")
    other = await door.post("nora", "/programs/{program}/evidence", {**EVIDENCE, "evidence": "e2"}, key="k1")
    assert (other.status_code, other.json()["code"]) == (409, "act_id_reused")


async def test_a_write_without_a_key_is_refused(door: Door) -> None:
    answer = await door.post("nora", "/programs/{program}/evidence", EVIDENCE, key="not a key")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_preview_says_what_would_happen_and_writes_nothing(door: Door) -> None:
    before = (await door.get("nora", "/programs/{program}")).json()["seq"]
    preview = await door.post("nora", "/programs/{program}/evidence", EVIDENCE, preview="true")
    assert preview.status_code == 200
    assert len(preview.json()["effects"]) == 64
    assert (await door.get("nora", "/programs/{program}")).json()["seq"] == before
    done = await door.post("nora", "/programs/{program}/evidence", EVIDENCE)
    assert [entry["fact"] for entry in preview.json()["entries"]] == [entry["fact"] for entry in done.json()["entries"]]


async def test_a_refusal_says_why_and_what_would_be_accepted(door: Door) -> None:
    answer = await door.post("nora", "/programs/{program}/evidence", {**EVIDENCE, "milestone": "anounced"})
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "milestone_unknown")
    assert problem["accepted"] == "did you mean announced?"
    assert problem["type"] == "/api/v1/problems/milestone_unknown"
    assert (await door.get("nora", "/problems/milestone_unknown")).json()["status"] == 422


async def test_a_refused_attempt_is_in_the_ledger(door: Door) -> None:
    await door.post("nora", "/programs/{program}/suspensions", {"reason": "I want to."})
    page = (await door.get("nora", "/programs/{program}/ledger", kind="attempt_refused")).json()
    assert [entry["fact"]["code"] for entry in page["entries"]] == ["role_may_not"]


async def test_who_may_not_is_told_403_and_who_may_not_know_404(door: Door) -> None:
    assert (await door.post("nora", "/programs/{program}/suspensions", {"reason": "No."})).status_code == 403
    for path in ("/suspensions", "/terminations"):
        assert (await door.post(STRANGER, f"/programs/{{program}}{path}", {"reason": "No."})).status_code == 404
    for view in ("", "/phases", "/ledger", "/blocking"):
        assert (await door.get(STRANGER, f"/programs/{{program}}{view}")).status_code == 404


async def test_a_strangers_attempt_leaves_no_trace_in_the_program(door: Door) -> None:
    await door.post(STRANGER, "/programs/{program}/suspensions", {"reason": "No."})
    page = (await door.get("nora", "/programs/{program}/ledger", kind="attempt_refused")).json()
    assert page["entries"] == []


async def test_many_acts_are_recorded_together_or_not_at_all(door: Door) -> None:
    def acts(*milestones: str) -> dict[str, Any]:
        return {
            "acts": [
                {"key": f"b{n}", "deed": {"kind": "record_evidence", **EVIDENCE, "evidence": f"b{n}", "milestone": name}}
                for n, name in enumerate(milestones)
            ]
        }

    preview = await door.post("nora", "/programs/{program}/acts", acts("announced", "announced"), preview="true")
    assert (preview.status_code, len(preview.json()["entries"])) == (200, 2)
    refused = await door.post("nora", "/programs/{program}/acts", acts("announced", "nonsense"))
    assert refused.status_code == 422
    assert refused.json()["faults"][0]["where"] == "acts.1"
    page = (await door.get("nora", "/programs/{program}/ledger", kind="evidence_recorded")).json()
    assert page["entries"] == []
    done = await door.post("nora", "/programs/{program}/acts", acts("announced", "announced"))
    assert done.status_code == 201
    assert len(done.json()) == 2


async def test_a_request_that_carries_too_much_is_not_read(door: Door) -> None:
    answer = await door.post("nora", "/programs/{program}/evidence", {**EVIDENCE, "text": "x" * 3_000_000})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_a_program_is_walked_from_its_start_to_what_blocks_it(door: Door) -> None:
    await door.post("nora", "/programs/{program}/evidence", EVIDENCE)
    word = {"evidence": "e2", "milestone": "announced", "shows": "word", "text": "It is meant."}
    await door.post("nils", "/programs/{program}/evidence", word)
    for evidence in ("e1", "e2"):
        await door.post("sven", "/programs/{program}/verifications", {"evidence": evidence, "seen_at": "the archive"})
    verdict = {"milestone": "announced", "outcome": "achieved", "reason": "Shown."}
    answer = await door.post("cleo", "/programs/{program}/determinations", verdict)
    assert "phase_opened" in [entry["fact"]["kind"] for entry in answer.json()["entries"]]
    phases = {phase["name"]: phase for phase in (await door.get("olga", "/programs/{program}/phases")).json()}
    assert (phases["move"]["status"], phases["answer"]["status"]) == ("complete", "open")
    blocks = (await door.get("olga", "/programs/{program}/blocking")).json()["gates"]
    assert {block["phase"]: block["owes"] for block in blocks if block["phase"] == "answer"} == {"answer": ["south"]}
    milestone = (await door.get("olga", "/programs/{program}/milestones", phase="answer")).json()[0]
    assert milestone["due_original"] == milestone["due_revised"]
    clocks = (await door.get("olga", "/programs/{program}/clocks")).json()
    assert [clock["name"] for clock in clocks] == ["deadline.safety"]


async def test_incidents_go_their_way(door: Door) -> None:
    report = {
        "incident": "i1",
        "incident_kind": "attack",
        "severity": "grave",
        "happened_at": "2025-03-01T10:00:00+03:00",
        "place": "The bridge",
        "account": "Shots were fired.",
    }
    assert (await door.post("nora", "/programs/{program}/incidents", report)).status_code == 201
    contest = await door.post("nils", "/programs/{program}/incidents/i1/contests", {"reason": "It was thunder."})
    assert contest.status_code == 201
    own = await door.post("moss", "/programs/{program}/incidents/i1/confirmations", {"reason": "I saw it."})
    assert own.status_code == 403
    done = await door.post("cleo", "/programs/{program}/incidents/i1/confirmations", {"reason": "Shells were found."})
    assert done.status_code == 201
    held = (await door.get("olga", "/programs/{program}/incidents")).json()
    assert (held[0]["status"], held[0]["happened_at"]) == ("confirmed", "2025-03-01T07:00:00.000000Z")


async def test_at_an_instant_it_shows_what_was_known_then(door: Door) -> None:
    before = (await door.get("olga", "/programs/{program}/ledger")).json()["entries"][-1]["at"]
    await door.post("cleo", "/programs/{program}/suspensions", {"reason": "War."})
    then = (await door.get("olga", "/programs/{program}", at=before)).json()
    now = (await door.get("olga", "/programs/{program}")).json()
    assert (then["standing"], now["standing"]) == ("running", "suspended")
    early = await door.get("olga", "/programs/{program}", at="2001-01-01T00:00:00Z")
    assert early.status_code == 404
