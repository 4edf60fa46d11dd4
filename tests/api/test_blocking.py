"""What blocks a program says everything: gates, reversals, money, what is overdue; and which acts would unblock it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from api.responses.next_acts import ROUTES
from db.pools import LedgerPool
from rules.authority import FOR_A_PARTY
from tests.api.conftest import Door
from tests.api.test_authority import DEED_OF
from tests.api.test_releases import half_announced, started
from tests.db.builders import long_story, tell
from tests.rules.small_plan import EVERYBODY, day

FILLED: dict[str, Any] = {
    "evidence": "e1",
    "measurement": "m1",
    "reason": "Shown.",
    "text": "It is so.",
    "outcome": "achieved",
    "document": {"sha256": "0" * 64, "name": "file.pdf"},
    "seen_at": "The archive.",
}


def filled(act: dict[str, Any]) -> dict[str, Any]:
    """A body with what is to be filled in filled in."""
    body = {name: FILLED[name] if "<" in str(value) else value for name, value in (act["body"] or {}).items()}
    return body | ({"reference": "In the archive."} if "document" in body else {})


def somebody(act: dict[str, Any], *, but: set[str]) -> str:
    """A person of the small plan who may do it."""
    return next(
        member.person
        for member in EVERYBODY
        if member.role in act["roles"]
        and (member.party in act["parties"] or member.role not in FOR_A_PARTY)
        and member.person not in but
    )


async def first_act(door: Door, criterion: str) -> dict[str, Any]:
    gates = (await door.get("olga", "/programs/{program}/blocking")).json()["gates"]
    gate = next(gate for gate in gates if gate["criterion"] == criterion)
    act: dict[str, Any] = gate["unblocked_by"][0]
    return act


async def test_following_what_would_unblock_it_opens_the_gate(door: Door) -> None:
    """Whoever knows nothing of the API gets there by doing what it says, act by act."""
    done: list[str] = []
    recorders: set[str] = set()
    while not done or done[-1] != "determine":
        act = await first_act(door, "milestone: announced")
        person = somebody(act, but=recorders if act["kind"] == "determine" else set())
        body = filled(act) | ({"evidence": f"e{len(done)}"} if act["kind"] == "record_evidence" else {})
        answer = await door.client.request(act["method"], act["route"], json=body, headers=door.headers(person))
        assert answer.status_code == 201, (act, answer.text)
        recorders |= {person} if act["kind"] == "record_evidence" else set()
        done.append(act["kind"])
        assert len(done) < 10
    assert sorted(done) == sorted(["record_evidence", "verify", "record_evidence", "verify", "determine"])
    phases = {phase["name"]: phase["status"] for phase in (await door.get("olga", "/programs/{program}/phases")).json()}
    assert (phases["move"], phases["answer"]) == ("complete", "open")


async def test_a_suspension_is_ended_by_the_act_that_it_names(door: Door) -> None:
    assert (await door.post("cleo", "/programs/{program}/suspensions", {"reason": "War."})).status_code == 201
    act = await first_act(door, "program: running")
    assert (act["kind"], act["roles"], act["body"]) == ("resume_program", ["authority"], {"reason": "<reason>"})
    answer = await door.client.post(act["route"], json=filled(act), headers=door.headers("cleo"))
    assert answer.status_code == 201, answer.text


async def test_a_reversal_that_is_proposed_is_told_with_who_determines_it(door: Door) -> None:
    for kind, path, who, body in [
        ("e1", "evidence", "nora", {"shows": "text", "document": FILLED["document"], "reference": "In the archive."}),
        ("e2", "evidence", "nils", {"shows": "word", "text": "It is meant."}),
    ]:
        answer = await door.post(who, f"/programs/{{program}}/{path}", {"evidence": kind, "milestone": "announced", **body})
        assert answer.status_code == 201, answer.text
        verified = {"evidence": kind, "seen_at": "The archive."}
        assert (await door.post("sven", "/programs/{program}/verifications", verified)).status_code == 201
    verdict = {"milestone": "announced", "outcome": "achieved", "reason": "Shown."}
    assert (await door.post("cleo", "/programs/{program}/determinations", verdict)).status_code == 201
    assert (await door.get("olga", "/programs/{program}/blocking")).json()["reversals"] == []
    withdrawn = {"evidence": "e1", "reason": "A forgery."}
    assert (await door.post("nora", "/programs/{program}/withdrawals", withdrawn)).status_code == 201
    (reversal,) = (await door.get("olga", "/programs/{program}/blocking")).json()["reversals"]
    assert (reversal["milestone"], reversal["owes"]) == ("announced", ["commission"])
    (act,) = reversal["unblocked_by"]
    assert (act["kind"], act["body"]["outcome"], act["parties"]) == ("determine", "reversed", ["commission"])
    answer = await door.client.post(act["route"], json=filled(act), headers=door.headers("cleo"))
    assert answer.status_code == 201, answer.text


async def test_money_that_waits_says_until_when_it_can_be_cured(door: Door) -> None:
    program = await started(door)
    money = {one["release"]: one for one in (await door.get("olga", f"{program}/blocking")).json()["money"]}
    assert money["reward"]["waits_for"][0]["owes"] == ["north"]
    await half_announced(door, program)
    assert (await door.post("nora", f"{program}/withdrawals", {"evidence": "e1", "reason": "Lost."})).status_code == 201
    lost = {"milestone": "announced", "outcome": "reversed", "reason": "Nothing is left."}
    answer = await door.post("cleo", f"{program}/determinations", lost)
    assert answer.status_code == 201, answer.text
    money = {one["release"]: one for one in (await door.get("olga", f"{program}/blocking")).json()["money"]}
    (part,) = money["instalment"]["suspended"]
    assert part["amount"] == "5.00"
    assert part["since"] < part["cure_until"]


async def test_what_is_overdue_is_told_with_since_when(door: Door, url: str) -> None:
    """A field named for that; checks that are overdue have another one."""
    program = uuid4()
    async with LedgerPool(url, size=1) as writer:
        await tell(writer, program, [one for one in long_story() if one[1] < day(2)])
    blocked = (await door.get("olga", f"/programs/{program}/blocking")).json()
    (late,) = blocked["overdue"]
    assert (late["party"], late["kind"], late["name"]) == ("south", "evidence", "safety")
    assert late["milestone_due_revised"] < late["overdue_since"]
    gate = next(gate for gate in blocked["gates"] if gate["criterion"] == "milestone: safety")
    assert gate["overdue_since"] == late["overdue_since"]
    assert gate["overdue_checks"] == []
    assert [act["kind"] for act in gate["unblocked_by"]] == ["record_evidence"]
    then = (await door.get("olga", f"/programs/{program}/blocking", at="2025-03-10T00:00:00Z")).json()
    assert (then["overdue"], then["gates"][0]["overdue_checks"]) == ([], None)


def test_the_address_of_each_act_is_its_own() -> None:
    kinds = {f"/programs/{{program}}/{path}": model.model_fields["kind"].default for model, path in ROUTES.items()}
    assert kinds == {path: DEED_OF[path] for path in kinds}
