"""Which programs are pending, in which order, and until when."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from uuid import uuid4

import psycopg
import pytest

from db.dispatch import Dispatch
from db.program_cache import read_entries
from rules import acts as a
from tests.db.builders import act, evidence, long_story, tell
from tests.db.conftest import Room

HERE = "namespace-1"


async def waiting(room: Room, namespace: str = HERE, epoch: int = 1, most: int = 20) -> list[object]:
    async with Dispatch(room.operational).batch(namespace, epoch, most) as now:
        return [one.program_id for one in now.pending]


async def dispatch_all(room: Room, namespace: str = HERE) -> None:
    async with Dispatch(room.operational).batch(namespace, 1) as now:
        await now.mark_dispatched(now.pending)


async def test_a_new_program_is_pending_until_it_is_dispatched(room: Room) -> None:
    program_id = await room.started()
    assert await waiting(room) == [program_id]
    await dispatch_all(room)
    assert await waiting(room) == []


async def test_evidence_alone_wakes_nobody(room: Room) -> None:
    """A workflow keeps clocks; what moves none of them, no phase and not the standing is not its business."""
    program_id = await room.started()
    await dispatch_all(room)
    await room.recorded(program_id, evidence())
    await room.recorded(program_id, evidence())
    assert await waiting(room) == []
    await room.recorded(program_id, act("cleo", a.SuspendProgram(reason="Wait.")))
    assert await waiting(room) == [program_id]


async def test_what_is_recorded_while_it_is_told_is_told_again(room: Room) -> None:
    program_id = await room.started()
    async with Dispatch(room.operational).batch(HERE, 1) as now:
        (one,) = now.pending
        await room.recorded(program_id, act("cleo", a.SuspendProgram(reason="Wait.")))
        await now.mark_dispatched([one])
    assert await waiting(room) == [program_id]


async def test_two_relays_do_not_tell_the_same_program(room: Room, other_room: Room) -> None:
    """And neither holds up those who record."""
    program_id = await room.started()
    async with Dispatch(room.operational).batch(HERE, 1) as now:
        assert [one.program_id for one in now.pending] == [program_id]
        assert await waiting(other_room) == []
        await asyncio.wait_for(other_room.recorded(program_id, evidence()), timeout=5)


async def test_who_fails_while_telling_has_told_nothing(room: Room) -> None:
    program_id = await room.started()

    async def fail() -> None:
        async with Dispatch(room.operational).batch(HERE, 1) as now:
            await now.mark_dispatched(now.pending)
            await room.reader.rows("SELECT 1 / 0")

    with pytest.raises(psycopg.errors.DivisionByZero):
        await fail()
    assert await waiting(room) == [program_id]


async def test_a_new_namespace_knows_nothing(room: Room) -> None:
    """Workflows are lost with their namespace, and made again from the ledger."""
    program_id = await room.started()
    await dispatch_all(room)
    assert await waiting(room, "namespace-2") == [program_id]


async def test_a_relay_that_listens_hears_at_once(room: Room) -> None:
    program_id = uuid4()
    async with aclosing(Dispatch(room.operational).notifications()) as heard:
        first = asyncio.create_task(anext(heard))
        await asyncio.sleep(0.2)
        await tell(room.writer, program_id, long_story()[:1])
        await room.recorded(program_id, act("cleo", a.SuspendProgram(reason="Wait.")))
        assert await asyncio.wait_for(first, timeout=5) == (program_id, None)


async def test_after_a_restore_every_workflow_is_told_again(room: Room) -> None:
    program_id = await room.started()
    await dispatch_all(room)
    assert await waiting(room, epoch=2) == [program_id]


async def test_a_strike_that_the_workflow_is_answered_is_not_dispatched(room: Room) -> None:
    program_id = await room.started()
    await dispatch_all(room)
    await room.recorded(program_id, act("cleo", a.SuspendProgram(reason="Wait.")))
    await dispatch_all(room)
    await room.recorded(program_id, act("clock", a.StrikeClock(answered=True)))
    assert await waiting(room) == []


async def test_who_waits_longest_is_dispatched_first_and_a_clock_due_soon_before_all(room: Room) -> None:
    ids = [await room.started() for _ in range(3)]
    assert await waiting(room, most=2) == ids[:2]
    async with Dispatch(room.operational).batch(HERE, 1, 1) as now:
        await now.mark_dispatched(now.pending)
    await room.recorded(ids[0], act("cleo", a.SuspendProgram(reason="Wait.")))
    assert await waiting(room) == [*ids[1:], ids[0]]  # a burst of starts does not keep it waiting for good
    async with room.operational.transaction() as connection:
        await connection.execute("UPDATE program SET next_due = now() WHERE id = %s", [ids[2]])
    assert await waiting(room) == [ids[2], ids[1], ids[0]]


async def test_the_newest_entries_that_a_workflow_was_not_told_of_come_with_it(room: Room) -> None:
    program_id = await room.started()
    await dispatch_all(room)
    await room.recorded(program_id, evidence())
    await room.recorded(program_id, act("cleo", a.SuspendProgram(reason="Wait.")))
    async with Dispatch(room.operational).batch(HERE, 1) as now:
        kinds = [entry.fact.kind for entry in read_entries((await now.entries(50))[program_id])]
        newest = [entry.fact.kind for entry in read_entries((await now.entries(1))[program_id])]
    assert kinds == ["evidence_recorded", "program_suspended"]
    assert newest == ["program_suspended"]
