"""Dispatch state: which workflows have not been sent the newest relevant entry of their program.

Level-triggered: only the number of the last dispatched entry is stored for each program, no events. A burst of acts
Level-triggered: only the number of the last dispatched entry is stored for each program, and no events. A burst of acts is
row that appends wait for.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import LiteralString
from uuid import UUID

from db.pools import Connection, OperationalPool
from logs.trace import parse_traceparent

CHANNEL = "accord_pending"
"""NOTIFY channel. The payload is the id of a pending program, followed by the trace of the act. Polling finds what a lost
notification would miss."""

SOON = timedelta(seconds=30)
"""A program whose next clock is due by then is dispatched before others."""

# Least recently dispatched or started first, so that a burst starves no program.
_PENDING: LiteralString = """
SELECT p.id AS program_id, p.seq, d.dispatched_seq FROM dispatch d JOIN program p ON p.id = d.program_id
WHERE (p.clock_seq > d.dispatched_seq OR d.namespace_id IS DISTINCT FROM %(namespace)s OR d.epoch IS DISTINCT FROM %(epoch)s)
  AND (%(all)s OR p.id = ANY(%(programs)s))
ORDER BY p.next_due <= clock_timestamp() + %(soon)s DESC NULLS LAST, COALESCE(d.dispatched_at, p.started_at)
LIMIT %(most)s FOR NO KEY UPDATE OF d SKIP LOCKED
"""

# The newest entries of each program. Entries of a workflow's own strikes are left out: the activity returned them.
_ENTRIES: LiteralString = """
SELECT one.program_id, entry.leaf, entry.body FROM unnest(%(programs)s::uuid[], %(after)s::bigint[], %(seq)s::bigint[])
  AS one (program_id, after, seq)
CROSS JOIN LATERAL (
  SELECT seq, leaf, body FROM ledger_entry WHERE program_id = one.program_id AND seq > one.after AND seq <= one.seq
    AND act_id NOT LIKE 'service/clock/%%'
  ORDER BY seq DESC LIMIT %(most)s
) AS entry ORDER BY entry.seq
"""

_DISPATCHED: LiteralString = """
UPDATE dispatch SET dispatched_seq = one.seq, namespace_id = %(namespace)s, epoch = %(epoch)s,
  dispatched_at = clock_timestamp()
FROM unnest(%(programs)s::uuid[], %(seq)s::bigint[]) AS one (program_id, seq) WHERE dispatch.program_id = one.program_id
"""


@dataclass(frozen=True, slots=True)
class Pending:
    """A program whose newest entry is `seq` and whose last dispatched entry is `dispatched_seq`; 0 for none."""

    program_id: UUID
    seq: int
    dispatched_seq: int


class DispatchBatch:
    """Locked programs that are dispatched together; the locks last until the end of the batch."""

    def __init__(self, connection: Connection, pending: tuple[Pending, ...], namespace_id: str, epoch: int) -> None:
        self.pending = pending
        self.epoch = epoch
        self._connection = connection
        self._namespace_id = namespace_id

    async def entries(self, most: int) -> dict[UUID, list[tuple[bytes, bytes]]]:
        """At most `most` of the newest undispatched entries by program, oldest first: leaf and body of each."""
        values = {
            "programs": [one.program_id for one in self.pending],
            "after": [one.dispatched_seq for one in self.pending],
            "seq": [one.seq for one in self.pending],
            "most": most,
        }
        cursor = await self._connection.execute(_ENTRIES, values)
        found: dict[UUID, list[tuple[bytes, bytes]]] = {one.program_id: [] for one in self.pending}
        for row in await cursor.fetchall():
            found[row["program_id"]].append((row["leaf"], row["body"]))
        return found

    async def mark_dispatched(self, sent: Collection[Pending]) -> None:
        """Marks programs as dispatched up to their `seq`."""
        values = {
            "programs": [one.program_id for one in sent],
            "seq": [one.seq for one in sent],
            "namespace": self._namespace_id,
            "epoch": self.epoch,
        }
        await self._connection.execute(_DISPATCHED, values)


class Dispatch:
    """Access to `dispatch`."""

    def __init__(self, operational: OperationalPool) -> None:
        self._operational = operational

    @asynccontextmanager
    async def batch(
        self, namespace_id: str, epoch: int, most: int = 20, programs: Collection[UUID] | None = None
    ) -> AsyncIterator[DispatchBatch]:
        """Locks pending programs: those with a clock due soon, then those dispatched least recently.

        `programs` limits the search to these keys; None searches all. Programs that were dispatched to another namespace or
        epoch are pending. The transaction lasts as long as the block; what is not marked in it is pending again.
        """
        values = {
            "namespace": namespace_id,
            "epoch": epoch,
            "all": programs is None,
            "programs": list(programs or ()),
            "soon": SOON,
            "most": most,
        }
        async with self._operational.transaction() as connection:
            cursor = await connection.execute(_PENDING, values)
            pending = tuple(Pending(**row) for row in await cursor.fetchall())
            yield DispatchBatch(connection, pending, namespace_id, epoch)

    async def notifications(self) -> AsyncGenerator[tuple[UUID, str | None]]:
        """Ids of programs that become pending, with the `traceparent` of the act or None.

        Ends with the lifetime of the connection. Raises psycopg.Error when it is lost.
        """
        async for payload in self._operational.notifications(CHANNEL):
            program_id, _, trace = payload.partition(" ")
            yield UUID(program_id), parse_traceparent(trace)

    async def redispatch(self, program_id: UUID | None = None) -> int:
        """Marks a program, or all, as never dispatched; how many those are."""
        async with self._operational.transaction() as connection:
            cursor = await connection.execute(
                "UPDATE dispatch SET dispatched_seq = 0, namespace_id = NULL WHERE %s::uuid IS NULL OR program_id = %s",
                [program_id, program_id],
            )
            await connection.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(program_id or UUID(int=0))])
            return cursor.rowcount
