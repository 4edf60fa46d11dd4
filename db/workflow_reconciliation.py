"""Recorded state that the reconciler compares with Temporal: overdue clocks, and programs with their dispatch state."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID

from db.dispatch import CHANNEL
from db.pools import Connection, OperationalPool, ReadPool
from rules.vocabulary.standing import Standing

ENDED = (Standing.COMPLETED, Standing.TERMINATED)
"""Standings of programs that have no clock and need no workflow."""

_OVERDUE: LiteralString = """
SELECT d.program_id FROM program p JOIN dispatch d ON d.program_id = p.id
WHERE p.next_due < clock_timestamp() - %(late)s ORDER BY p.next_due LIMIT %(most)s FOR NO KEY UPDATE OF d SKIP LOCKED
"""

# Programs that are pending are left to the relay.
_UNVERIFIED: LiteralString = """
SELECT d.program_id, p.title, p.seq, d.dispatched_seq FROM dispatch d JOIN program p ON p.id = d.program_id
WHERE p.standing <> ALL(%(ended)s) AND d.dispatched_seq > 0 AND d.namespace_id = %(namespace)s AND d.epoch = %(epoch)s
  AND d.dispatched_at < clock_timestamp() - %(settled)s
  AND (%(program)s::uuid IS NULL OR d.program_id = %(program)s)
  AND (d.verified_at IS NULL OR d.verified_at < clock_timestamp() - %(every)s)
ORDER BY d.verified_at NULLS FIRST LIMIT %(most)s FOR NO KEY UPDATE OF d SKIP LOCKED
"""


@dataclass(frozen=True, slots=True)
class RecordedState:
    """The newest entry of a program, and the newest that was dispatched to its workflow."""

    program_id: UUID
    title: str
    seq: int
    dispatched_seq: int


@dataclass(frozen=True, slots=True)
class OverdueClocks:
    """Number of programs with an overdue clock, and since when the first is overdue."""

    count: int
    since: datetime | None


class LockedPrograms:
    """Programs whose dispatch rows are locked for a comparison."""

    def __init__(self, connection: Connection, programs: tuple[RecordedState, ...]) -> None:
        self.programs = programs
        self._connection = connection

    async def leaf(self, program_id: UUID, seq: int) -> str | None:
        """The leaf (hex) of an entry; None if the ledger has no entry of that number."""
        cursor = await self._connection.execute(
            "SELECT encode(leaf, 'hex') AS leaf FROM ledger_entry WHERE program_id = %s AND seq = %s", [program_id, seq]
        )
        row = await cursor.fetchone()
        return str(row["leaf"]) if row else None

    async def mark_verified(self, programs: Collection[UUID]) -> None:
        """Marks programs as compared now."""
        await self._connection.execute(
            "UPDATE dispatch SET verified_at = clock_timestamp() WHERE program_id = ANY(%s)", [list(programs)]
        )

    async def redispatch(self, programs: Collection[UUID]) -> None:
        """Marks programs as never dispatched and notifies the relay."""
        await self._connection.execute("UPDATE dispatch SET dispatched_seq = 0 WHERE program_id = ANY(%s)", [list(programs)])
        for program_id in programs:
            await self._connection.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(program_id)])


class Reconciliation:
    """Queries of the reconciler, with row locks (SKIP LOCKED)."""

    def __init__(self, operational: OperationalPool) -> None:
        self._operational = operational

    @asynccontextmanager
    async def overdue(self, late: timedelta, most: int) -> AsyncIterator[tuple[UUID, ...]]:
        """Locks programs with a clock overdue by more than `late`, until the end of the block."""
        async with self._operational.transaction() as connection:
            cursor = await connection.execute(_OVERDUE, {"late": late, "most": most})
            yield tuple(row["program_id"] for row in await cursor.fetchall())

    @asynccontextmanager
    async def unverified(  # noqa: PLR0913  each is another limit, and keyword-only
        self,
        *,
        namespace: str,
        epoch: int,
        every: timedelta,
        settled: timedelta,
        most: int,
        program: UUID | None = None,
    ) -> AsyncIterator[LockedPrograms]:
        """Locks programs that were not compared within `every` nor dispatched within `settled`, until the end of the block."""
        values = {
            "ended": [standing.value for standing in ENDED],
            "namespace": namespace,
            "epoch": epoch,
            "every": every,
            "settled": settled,
            "most": most,
            "program": program,
        }
        async with self._operational.transaction() as connection:
            cursor = await connection.execute(_UNVERIFIED, values)
            yield LockedPrograms(connection, tuple(RecordedState(**row) for row in await cursor.fetchall()))


async def overdue_clocks(reader: ReadPool, late: timedelta) -> OverdueClocks:
    """Overdue clocks of all programs."""
    row = await reader.row(
        "SELECT count(*) AS count, min(next_due) AS since FROM program WHERE next_due < clock_timestamp() - %s", [late]
    )
    return OverdueClocks(**row) if row else OverdueClocks(0, None)
