"""Snapshots of folded programs in the database, so that a long ledger is not folded from its first entry after a restart.

Derived from the ledger, and never trusted over it: a snapshot is taken only where the ledger still has the entry that it was
made after, and only by the law that made it. Whoever deletes them all loses time and nothing else.
"""

from __future__ import annotations

import asyncio
import zlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg
import structlog
from psycopg_pool import PoolTimeout

from db.law_version import law_version
from db.plan_reader import PlanReader
from db.pools import OperationalPool, ReadPool
from db.snapshot_body import UNREADABLE, Part, lines, parts_of, program_of
from db.time_slice import TimeSlice
from rules.language.parameters import parameters_key
from rules.program import Program

log = structlog.get_logger()

FEWEST = 512
"""Entries between two snapshots of a program that is not long: fifty milliseconds of folding."""

SHARE = 32
"""Of a long one, 16 to 32 snapshots stand over its younger half: each is as large as the program was then."""

MOST_WAITING = 100
"""Snapshots that are to be written. Further ones are made when their ledgers are folded again."""

_NEWEST = """
SELECT snapshot.seq, snapshot.leaf, snapshot.body FROM program_snapshot AS snapshot
JOIN ledger_entry AS entry USING (program_id, seq)
WHERE snapshot.program_id = %(program)s AND snapshot.law = %(law)s AND snapshot.seq > %(after)s
    AND (%(until)s::timestamptz IS NULL OR snapshot.recorded_at <= %(until)s) AND entry.leaf = snapshot.leaf
ORDER BY snapshot.seq DESC LIMIT 1
"""
_KEEP = """
INSERT INTO program_snapshot (program_id, law, point, seq, leaf, recorded_at, body)
VALUES (%(program)s, %(law)s, %(point)s, %(seq)s, %(leaf)s, %(at)s, %(body)s) ON CONFLICT DO NOTHING
"""
_FORGET = "DELETE FROM program_snapshot WHERE program_id = %s AND law <> %s AND made_at < now() - interval '7 days'"
"""Those of another law. For a week a process of the version before may run beside this one."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A program, and the leaf of the entry up to which it was folded."""

    program: Program
    leaf: bytes


def point(seq: int) -> int:
    """The entry at or before this one after which a snapshot is due."""
    growing = 1 << (seq // SHARE).bit_length() >> 1  # a power of two, so that points of a short program stay points
    return seq - seq % max(FEWEST, growing)


class Snapshots:
    """Reads them, and writes them beside what else goes on, one after the other."""

    def __init__(self, reader: ReadPool, operational: OperationalPool, plans: PlanReader | None = None) -> None:
        """`plans`, where nobody must wait for the plan of somebody else's program."""
        self._reader, self._operational, self._plans = reader, operational, plans
        self._waiting: dict[tuple[UUID, int], Snapshot] = {}
        self._writing: asyncio.Task[None] | None = None

    async def newest(self, program_id: UUID, *, until: datetime | None = None, after: int = 0) -> Snapshot | None:
        """The newest that was recorded up to an instant and holds more than `after` entries; None where there is none."""
        asked = {"program": program_id, "law": law_version(), "after": after, "until": until}
        row = await self._reader.row(_NEWEST, asked)
        if row is None:
            return None
        try:
            program = await self._read(row["body"])
        except UNREADABLE as fault:
            log.warning("snapshot_unreadable", program=str(program_id), seq=row["seq"], fault=type(fault).__name__)
            return None
        return Snapshot(program, row["leaf"])

    def keep(self, program_id: UUID, snapshot: Snapshot) -> None:
        """Has a snapshot written when there is time."""
        if len(self._waiting) < MOST_WAITING:
            self._waiting[program_id, point(snapshot.program.seq)] = snapshot
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    async def close(self) -> None:
        """Waits for those that are to be written."""
        if self._writing is not None:
            await self._writing

    async def _write(self) -> None:
        while self._waiting:
            place = next(iter(self._waiting))
            program_id, snapshot = place[0], self._waiting.pop(place)
            try:
                await self._store(program_id, snapshot)
            except (psycopg.Error, PoolTimeout) as fault:
                log.warning("snapshot_not_kept", program=str(program_id), fault=type(fault).__name__)

    async def _read(self, body: bytes) -> Program:
        time_slice, parts = TimeSlice(), list[Part]()
        for name, value in parts_of(await asyncio.to_thread(zlib.decompress, body)):
            if name == "version" and self._plans is not None:
                await self._plans.reads_text(value.document, parameters_key(value.parameters))
            parts.append((name, value))
            await time_slice.pause()
        return program_of(parts)

    async def _store(self, program_id: UUID, snapshot: Snapshot) -> None:
        program = snapshot.program
        row = {
            "program": program_id,
            "law": law_version(),
            "point": point(program.seq),
            "seq": program.seq,
            "leaf": snapshot.leaf,
            "at": program.at,
            "body": await _written(program),
        }
        async with self._operational.transaction() as transaction:
            await transaction.execute(_KEEP, row)
            await transaction.execute(_FORGET, [program_id, law_version()])


async def _written(program: Program) -> bytes:
    time_slice, found = TimeSlice(), bytearray()
    for line in lines(program):
        found += line
        await time_slice.pause()
    return await asyncio.to_thread(zlib.compress, found, 1)
