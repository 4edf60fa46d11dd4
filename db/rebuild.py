"""Rebuilding projections from the ledger, after a fault in them or for a new column.

Runs as the owner, one program per transaction, while the service runs. The result is byte for byte what the recorder writes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow, tuple_row
from pydantic_core import to_json

from db.connection_settings import connection_arguments
from db.every_program import map_programs
from db.ledger import read
from db.models import PROJECTIONS
from db.program_cache import CachedProgram, cached_after, changes_workflow
from db.projections import head_columns, immutable_columns, rows
from db.statements import REWRITE_HEAD, project
from rules.entries import Entry
from rules.evolve import evolve

Connection = psycopg.AsyncConnection[TupleRow]


@dataclass(frozen=True, slots=True)
class ProgramSize:
    """A program and its number of entries."""

    id: UUID
    entries: int


def rebuild_programs(owner_url: str, programs: Sequence[ProgramSize]) -> Iterator[ProgramSize]:
    """Rebuilds programs, on all cores where there are many; yields each when it is done."""
    return map_programs(_rebuild_some, owner_url, programs, weight=lambda program: program.entries)


async def program_sizes(owner: Connection, program_id: UUID | None = None) -> list[ProgramSize]:
    """One program, or all, with their sizes."""
    cursor = await owner.execute("SELECT id, seq FROM program WHERE %(id)s::uuid IS NULL OR id = %(id)s", {"id": program_id})
    return [ProgramSize(*row) for row in await cursor.fetchall()]


async def rebuild(owner: Connection, program_id: UUID) -> None:
    """Rebuilds the projections of one program in a transaction. `owner` is in autocommit mode."""
    async with owner.transaction():
        await _rebuild(owner, program_id)


def _rebuild_some(owner_url: str, programs: Sequence[ProgramSize]) -> list[ProgramSize]:
    async def all_of_them() -> None:
        async with await psycopg.AsyncConnection.connect(
            owner_url, autocommit=True, **connection_arguments(owner_url)
        ) as owner:
            for program in programs:
                await rebuild(owner, program.id)

    asyncio.run(all_of_them())
    return list(programs)


async def _rebuild(owner: Connection, program_id: UUID) -> None:
    await owner.execute("SELECT 1 FROM program WHERE id = %s FOR NO KEY UPDATE", [program_id])
    cursor = await owner.execute("SELECT leaf, body FROM ledger_entry WHERE program_id = %s ORDER BY seq", [program_id])
    lines = [(leaf, read(leaf, body)) for leaf, body in await cursor.fetchall()]
    if not lines:
        return
    cached, clock_seq = _fold(lines)
    owed = cached.owed
    changes = rows(None, cached.program, [entry for _, entry in lines], ((), cached.clocks), ({}, owed))
    for table in PROJECTIONS[1:]:
        await owner.execute(sql.SQL("DELETE FROM {} WHERE program_id = %s").format(sql.Identifier(table)), [program_id])
    await owner.execute("DELETE FROM program_snapshot WHERE program_id = %s", [program_id])
    statement = project(frozenset(changes.rows))
    async with psycopg.AsyncRawCursor(owner, row_factory=tuple_row) as raw:
        await raw.execute(statement.sql.encode(), [program_id, to_json(changes.plain).decode()])
        line = (
            immutable_columns(cached.program)
            | head_columns(cached.program, cached.head, cached.clocks, owed)
            | {"clock_seq": clock_seq}
        )
        await raw.execute(REWRITE_HEAD.sql.encode(), [program_id, to_json({"program": [line]}).decode()])


def _fold(lines: Iterable[tuple[bytes, Entry]]) -> tuple[CachedProgram, int]:
    """The folded program, and its `clock_seq`."""
    cached: CachedProgram | None = None
    clock_seq = 0
    for act in _group_by_act(lines):
        program = cached.program if cached else None
        for _, entry in act:
            program = evolve(program, entry)
        if program is None:
            raise ValueError("an act without entries")
        after = cached_after(cached, program, act[-1][0])
        if changes_workflow(cached, after):
            clock_seq = after.seq
        cached = after
    if cached is None:
        raise ValueError("a ledger without entries")
    return cached, clock_seq


def _group_by_act(lines: Iterable[tuple[bytes, Entry]]) -> Iterator[list[tuple[bytes, Entry]]]:
    """The entries grouped by act."""
    act: list[tuple[bytes, Entry]] = []
    for line in lines:
        if act and not _belong_together(act[-1][1], line[1]):
            yield act
            act = []
        act.append(line)
    if act:
        yield act


def _belong_together(one: Entry, other: Entry) -> bool:
    refused = "attempt_refused" in (one.fact.kind, other.fact.kind)
    return one.act == other.act and one.at == other.at and not refused
