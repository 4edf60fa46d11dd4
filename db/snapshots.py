"""Snapshots of folded programs in the database, so that a restart does not fold long ledgers from their first entry.

Snapshots are derived data. One is used only if the ledger still contains its entry, and only by the version of the law that
made it. Deleting all of them costs time and nothing else.
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

from db.event_loop import TimeSlice
from db.law_version import law_version
from db.plan_reader import PlanReader
from db.pools import OperationalPool, ReadPool
from db.snapshot_body import UNREADABLE, FieldPart, lines, parts_of, program_of
from rules.language.parameters import parameters_key
from rules.program import Program

log = structlog.get_logger()

MIN_ENTRIES = 512
"""Entries between two snapshots of a short program: 50 ms of folding."""

INTERVAL_SHARE = 32
"""A long program has 16 to 32 snapshots over its newer half, since each is as large as the program was then."""

MAX_PENDING = 100
"""Limit of the write queue. Snapshots beyond it are made at the next fold."""

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
_DELETE_STALE = "DELETE FROM program_snapshot WHERE program_id = %s AND law <> %s AND made_at < now() - interval '7 days'"
"""Snapshots of other versions of the law, after a week in which processes of the previous version may run."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A program and the leaf of its newest entry."""

    program: Program
    leaf: bytes


def snapshot_point(seq: int) -> int:
    """The largest entry number up to `seq` at which a snapshot is due."""
    growing = 1 << (seq // INTERVAL_SHARE).bit_length() >> 1  # a power of two, so that earlier points stay points
    return seq - seq % max(MIN_ENTRIES, growing)


class Snapshots:
    """Reads snapshots, and writes them in the background, one at a time."""

    def __init__(self, reader: ReadPool, operational: OperationalPool, plans: PlanReader | None = None) -> None:
        """`plans` parses plans outside of the event loop."""
        self._reader, self._operational, self._plans = reader, operational, plans
        self._pending: dict[tuple[UUID, int], Snapshot] = {}
        self._writing: asyncio.Task[None] | None = None

    async def newest(self, program_id: UUID, *, until: datetime | None = None, after: int = 0) -> Snapshot | None:
        """The newest snapshot up to an instant with more than `after` entries; None if there is none."""
        values = {"program": program_id, "law": law_version(), "after": after, "until": until}
        row = await self._reader.row(_NEWEST, values)
        if row is None:
            return None
        try:
            program = await self._read(row["body"])
        except UNREADABLE as fault:
            log.warning("snapshot_unreadable", program=str(program_id), seq=row["seq"], fault=type(fault).__name__)
            return None
        return Snapshot(program, row["leaf"])

    def keep(self, program_id: UUID, snapshot: Snapshot) -> None:
        """Queues a snapshot for writing."""
        if len(self._pending) < MAX_PENDING:
            self._pending[program_id, snapshot_point(snapshot.program.seq)] = snapshot
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    async def close(self) -> None:
        """Waits for the write queue."""
        if self._writing is not None:
            await self._writing

    async def _write(self) -> None:
        while self._pending:
            place = next(iter(self._pending))
            program_id, snapshot = place[0], self._pending.pop(place)
            try:
                await self._store(program_id, snapshot)
            except (psycopg.Error, PoolTimeout) as fault:
                log.warning("snapshot_not_kept", program=str(program_id), fault=type(fault).__name__)

    async def _read(self, body: bytes) -> Program:
        time_slice, parts = TimeSlice(), list[FieldPart]()
        for name, value in parts_of(await asyncio.to_thread(zlib.decompress, body)):
            if name == "version" and self._plans is not None:
                await self._plans.prefetch_text(value.document, parameters_key(value.parameters))
            parts.append((name, value))
            await time_slice.pause()
        return program_of(parts)

    async def _store(self, program_id: UUID, snapshot: Snapshot) -> None:
        program = snapshot.program
        row = {
            "program": program_id,
            "law": law_version(),
            "point": snapshot_point(program.seq),
            "seq": program.seq,
            "leaf": snapshot.leaf,
            "at": program.at,
            "body": await _serialize(program),
        }
        async with self._operational.transaction() as transaction:
            await transaction.execute(_KEEP, row)
            await transaction.execute(_DELETE_STALE, [program_id, law_version()])


async def _serialize(program: Program) -> bytes:
    time_slice, found = TimeSlice(), bytearray()
    for line in lines(program):
        found += line
        await time_slice.pause()
    return await asyncio.to_thread(zlib.compress, found, 1)
