"""Lists and pages contain every match once, in order."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from db.program_cache import ProgramCache
from db.queries import LedgerFilter, Place, ProgramFilter
from tests.db.builders import evidence, long_story, not_allowed, start, tell, verdict
from tests.db.conftest import Room


async def pages(room: Room, wanted: ProgramFilter, most: int) -> list[UUID]:
    """All ids, read page by page."""
    ids: list[UUID] = []
    after: Place | None = None
    while page := await room.queries.programs(wanted, after=after, most=most):
        ids += [line.id for line in page]
        after = page[-1].place
    return ids


async def test_pages_hold_every_program_once_the_newest_first(room: Room) -> None:
    ids = [await room.started() for _ in range(7)]
    assert await pages(room, ProgramFilter(), most=3) == list(reversed(ids))


async def test_programs_started_at_one_instant_are_not_lost_between_pages(room: Room) -> None:
    ids = [uuid4() for _ in range(5)]
    at = datetime(2025, 3, 1, tzinfo=UTC)
    await asyncio.gather(*(tell(room.writer, one, [(start(), at)]) for one in ids))
    assert await pages(room, ProgramFilter(), most=2) == sorted(ids)


async def test_programs_by_what_is_asked(room: Room) -> None:
    old, young = uuid4(), await room.started()
    await tell(room.writer, old, long_story())
    everywhere = {old, young}

    async def found(wanted: ProgramFilter) -> set[UUID]:
        return {line.id for line in await room.queries.programs(wanted)}

    assert await found(ProgramFilter(plan="truce")) == everywhere
    assert await found(ProgramFilter(plan="another")) == set()
    assert await found(ProgramFilter(phase="move")) == {young}
    assert await found(ProgramFilter(standing="running", party="north")) >= {young}
    assert await found(ProgramFilter(party="bands")) == set()
    assert await found(ProgramFilter(among=[old])) == {old}
    assert await found(ProgramFilter(among=[])) == set()
    assert await found(ProgramFilter(person="nora")) == everywhere
    assert await found(ProgramFilter(person="moss")) == {young}  # he has left the old one
    assert await found(ProgramFilter(person="stranger")) == set()


async def test_programs_with_something_due(room: Room) -> None:
    """Quiet is being counted in one, and nothing runs in the other."""
    counting, _ = uuid4(), await room.started()
    kept = await tell(room.writer, counting, long_story()[:10])
    due = kept.clocks[0].due_at
    for before, found in ((due, []), (due + timedelta(seconds=1), [counting])):
        assert [line.id for line in await room.queries.programs(ProgramFilter(due_before=before))] == found


async def test_a_ledger_page_by_page_in_both_directions(room: Room) -> None:
    program_id = await room.started()
    for _ in range(10):
        await room.recorded(program_id, evidence())
    seqs = list(range(1, 15))
    for newest_first in (False, True):
        read: list[int] = []
        while page := await room.queries.ledger(
            program_id, after=read[-1] if read else None, most=4, newest_first=newest_first
        ):
            read += [line.entry.seq for line in page]
        assert read == (list(reversed(seqs)) if newest_first else seqs)


async def test_entries_by_what_is_asked(room: Room) -> None:
    program_id = await room.started()
    first = await room.recorded(program_id, evidence("e1", "act-a"))
    await room.recorded(program_id, evidence("e2"))
    await room.recorded(program_id, verdict("e1"))
    await room.recorder.record(program_id, not_allowed())

    async def kinds(sought: LedgerFilter) -> list[str]:
        return [line.entry.fact.kind for line in await room.queries.ledger(program_id, sought)]

    assert await kinds(LedgerFilter(subjects=["e1"])) == ["evidence_recorded", "evidence_verified"]
    assert await kinds(LedgerFilter(subjects=["e1", "e2"])) == ["evidence_recorded", "evidence_recorded", "evidence_verified"]
    assert await kinds(LedgerFilter(actor="sven")) == ["evidence_verified"]
    assert await kinds(LedgerFilter(kinds=["attempt_refused"])) == ["attempt_refused"]
    assert "evidence_recorded" in await kinds(LedgerFilter(act="act-a"))
    assert "program_started" not in await kinds(LedgerFilter(since=first.recorded_at))
    assert "evidence_verified" not in await kinds(LedgerFilter(until=first.recorded_at + timedelta(microseconds=1)))


async def test_kept_programs_are_limited(room: Room) -> None:
    """The ones used last stay; a program that was dropped is read again."""
    ids = [await room.started() for _ in range(4)]
    programs = ProgramCache(room.reader, most=2)
    for one in ids:
        assert await programs.load(one) is not None
    assert [programs.get(one) is not None for one in ids] == [False, False, True, True]
    assert await programs.load(ids[0]) == await room.programs.load(ids[0])
