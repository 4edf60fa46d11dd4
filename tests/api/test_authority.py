"""Every route and every role, from the OpenAPI document itself: who may come in, and who is told what."""

from __future__ import annotations

import re
from typing import Any

from rules.acts import Role
from rules.authority import MAY, may
from tests.api.conftest import STRANGER, Door
from tests.rules.small_plan import PEOPLE

DEED_OF: dict[str, str] = {
    "/programs/{program}/evidence": "record_evidence",
    "/programs/{program}/measurements": "record_measurement",
    "/programs/{program}/verifications": "verify",
    "/programs/{program}/returns": "return_evidence",
    "/programs/{program}/withdrawals": "withdraw_evidence",
    "/programs/{program}/observations": "observe",
    "/programs/{program}/determinations": "determine",
    "/programs/{program}/incidents": "report_incident",
    "/programs/{program}/incidents/{incident}/confirmations": "confirm_incident",
    "/programs/{program}/incidents/{incident}/contests": "contest_incident",
    "/programs/{program}/incidents/{incident}/dismissals": "dismiss_incident",
    "/programs/{program}/incidents/{incident}/resolutions": "resolve_incident",
    "/programs/{program}/incidents/{incident}/accounts": "give_account",
    "/programs/{program}/incidents/{incident}/accounts/{account}/withdrawals": "take_back_account",
    "/programs/{program}/incidents/{incident}/corrections": "correct_incident",
    "/programs/{program}/take-backs": "take_back",
    "/programs/{program}/consents": "consent",
    "/programs/{program}/proposals": "propose",
    "/programs/{program}/proposals/{proposal}/objections": "object_to",
    "/programs/{program}/proposals/{proposal}/notices": "give_notice",
    "/programs/{program}/proposals/{proposal}/withdrawals": "withdraw_proposal",
    "/programs/{program}/evidence/{evidence}/readings": "read_evidence",
    "/programs/{program}/assessments": "assess",
    "/programs/{program}/disputes": "raise_dispute",
    "/programs/{program}/disputes/{dispute}/settlements": "settle_dispute",
    "/programs/{program}/disputes/{dispute}/withdrawals": "withdraw_dispute",
    "/programs/{program}/snapbacks/{snapback}/invocations": "invoke_snapback",
    "/programs/{program}/phases/{phase}/advance": "advance_phase",
    "/programs/{program}/checks/{check}/pause": "pause_check",
    "/programs/{program}/checks/{check}/resume": "resume_check",
    "/programs/{program}/suspensions": "suspend_program",
    "/programs/{program}/resumptions": "resume_program",
    "/programs/{program}/terminations": "terminate_program",
    "/programs/{program}/members": "admit_member",
    "/programs/{program}/members/removals": "remove_member",
}
"""The act behind each route that is one. Others are named in NO_ACT."""

BY_SEVERAL_ACTS = {"report_check", "file_document"}
"""Acts without a route of their own, sent as one of several."""

NO_ACT = {
    "/programs",
    "/programs/{program}/acts",
    "/programs/{program}/documents",
    "/programs/{program}/checks/{check}/run",
    "/programs/{program}/tokens",  # whose they are says tests/api/test_tokens.py
    "/programs/{program}/tokens/{token}/revocations",
    "/temporal/decode",  # whose it is says tests/api/test_decoding.py
}
OPEN_TO_ALL = {"/health/live", "/health/ready", "/problems", "/problems/{code}"}

FIELDS: dict[str, Any] = {
    "evidence": "e1",
    "measurement": "m1",
    "incident": "i1",
    "milestone": "announced",
    "shows": "text",
    "document": {"sha256": "0" * 64, "name": "x"},
    "reference": "In the archive.",
    "indicator": "smoke",
    "value": "80",
    "unit": "kt",
    "period": "2024",
    "producer": "Observatory",
    "edition": "2025",
    "source": "yearbook",
    "retrieved_at": "2025-02-01T00:00:00Z",
    "text": "x",
    "outcome": "achieved",
    "reason": "x",
    "incident_kind": "attack",
    "severity": "minor",
    "happened_at": "2025-02-01T00:00:00Z",
    "place": "x",
    "account": "x",
    "phase": "trade",
    "member": {"person": "zoe", "role": "auditor"},
    "proposal": "p1",
    "procedure": "joint",
    "matter": {"kind": "waive", "milestone": "safety"},
    "party": "north",
    "proof": "x",
    "dispute": "d1",
    "ladder": "compliance",
    "mistake": {"kind": "verification", "evidence": "e1"},
    "assessor": "fund",
    "grade": "met",
}
"""Values that can be read, for every field that a body may need."""


