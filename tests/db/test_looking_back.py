"""Past states equal a fold from the start, without folding from the start again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from db.program_cache import ProgramCache
from db.snapshot_cache import SnapshotCache
from rules.evolve import fold
from tests.db.builders import long_story, tell
from tests.db.conftest import Room


@pytest.mark.parametrize("every", [1, 3, 1_000])
async def test_a_past_state_is_what_the_entries_up_to_then_make(
    room: Room, monkeypatch: pytest.MonkeyPatch, every: int
) -> None:
    """Asked in an order that finds snapshots before, at and behind what is asked for."""
    monkeypatch.setattr("db.program_cache.INTERVAL", every)
    program_id = uuid4()
    await tell(room.writer, program_id, long_story())
    entries = [line.entry for line in await room.queries.ledger(program_id, after=0, most=500)]
    programs = ProgramCache(room.reader)
    instants = sorted({entry.at for entry in entries})
    for at in [*instants[::3], *reversed(instants), *instants]:
        for asked in (at, at + timedelta(microseconds=1)):
            expected = fold(entry for entry in entries if entry.at <= asked)
            assert await programs.as_of(program_id, asked) == expected
    assert await programs.as_of(program_id, instants[0] - timedelta(days=1)) is None


async def test_what_was_asked_once_is_not_folded_again(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """As of an instant of a program of 6,500 entries took a second, each time."""
    program_id = uuid4()
    await tell(room.writer, program_id, long_story())
    programs = ProgramCache(room.reader)
    at = (await room.queries.ledger(program_id, after=0, most=500))[-1].entry.at
    first = await programs.as_of(program_id, at)
    folded = list[Any]()
    monkeypatch.setattr("db.program_cache.evolve", lambda *args: folded.append(args))
    assert await programs.as_of(program_id, at) is first
    assert folded == []


async def test_no_more_states_are_kept_than_is_said(room: Room) -> None:
    program_id, other = uuid4(), uuid4()
    story = long_story()
    kept = await tell(room.writer, program_id, story)
    snapshots = SnapshotCache(most=2)
    programs = ProgramCache(room.reader)
    entries = [line.entry for line in await room.queries.ledger(program_id, after=0, most=500)]
    for at in sorted({entry.at for entry in entries})[:4]:
        state = await programs.as_of(program_id, at)
        assert state is not None
        snapshots.keep(program_id, state)
    assert snapshots.before(program_id, entries[0].at) is None
    snapshots.keep(other, kept.program)
    snapshots.keep(other, kept.program)
    assert snapshots.before(other, kept.program.at) is kept.program
    assert snapshots.before(program_id, kept.program.at) is not None
