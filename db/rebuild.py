"""Making the projections again from the ledger: after a fault of ours in them, or a new column.

Runs as the owner, one program per transaction, while the service goes on. What comes out is, byte
for byte, what the recorder would have written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow, tuple_row
from pydantic_core import to_json

from db.ledger import read
from db.models import PROJECTIONS
from db.programs import Kept, clock_room_must_look, kept_next
from db.projections import head, origin, rows
from db.statements import REWRITE_HEAD, project
from rules.entries import Entry
from rules.evolve import evolve

Connection = psycopg.AsyncConnection[TupleRow]
Progress = Callable[[int, int], None]


async def rebuild(
    owner: psycopg.AsyncConnection[TupleRow], program_id: UUID | None = None, progress: Progress | None = None
) -> int:
    """Makes the projections of one program, or of all, again; the number of programs.

    `owner` is in autocommit. `progress` hears how many programs are done, and of how many.
    """
    wanted = [program_id] if program_id is not None else await _all(owner)
    for done, one in enumerate(wanted, start=1):
        async with owner.transaction():
            await _rebuild(owner, one)
        if progress is not None:
            progress(done, len(wanted))
    return len(wanted)


async def _all(owner: Connection) -> list[UUID]:
    cursor = await owner.execute("SELECT id FROM program ORDER BY started_at, id")
    return [row[0] for row in await cursor.fetchall()]


async def _rebuild(owner: Connection, program_id: UUID) -> None:
    await owner.execute("SELECT 1 FROM program WHERE id = %s FOR NO KEY UPDATE", [program_id])
    cursor = await owner.execute("SELECT leaf, body FROM ledger_entry WHERE program_id = %s ORDER BY seq", [program_id])
    lines = [(leaf, read(body)) for leaf, body in await cursor.fetchall()]
    if not lines:
        return
    kept, clock_seq = _folded(lines)
    owed = kept.owed
    changes = rows(None, kept.program, [entry for _, entry in lines], ((), kept.clocks), ({}, owed))
    for table in PROJECTIONS[1:]:
        await owner.execute(sql.SQL("DELETE FROM {} WHERE program_id = %s").format(sql.Identifier(table)), [program_id])
    await owner.execute("DELETE FROM program_snapshot WHERE program_id = %s", [program_id])
    statement = project(frozenset(changes.rows))
    async with psycopg.AsyncRawCursor(owner, row_factory=tuple_row) as raw:
        await raw.execute(statement.sql.encode(), [program_id, to_json(changes.plain).decode()])
        line = origin(kept.program) | head(kept.program, kept.head, kept.clocks, owed) | {"clock_seq": clock_seq}
        await raw.execute(REWRITE_HEAD.sql.encode(), [program_id, to_json({"program": [line]}).decode()])


def _folded(lines: Iterable[tuple[bytes, Entry]]) -> tuple[Kept, int]:
    """The program, and the newest entry after which the clock room had to look again."""
    kept: Kept | None = None
    clock_seq = 0
    for act in _acts(lines):
        program = kept.program if kept else None
        for _, entry in act:
            program = evolve(program, entry)
        if program is None:
            raise ValueError("an act without entries")
        after = kept_next(kept, program, act[-1][0])
        if clock_room_must_look(kept, after):
            clock_seq = after.seq
        kept = after
    if kept is None:
        raise ValueError("a ledger without entries")
    return kept, clock_seq


def _acts(lines: Iterable[tuple[bytes, Entry]]) -> Iterator[list[tuple[bytes, Entry]]]:
    """The entries act by act, as they were recorded."""
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
