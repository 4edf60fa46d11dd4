"""Projections agree with the ledger, and a rebuild produces them byte for byte."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from db import every_program
from db.models import PROJECTIONS
from db.rebuild import ProgramSize, program_sizes, rebuild, rebuild_programs
from db.receipts import Receipt
from db.verification import expected_heads, verify_all
from rules import acts as a
from rules.program import Program
from rules.vocabulary.mistakes import Admission, Verification
from tests.db.builders import act, evidence, long_story, not_allowed, tell, verdict
from tests.db.conftest import Room, rebuild_all

Owner = psycopg.AsyncConnection[Any]


async def dump(owner: Owner) -> dict[str, list[Any]]:
    """Every projection as text, row by row."""
    cursors = {table: await owner.execute(f"SELECT t::text FROM {table} t ORDER BY 1".encode()) for table in PROJECTIONS}
    return {table: await cursor.fetchall() for table, cursor in cursors.items()}


async def several_programs(room: Room) -> list[UUID]:
    """One at its end, one half-way, and one in which something was refused and something done together."""
    ids = [uuid4(), uuid4(), await room.started()]
    await tell(room.writer, ids[0], long_story())
    await tell(room.writer, ids[1], long_story()[:14])
    await room.recorder.record_all(ids[2], [evidence("e1"), verdict("e1")])
    await room.recorder.record(ids[2], not_allowed())
    suspensions = [a.SuspendProgram(reason=reason) for reason in ("Wait.", "Under the same id something else.")]
    await asyncio.gather(*(room.recorder.record(ids[2], act("cleo", deed, "the-act")) for deed in suspensions))
    return ids


async def test_made_again_they_are_equal_to_the_byte(room: Room, owner: Owner) -> None:
    await several_programs(room)
    before = await dump(owner)
    assert all(before[table] for table in PROJECTIONS)
    assert await rebuild_all(owner) == 3
    assert await dump(owner) == before


async def test_many_are_made_again_and_read_again_on_all_cores(
    room: Room, owner: Owner, owner_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await several_programs(room)
    before = await dump(owner)
    monkeypatch.setattr(every_program, "ENTRIES_IN_PROCESS", 0)
    monkeypatch.setattr(every_program, "CHUNK_ENTRIES", 1)
    await owner.execute("UPDATE milestone SET status = 'spoiled'")
    made = await asyncio.to_thread(lambda: list(rebuild_programs(owner_url, asyncio.run(_programs(owner_url)))))
    assert {program.id for program in made} == set(ids)
    assert await dump(owner) == before
    ledgers = await expected_heads(room.reader)
    ledgers[1] = replace(ledgers[1], seq=ledgers[1].seq + 1)
    found = {one.program: one for one in await asyncio.to_thread(lambda: list(verify_all(owner_url, ledgers)))}
    assert {program: one.entries for program, one in found.items()} == {program.id: program.entries for program in made}
    assert {program: [fault.code for fault in one.problems] for program, one in found.items()} == {
        one.program: ["head"] if one is ledgers[1] else [] for one in ledgers
    }


async def _programs(owner_url: str) -> list[ProgramSize]:
    async with await psycopg.AsyncConnection.connect(owner_url, autocommit=True) as owner:
        return await program_sizes(owner)


async def test_what_was_spoiled_is_made_right(room: Room, owner: Owner) -> None:
    ids = await several_programs(room)
    before = await dump(owner)
    for table in PROJECTIONS[1:]:
        await owner.execute(f"DELETE FROM {table}".encode())
    await owner.execute("UPDATE program SET title = 'x', standing = 'x', open_phases = '{}', clock_seq = 0, next_due = NULL")
    await owner.execute("INSERT INTO clock VALUES (%s, 'invented', 'k', 'p', now(), 'n')", [ids[0]])
    assert await rebuild_all(owner) == 3
    assert await dump(owner) == before


async def test_one_program_is_made_again_without_the_others(room: Room, owner: Owner) -> None:
    ids = await several_programs(room)
    await owner.execute("UPDATE milestone SET status = 'spoiled'")
    await rebuild(owner, ids[0])
    cursor = await owner.execute("SELECT DISTINCT program_id FROM milestone WHERE status = 'spoiled'")
    assert {row[0] for row in await cursor.fetchall()} == set(ids[1:])


async def test_the_service_goes_on_after_a_rebuild(room: Room, owner: Owner) -> None:
    program_id = await room.started()
    await rebuild_all(owner)
    receipt = await room.recorded(program_id, evidence("e1"))
    assert "e1" in receipt.program.evidence


async def test_tables_say_what_the_program_is(room: Room) -> None:
    program_id = uuid4()
    kept = await tell(room.writer, program_id, long_story())
    program = kept.program
    assert await column(room, program_id, "phase", "name", "status") == {
        name: program.phase(name).status for name in program.plan.phases
    }
    assert await column(room, program_id, "milestone", "name", "status") == {
        name: program.milestone(name).status for name in program.plan.milestones
    }
    assert await column(room, program_id, "evidence", "id", "status") == {
        piece.id: piece.status for piece in program.evidence.values()
    }
    assert await column(room, program_id, "incident", "id", "status") == {
        incident.id: incident.status for incident in program.incidents.values()
    }
    assert await column(room, program_id, "commitment", "name", "status") == {
        name: state.status for name, state in program.commitments.items()
    }
    assert await column(room, program_id, "clock", "name", "due_at") == {clock.name: clock.due_at for clock in kept.clocks}
    await check_members(room, program_id, program)


async def check_members(room: Room, program_id: UUID, program: Program) -> None:
    rows = await room.reader.rows("SELECT person, role, party FROM membership WHERE program_id = %s", [program_id])
    assert {(row["person"], row["role"], row["party"]) for row in rows} == {
        (member.person, member.role, member.party or "") for member in program.members
    }


async def column(room: Room, program_id: UUID, table: str, key: str, value: str) -> dict[str, Any]:
    query: Any = f"SELECT {key} AS key, {value} AS value FROM {table} WHERE program_id = %s"
    return {row["key"]: row["value"] for row in await room.reader.rows(query, [program_id])}


async def test_the_date_triple_stands_in_columns(room: Room) -> None:
    """An officer's question: what was due when, after which shift, and when was it done?"""
    program_id = uuid4()
    kept = await tell(room.writer, program_id, long_story())
    state = kept.program.milestone("safety")
    assert state.due is not None
    row = await room.reader.row(
        "SELECT due_original, due_revised, achieved_at FROM milestone WHERE program_id = %s AND name = 'safety'",
        [program_id],
    )
    assert row == {
        "due_original": state.due.original,
        "due_revised": state.due.revised,
        "achieved_at": state.achieved_at,
    }


