"""Child programs over HTTP: agreed at the start, shown as a tree, and only to whom they are shown."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any, cast
from uuid import UUID

import pytest

from db.pools import LedgerPool, ReadPool
from db.program_cache import ProgramCache
from db.recorder import Recorder
from db.restore_epochs import Epochs
from rules.family import child_id
from tests.api.conftest import Door
from tests.db.family import FirstEpoch
from tests.rules.small_family import parent_plan
from tests.rules.small_plan import PEOPLE, PLAN
from workflows.activities import Activities
from workflows.messages import ChildRef

MEMBERS = [member.model_dump(mode="json") for member in PEOPLE]
CHOSEN = {"truce": {"document": json.dumps(PLAN)}}


@pytest.fixture
async def clock_room(url: str) -> AsyncIterator[Activities]:
    """What the clock room's workflows would call."""
    async with LedgerPool(url, size=1) as writer, ReadPool(url, size=1) as reader:
        programs = ProgramCache(reader)
        recorder = Recorder(writer, programs)
        yield Activities(recorder, programs, cast("Epochs", FirstEpoch()))
        await recorder.close()


async def started(door: Door, members: list[Any] | None = None, **chosen: Any) -> str:
    body = {"document": parent_plan(), "members": members or MEMBERS, "programs": chosen or CHOSEN}
    answer = await door.post("olga", "/programs", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["program"])


async def opened(door: Door, clock_room: Activities, program: str) -> str:
    """The id of the child, when its phase has opened it."""
    answer = await door.post("nils", f"/programs/{program}/consents", {"phase": "works"})
    assert answer.status_code == 201, answer.text
    of = ChildRef(parent=program, name="truce")
    await clock_room.keep_child(of)
    await clock_room.report_to_parent(of)
    return str(child_id(UUID(program), "truce"))


async def test_a_family_is_a_tree(door: Door, clock_room: Activities) -> None:
    program = await started(door)
    (truce,) = (await door.get("nora", f"/programs/{program}/family")).json()["children"]
    assert (truce["standing"], truce["open_phases"]) == ("not_opened", None)
    child = await opened(door, clock_room, program)
    tree = (await door.get("nora", f"/programs/{program}/family")).json()
    (truce,) = tree["children"]
    assert (truce["id"], truce["name"], truce["title"], truce["standing"]) == (child, "truce", "The truce", "running")
    assert [phase["name"] for phase in truce["open_phases"]] == ["move"]
    assert truce["blocking"]["owes"] == ["north"]
    assert tree["blocking"]["criterion"] == "program_milestone: truce.announced"


async def test_parent_and_child_name_each_other(door: Door, clock_room: Activities) -> None:
    program = await started(door)
    child = await opened(door, clock_room, program)
    (known,) = (await door.get("nora", f"/programs/{program}")).json()["programs"]
    assert (known["id"], known["standing"], known["owes"]) == (child, "running", ["north"])
    parent = (await door.get("nora", f"/programs/{child}")).json()["parent"]
    assert parent == {"program": program, "name": "truce", "when_suspended": "freeze", "holds": False}
    (line,) = (await door.get("nora", "/programs", parent=program)).json()["programs"]
    assert (line["id"], line["parent_id"], line["name_in_parent"]) == (child, program, "truce")


async def test_a_child_is_not_looked_into_by_who_is_no_member_of_it(door: Door, clock_room: Activities) -> None:
    program = await started(door)
    child = await opened(door, clock_room, program)
    moss = {"member": {"person": "moss", "role": "monitor"}, "reason": "Left."}
    assert (await door.post("olga", f"/programs/{child}/members/removals", moss)).status_code == 201
    (truce,) = (await door.get("moss", f"/programs/{program}/family")).json()["children"]
    assert (truce["standing"], truce["open_phases"], truce["blocking"]) == ("running", None, None)
    assert (await door.get("moss", f"/programs/{child}")).status_code == 404


async def test_a_child_is_acted_in_as_any_program(door: Door, clock_room: Activities) -> None:
    program = await started(door)
    child = await opened(door, clock_room, program)
    filed = {"evidence": "e1", "milestone": "announced", "shows": "word", "text": "It is meant."}
    assert (await door.post("nils", f"/programs/{child}/evidence", filed)).status_code == 201


async def test_a_plan_of_a_child_is_found_by_its_name_or_the_start_is_refused(door: Door) -> None:
    plan = parent_plan()
    answer = await door.post("olga", "/programs", {"document": plan, "members": MEMBERS})
    assert (answer.status_code, answer.json()["code"]) == (422, "plan_unknown")
    unasked = {"document": plan, "programs": CHOSEN | {"harbour": {}}}
    answer = await door.post("olga", "/programs", unasked)
    assert (answer.status_code, answer.json()["code"]) == (422, "plan_faulty")
    assert "harbour: is no child program of this plan" in answer.json()["detail"]
    listed = (await door.get("olga", "/plans")).json()
    assert {"us-iraq-reset", "wto-accession", "green-energy"} <= set(listed)


async def test_members_of_a_child_have_a_place_in_its_plan(door: Door) -> None:
    lost = {"truce": {"document": json.dumps(PLAN), "members": [{"person": "x", "role": "verifier", "party": "west"}]}}
    answer = await door.post("olga", "/programs", {"document": parent_plan(), "members": MEMBERS, "programs": lost})
    assert (answer.status_code, answer.json()["code"]) == (422, "party_unknown")


async def test_nobody_reports_for_the_clock_room(door: Door) -> None:
    report = {"kind": "report_parent", "parent_seq": 1, "parent_head": "0" * 64, "holds": True, "reason": "x"}
    answer = await door.post("olga", "/programs/{program}/acts", {"acts": [{"key": "k1", "deed": report}]})
    assert (answer.status_code, answer.json()["code"]) == (403, "role_may_not")
