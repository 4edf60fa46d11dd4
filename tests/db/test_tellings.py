"""Which workflows have something to hear."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from uuid import uuid4

import psycopg
import pytest

from db.tellings import Tellings
from rules import acts as a
from tests.db.builders import act, evidence, long_story, tell
from tests.db.conftest import Room

HERE = "namespace-1"


async def waiting(room: Room, namespace: str = HERE) -> list[object]:
    async with Tellings(room.clerk).round(namespace) as now:
        return [one.program_id for one in now.untold]


async def tell_all(room: Room, namespace: str = HERE) -> None:
    async with Tellings(room.clerk).round(namespace) as now:
        for one in now.untold:
            await now.told(one)


async def test_a_new_program_is_untold_until_it_is_told(room: Room) -> None:
    program_id = await room.started()
    assert await waiting(room) == [program_id]
    await tell_all(room)
    assert await waiting(room) == []


async def test_evidence_alone_wakes_nobody(room: Room) -> None:
    """A workflow keeps clocks; what moves none of them, no phase and not the standing is not its business."""
    program_id = await room.started()
    await tell_all(room)
    await room.recorded(program_id, evidence())
    await room.recorded(program_id, evidence())
    assert await waiting(room) == []
    await room.recorded(program_id, act("cleo", a.SuspendProgram(reason="Wait.")))
    assert await waiting(room) == [program_id]


async def test_what_is_recorded_while_it_is_told_is_told_again(room: Room) -> None:
    program_id = await room.started()
    async with Tellings(room.clerk).round(HERE) as now:
        (one,) = now.untold
        await room.recorded(program_id, act("cleo", a.SuspendProgram(reason="Wait.")))
        await now.told(one)
    assert await waiting(room) == [program_id]


async def test_two_relays_do_not_tell_the_same_program(room: Room, other_room: Room) -> None:
    """And neither holds up those who record."""
    program_id = await room.started()
    async with Tellings(room.clerk).round(HERE) as now:
        assert [one.program_id for one in now.untold] == [program_id]
        assert await waiting(other_room) == []
        await asyncio.wait_for(other_room.recorded(program_id, evidence()), timeout=5)


async def test_who_fails_while_telling_has_told_nothing(room: Room) -> None:
    program_id = await room.started()

    async def fail() -> None:
        async with Tellings(room.clerk).round(HERE) as now:
            await now.told(now.untold[0])
            await room.reader.rows("SELECT 1 / 0")

    with pytest.raises(psycopg.errors.DivisionByZero):
        await fail()
    assert await waiting(room) == [program_id]


async def test_a_new_namespace_knows_nothing(room: Room) -> None:
    """Workflows are lost with their namespace, and made again from the ledger."""
    program_id = await room.started()
    await tell_all(room)
    assert await waiting(room, "namespace-2") == [program_id]


async def test_a_relay_that_listens_hears_at_once(room: Room) -> None:
    program_id = uuid4()
    async with aclosing(Tellings(room.clerk).heard()) as heard:
        first = asyncio.create_task(anext(heard))
        await asyncio.sleep(0.2)
        await tell(room.writer, program_id, long_story()[:1])
        await room.recorded(program_id, act("cleo", a.SuspendProgram(reason="Wait.")))
        assert await asyncio.wait_for(first, timeout=5) == program_id