ALSO = ("milestone", "document", "phase")
"""Fields that are not required, and of which one is."""


PART_OF = {"consent": "consent_to_phase", "take_back": "take_back_verification"}
"""Where the body of this test makes a narrower part of an act, which fewer roles may do."""


async def _document(door: Door) -> dict[str, Any]:
    document: dict[str, Any] = (await door.client.get("/api/v1/openapi.json")).json()
    return document


def _body(document: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any] | None:
    if "requestBody" not in operation:
        return None
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    shape = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    needed = [name for name in shape["properties"] if name in shape.get("required", []) or name in ALSO]
    return {name: FIELDS[name] for name in needed if name in FIELDS}


def _path(route: str) -> str:
    named = {
        "incident": "i1",
        "phase": "trade",
        "proposal": "p1",
        "release": "reward",
        "dispute": "d1",
        "evidence": "e1",
        "snapback": "relief",
        "check": "smoke",
        "account": "x1",
        "sha256": "0" * 64,
    }
    return re.sub(r"{(\w+)}", lambda found: named.get(found[1], found[0]), route.removeprefix("/api/v1"))


async def test_every_route_is_known_to_this_test(door: Door) -> None:
    """A new route is refused here until somebody has said whose it is."""
    for route, operations in (await _document(door))["paths"].items():
        path = route.removeprefix("/api/v1")
        for method in operations:
            known = path in DEED_OF or path in NO_ACT or path in OPEN_TO_ALL or method == "get"
            assert known, f"{method} {path}"
    own = {"start_program", "strike_clock", "report_child", "report_parent"}
    assert set(DEED_OF.values()) | own | BY_SEVERAL_ACTS == set(MAY)


async def test_each_role_does_what_the_table_says_and_nothing_else(door: Door) -> None:
    """403 exactly where the table denies; the law may still refuse what makes no sense now."""
    document = await _document(door)
    holders = {member.role: member.person for member in PEOPLE}
    assert set(holders) | {Role.AUDITOR, Role.CLOCK} == set(Role)
    for route, deed in DEED_OF.items():
        body = _body(document, document["paths"][f"/api/v1{route}"]["post"])
        for role, person in holders.items():
            answer = await door.post(person, _path(route), body, preview="true")
            denied = answer.status_code == 403 and answer.json()["code"] == "role_may_not"
            assert denied is not may(role, PART_OF.get(deed, deed)), f"{role} {deed}: {answer.status_code} {answer.text}"


ASKED: dict[str, dict[str, Any]] = {
    "changes": {"from": "2020-01-01T00:00:00Z"},
    "consistency": {"from": 1},
    "inclusion": {"seq": 1},
}
"""What a read has to be asked with."""


async def test_a_stranger_finds_nothing_behind_any_route(door: Door) -> None:
    document = await _document(door)
    for route, operations in document["paths"].items():
        path = route.removeprefix("/api/v1")
        if "{program}" not in path:
            continue
        for method, operation in operations.items():
            if method == "get":
                answer = await door.get(STRANGER, _path(route), **ASKED.get(path.rpartition("/")[2], {}))
            elif path in DEED_OF:
                answer = await door.post(STRANGER, _path(route), _body(document, operation))
            else:
                continue
            assert answer.status_code == 404, f"{method} {path}: {answer.status_code} {answer.text}"


async def test_without_a_token_every_route_but_health_is_closed(door: Door) -> None:
    for route, operations in (await _document(door))["paths"].items():
        path = route.removeprefix("/api/v1")
        if path in OPEN_TO_ALL:
            continue
        address = route.replace("{program}", door.program).replace("{sha256}", "0" * 64)
        for method in operations:
            answer = await door.client.request(method, address.replace("{incident}", "i1").replace("{phase}", "trade"))
            assert answer.status_code == 401, f"{method} {path}: {answer.status_code}"
