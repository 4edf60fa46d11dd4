"""Parent and child in the record: reports arrive in any order and any number of times."""

from __future__ import annotations

import asyncio
from uuid import UUID

import psycopg
import pytest

from db.dispatch import Dispatch
from db.queries import ProgramFilter
from rules import acts as a
from rules.vocabulary.standing import Standing
from tests.db.builders import evidence
from tests.db.conftest import Room, rebuild_all
from tests.db.family import RecordedFamily
from workflows.state import program_state

SUSPEND = a.SuspendProgram(reason="The ministers are travelling.")
RESUME = a.ResumeProgram(reason="They are back.")


@pytest.fixture
def family(room: Room) -> RecordedFamily:
    return RecordedFamily(room.recorder, room.programs)


async def pending(room: Room) -> set[UUID]:
    async with Dispatch(room.operational).batch("here", 1) as now:
        found = {one.program_id for one in now.pending}
        await now.mark_dispatched(now.pending)
        return found


async def test_a_child_is_started_once_however_often_it_is_opened(room: Room, other_room: Room, family: RecordedFamily) -> None:
    await family.begin()
    other = RecordedFamily(other_room.recorder, other_room.programs)
    await asyncio.gather(*(one.activities.keep_child(family.of) for one in (family, other, family, other)))
    started = await room.queries.ledger(family.child_id, most=50)
    assert [line.entry.fact.kind for line in started].count("program_started") == 1
    assert "attempt_refused" not in {line.entry.fact.kind for line in started}


async def test_a_child_stands_in_the_list_with_its_parent(room: Room, family: RecordedFamily) -> None:
    await family.open()
    (line,) = await room.queries.programs(ProgramFilter(parent=family.parent_id))
    assert (line.id, line.parent_id, line.name_in_parent) == (family.child_id, family.parent_id, "truce")
    parent = await room.queries.program(family.parent_id)
    assert parent is not None
    assert parent.parent_id is None


async def test_a_child_that_is_opened_while_its_parent_is_suspended_begins_held_back(family: RecordedFamily) -> None:
    await family.begin()
    await family.in_parent("cleo", SUSPEND)
    opened = await family.activities.keep_child(family.of)
    assert opened.standing == "frozen"


async def test_a_suspension_reaches_the_child_and_its_end_too(family: RecordedFamily) -> None:
    await family.open()
    await family.in_parent("cleo", SUSPEND)
    for _ in range(2):
        await family.activities.keep_child(family.of)
    held = await family.program(family.child_id)
    assert held.standing is Standing.FROZEN
    await family.in_parent("cleo", RESUME)
    for _ in range(2):
        await family.activities.keep_child(family.of)
    assert (await family.program(family.child_id)).suspensions[0][1] is not None
    assert len((await family.program(family.child_id)).suspensions) == 1


async def test_a_report_is_one_entry_however_often_it_is_brought(room: Room, other_room: Room, family: RecordedFamily) -> None:
    await family.open()
    other = RecordedFamily(other_room.recorder, other_room.programs)
    await asyncio.gather(*(one.activities.report_to_parent(family.of) for one in (family, other, family)))
    reports = [line.entry for line in await room.queries.ledger(family.parent_id, most=50)]
    assert [entry.fact.kind for entry in reports].count("child_reported") == 1
    assert "attempt_refused" not in {entry.fact.kind for entry in reports}


async def test_the_parent_keeps_the_head_of_the_childs_ledger(room: Room, family: RecordedFamily) -> None:
    """Whoever rewrote the child's ledger would have to rewrite the parent's as well."""
    await family.open()
    await family.activities.report_to_parent(family.of)
    report = (await family.program(family.parent_id)).children["truce"].report
    assert report is not None
    line = (await room.queries.ledger(family.child_id, after=report.child_seq - 1, most=1))[0]
    assert report.child_head == line.leaf.hex()


async def test_a_parent_that_has_ended_hears_nothing_and_its_child_goes_on(family: RecordedFamily) -> None:
    await family.open()
    await family.in_parent("cleo", SUSPEND)
    await family.activities.keep_child(family.of)
    await family.in_parent("cleo", a.TerminateProgram(reason="No more."))
    before = (await family.program(family.parent_id)).seq
    await family.activities.keep_child(family.of)
    await family.activities.report_to_parent(family.of)
    assert (await family.program(family.parent_id)).seq == before
    assert (await family.program(family.child_id)).standing is Standing.RUNNING


async def test_the_clock_room_is_woken_where_one_has_to_hear_of_the_other(room: Room, family: RecordedFamily) -> None:
    await family.begin()
    assert await pending(room) == {family.parent_id}
    await family.activities.keep_child(family.of)
    assert await pending(room) == {family.child_id}
    await room.recorded(family.child_id, evidence("e1"))
    assert await pending(room) == set()
    await family.activities.report_to_parent(family.of)
    assert await pending(room) == {family.parent_id}
    await family.in_child("cleo", a.Determine(milestone="announced", outcome="not_achieved", reason="Not shown."))
    assert await pending(room) == {family.child_id}
    await family.activities.report_to_parent(family.of)
    assert await pending(room) == set()
    await family.in_parent("cleo", SUSPEND)
    assert await pending(room) == {family.parent_id}


async def test_what_a_workflow_is_told_names_its_family(room: Room, family: RecordedFamily) -> None:
    await family.open()
    parent, truce = await room.programs.load(family.parent_id), await room.programs.load(family.child_id)
    assert parent is not None
    assert truce is not None
    (child,) = program_state(family.parent_id, parent, 1).children
    assert (child.program, child.standing, child.holds) == (str(family.child_id), "opened", False)
    state = program_state(family.child_id, truce, 1)
    assert state.parent == family.of
    assert state.news


async def test_a_rebuild_makes_the_rows_of_a_family_again(
    room: Room, owner: psycopg.AsyncConnection[tuple[object, ...]], family: RecordedFamily
) -> None:
    await family.open()
    await family.activities.report_to_parent(family.of)
    rows = "SELECT * FROM program ORDER BY id"
    before = await room.reader.rows(rows)
    await owner.execute("UPDATE program SET parent_id = NULL, name_in_parent = NULL, clock_seq = 0")
    await rebuild_all(owner)
    assert await room.reader.rows(rows) == before
