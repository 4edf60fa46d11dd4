"""What the record says of clocks and workflows, for whoever compares it with Temporal."""

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
"""Of a program that has no clock and needs no workflow any more."""

_OVERDUE: LiteralString = """
SELECT d.program_id FROM program p JOIN dispatch d ON d.program_id = p.id
WHERE p.next_due < clock_timestamp() - %(late)s ORDER BY p.next_due LIMIT %(most)s FOR NO KEY UPDATE OF d SKIP LOCKED
"""

# One that was never dispatched, or not to this namespace or epoch, is the relay's.
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
    """A program as the record knows it: its newest entry, and the newest that its workflow was told of."""

    program_id: UUID
    title: str
    seq: int
    dispatched_seq: int


@dataclass(frozen=True, slots=True)
class OverdueClocks:
    """Programs with a clock that is due and has not struck, and since when the first of them is."""

    count: int
    since: datetime | None


class LockedPrograms:
    """Some programs that nobody else compares or mends meanwhile."""

    def __init__(self, connection: Connection, programs: tuple[RecordedState, ...]) -> None:
        self.programs = programs
        self._connection = connection

    async def leaf(self, program_id: UUID, seq: int) -> str | None:
        """The hash of an entry, in hexadecimal; None where the ledger has none of that number."""
        cursor = await self._connection.execute(
            "SELECT encode(leaf, 'hex') AS leaf FROM ledger_entry WHERE program_id = %s AND seq = %s", [program_id, seq]
        )
        row = await cursor.fetchone()
        return str(row["leaf"]) if row else None

    async def mark_verified(self, programs: Collection[UUID]) -> None:
        """Notes that these were compared."""
        await self._connection.execute(
            "UPDATE dispatch SET verified_at = clock_timestamp() WHERE program_id = ANY(%s)", [list(programs)]
        )

    async def redispatch(self, programs: Collection[UUID]) -> None:
        """Lets the relay tell the workflows of these all that there is."""
        await self._connection.execute("UPDATE dispatch SET dispatched_seq = 0 WHERE program_id = ANY(%s)", [list(programs)])
        for program_id in programs:
            await self._connection.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(program_id)])


class Reconciliation:
    def __init__(self, operational: OperationalPool) -> None:
        self._operational = operational

    @asynccontextmanager
    async def overdue(self, late: timedelta, most: int) -> AsyncIterator[tuple[UUID, ...]]:
        """Programs with a clock that has been due for so long, by the database's time; held until the block is left."""
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
        """Programs that were not compared for `every`, and were told of nothing for `settled`; held until the block is left."""
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
    """Of all programs, by the index of their next clocks."""
    row = await reader.row(
        "SELECT count(*) AS count, min(next_due) AS since FROM program WHERE next_due < clock_timestamp() - %s", [late]
    )
    return OverdueClocks(**row) if row else OverdueClocks(0, None)