async def test_the_span_in_which_an_incident_may_have_happened_stands_in_columns(room: Room) -> None:
    """Who counts incidents by day in SQL must see that the day of one is not known."""
    program_id = await room.started()
    first = datetime.now(UTC)
    told: dict[str, Any] = {"incident_kind": "attack", "severity": "minor", "place": "The bridge", "account": "Shots."}
    spans = {"i1": None, "i2": first + timedelta(days=3)}
    for incident, until in spans.items():
        deed = a.ReportIncident(incident=incident, happened_at=first, happened_until=until, **told)
        assert isinstance(await room.recorder.record(program_id, act("moss", deed)), Receipt)
    assert await column(room, program_id, "incident", "id", "happened_until") == spans


async def test_a_figure_is_exact(room: Room) -> None:
    await tell(room.writer, uuid4(), long_story())
    assert await room.reader.row("SELECT value::text FROM evidence WHERE id = 'm1'") == {"value": "89.50"}


async def test_what_is_taken_back_is_so_in_the_tables(room: Room, owner: Owner) -> None:
    program_id = await room.started()
    zoe = a.Member(person="zoe", role=a.Role.MONITOR)
    taken = a.TakeBack(mistake=Verification(evidence="e1"), reason="Another text.")
    admission = a.TakeBack(mistake=Admission(member=zoe), reason="Another Zoe.")
    deeds: list[tuple[str, Any]] = [
        ("sven", a.Verify(evidence="e1")),
        ("sven", taken),
        ("olga", a.AdmitMember(member=zoe)),
        ("olga", admission),
    ]
    for one in (evidence("e1"), *(act(person, deed) for person, deed in deeds)):
        assert isinstance(await room.recorder.record(program_id, one), Receipt)
    cursor = await owner.execute("SELECT status, verified_by FROM evidence WHERE id = 'e1'")
    assert await cursor.fetchone() == ("recorded", None)
    cursor = await owner.execute("SELECT 1 FROM membership WHERE person = 'zoe'")
    assert await cursor.fetchone() is None
    before = await dump(owner)
    assert await rebuild_all(owner) == 1
    assert await dump(owner) == before


async def test_the_tables_say_which_documents_are_filed(room: Room) -> None:
    program_id = await room.started()
    named = evidence("e1")
    for one in (named.model_copy(update={"filed": frozenset()}), evidence("e2")):
        assert isinstance(await room.recorder.record(program_id, one), Receipt)
    word = a.RecordEvidence(evidence="e3", milestone="announced", shows="word", text="It is meant.")
    assert isinstance(await room.recorder.record(program_id, act("nils", word)), Receipt)
    found = await room.reader.rows("SELECT id, filed FROM evidence ORDER BY id")
    assert [(row["id"], row["filed"]) for row in found] == [("e1", False), ("e2", True), ("e3", None)]
