"""A snapshot is used only if it equals the program that its ledger makes."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator
from itertools import pairwise
from uuid import UUID, uuid4

import psycopg
import pytest

from db.ledger import verify_chain
from db.program_cache import ProgramCache
from db.rebuild import rebuild
from db.snapshot_body import lines, parts_of, program_of
from db.snapshots import MIN_ENTRIES, Snapshots, snapshot_point
from rules.evolve import evolve, fold
from rules.language.declared import agreed_children, read_declarations
from rules.language.reading import parse_document as document
from rules.language.reading import validate
from rules.program import Program
from rules.rehearsal.rehearse import rehearse
from rules.rehearsal.story import Story
from tests.db.builders import long_story, stored, tell
from tests.db.conftest import Room
from tests.rules.test_stories import OF_TESTS, STORIES, kept

Owner = psycopg.AsyncConnection[tuple[object, ...]]

EACH = 4
"""Entries between two snapshots here."""


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.snapshots.MIN_ENTRIES", EACH)
    monkeypatch.setattr("db.program_cache.MIN_ENTRIES", EACH)


@pytest.fixture
async def snapshots(room: Room, often: None) -> AsyncIterator[Snapshots]:
    made = Snapshots(room.reader, room.operational)
    yield made
    await made.close()


async def told(room: Room, snapshots: Snapshots) -> UUID:
    """A program with a long history, of which somebody has made snapshots by folding it."""
    program_id = uuid4()
    await tell(room.writer, program_id, long_story())
    await ProgramCache(room.reader, snapshots=snapshots).load(program_id)
    await snapshots.close()
    return program_id


def in_words(program: Program) -> bytes:
    return b"".join(lines(program))


def test_every_state_of_every_story_comes_back_as_it_was() -> None:
    for file in [*STORIES, *OF_TESTS]:
        script = document(file.read_text(encoding="utf-8"))
        story = validate(Story, script)
        plan = document((file.parent / story.plan).read_text(encoding="utf-8"))
        ended = rehearse(story, script, plan, agreed_children(read_declarations(plan), kept)).program
        assert program_of(parts_of(in_words(ended))) == ended, file


def test_points_of_a_program_grow_with_it_and_stay_points() -> None:
    assert [snapshot_point(seq) for seq in (1, MIN_ENTRIES - 1, MIN_ENTRIES, MIN_ENTRIES + 1)] == [
        0,
        0,
        MIN_ENTRIES,
        MIN_ENTRIES,
    ]
    points = [seq for seq in range(1, 200_000) if snapshot_point(seq) == seq]
    assert 100 < len(points) < 200
    assert [snapshot_point(seq) for seq in points] == points
    assert all(later - earlier <= max(MIN_ENTRIES, earlier // 16) for earlier, later in pairwise(points))


async def test_a_process_that_starts_goes_on_from_the_newest(
    room: Room, snapshots: Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    program_id = await told(room, snapshots)
    entries = [line.entry for line in await room.queries.ledger(program_id, after=0, most=500)]
    folded = list[int]()

    def counted(program: Program | None, entry: object) -> Program:
        folded.append(1)
        return evolve(program, entry)  # type: ignore[arg-type]

    monkeypatch.setattr("db.program_cache.evolve", counted)
    kept_now = await ProgramCache(room.reader, snapshots=snapshots).load(program_id)
    assert kept_now is not None
    assert kept_now.program == fold(entries)
    assert kept_now.head == (await room.queries.ledger(program_id, after=len(entries) - 1, most=1))[0].leaf
    assert len(folded) < EACH


async def test_a_past_state_is_found_from_the_snapshot_before_it(room: Room, snapshots: Snapshots) -> None:
    program_id = await told(room, snapshots)
    entries = [line.entry for line in await room.queries.ledger(program_id, after=0, most=500)]
    for at in sorted({entry.at for entry in entries}):
        programs = ProgramCache(room.reader, snapshots=snapshots)
        assert await programs.as_of(program_id, at) == fold(entry for entry in entries if entry.at <= at)


async def test_acts_leave_snapshots_behind(room: Room, snapshots: Snapshots) -> None:
    program_id = await told(room, snapshots)
    rows = await room.reader.rows(
        "SELECT seq, point, body FROM program_snapshot WHERE program_id = %s ORDER BY seq", [program_id]
    )
    entries = {line.entry.seq: line.entry for line in await room.queries.ledger(program_id, after=0, most=500)}
    assert [row["point"] for row in rows] == list(range(EACH, len(entries) + 1, EACH))
    for row in rows:
        held = program_of(parts_of(zlib.decompress(row["body"])))
        assert held == fold(entry for seq, entry in entries.items() if seq <= row["seq"])


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param("SET leaf = decode(repeat('00', 32), 'hex')", id="of another ledger"),
        pytest.param("SET body = 'nonsense'", id="not to be unpacked"),
        pytest.param("SET law = repeat('0', 64)", id="of another law"),
        pytest.param("SET body = decode('789c030000000001', 'hex')", id="empty"),
    ],
)
async def test_what_is_not_right_is_not_taken(room: Room, owner: Owner, snapshots: Snapshots, fault: str) -> None:
    program_id = await told(room, snapshots)
    await owner.execute(f"UPDATE program_snapshot {fault}".encode())
    entries = [line.entry for line in await room.queries.ledger(program_id, after=0, most=500)]
    kept_now = await ProgramCache(room.reader, snapshots=snapshots).load(program_id)
    assert kept_now is not None
    assert kept_now.program == fold(entries)


async def test_what_differs_from_the_ledger_is_named_and_rebuilding_deletes_it(
    room: Room, owner: Owner, snapshots: Snapshots
) -> None:
    program_id = await told(room, snapshots)
    rows = await stored(room.queries, program_id)
    held = await room.queries.snapshots(program_id)
    assert verify_chain(rows, snapshots=held) == []
    await owner.execute(
        "UPDATE program_snapshot AS s SET body = o.body, leaf = s.leaf FROM program_snapshot AS o"
        " WHERE s.program_id = o.program_id AND s.seq = 8 AND o.seq = 12"
    )
    (problem,) = verify_chain(rows, snapshots=await room.queries.snapshots(program_id))
    assert (problem.seq, problem.code) == (8, "snapshot")
    await rebuild(owner, program_id)
    assert await room.queries.snapshots(program_id) == {}
