"""Which workflows have to be told of what has been recorded.

Level-triggered: not what happened is queued, but whether somebody must look. A program is dispatched once for a burst of
acts, again after every failure, and by as many relays as run. The rows locked here are those of `dispatch`, never the head
row that acts wait for.
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
"""Notified with a program's id when it is pending, and the trace of the act after it. A hint: looking at all programs
now and then makes sure."""

SOON = timedelta(seconds=30)
"""A program whose next clock is due by then is dispatched before others."""

# The one that was dispatched, or started, longest ago comes first, so a burst keeps nobody waiting for good.
_PENDING: LiteralString = """
SELECT p.id AS program_id, p.seq, d.dispatched_seq FROM dispatch d JOIN program p ON p.id = d.program_id
WHERE (p.clock_seq > d.dispatched_seq OR d.namespace_id IS DISTINCT FROM %(namespace)s OR d.epoch IS DISTINCT FROM %(epoch)s)
  AND (%(all)s OR p.id = ANY(%(programs)s))
ORDER BY p.next_due <= clock_timestamp() + %(soon)s DESC NULLS LAST, COALESCE(d.dispatched_at, p.started_at)
LIMIT %(most)s FOR NO KEY UPDATE OF d SKIP LOCKED
"""

# The newest of each program. What a workflow's own strikes have written, their answers have told it.
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
    """A program that stands at `seq`, and whose workflow was told of entries up to `dispatched_seq`; 0: of none."""

    program_id: UUID
    seq: int
    dispatched_seq: int


class Batch:
    """Some programs that are dispatched now; each is held until the end of the batch, dispatched or not."""

    def __init__(self, connection: Connection, pending: tuple[Pending, ...], namespace_id: str, epoch: int) -> None:
        self.pending = pending
        self.epoch = epoch
        self._connection = connection
        self._namespace_id = namespace_id

    async def entries(self, most: int) -> dict[UUID, list[tuple[bytes, bytes]]]:
        """By program, so many of the newest entries of which its workflow has not been told: leaf and body of each."""
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
        """Notes that the workflows of these programs have been told."""
        values = {
            "programs": [one.program_id for one in sent],
            "seq": [one.seq for one in sent],
            "namespace": self._namespace_id,
            "epoch": self.epoch,
        }
        await self._connection.execute(_DISPATCHED, values)


class Dispatch:
    def __init__(self, operational: OperationalPool) -> None:
        self._operational = operational

    @asynccontextmanager
    async def batch(
        self, namespace_id: str, epoch: int, most: int = 20, programs: Collection[UUID] | None = None
    ) -> AsyncIterator[Batch]:
        """Programs whose workflow has to be told: those with a clock due soon, then those dispatched longest ago.

        `programs` limits it to some, which is found by their keys; None looks at all. Those that were dispatched to another
        namespace are among them: their workflows are gone with it. Leave the block soon; what was not dispatched in it comes
        again.
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
            yield Batch(connection, pending, namespace_id, epoch)

    async def notifications(self) -> AsyncGenerator[tuple[UUID, str | None]]:
        """The ids of programs as they become pending, and the trace of the act, as `traceparent`, where there is one.

        Ends now and then, and with psycopg.Error when the connection is lost.
        """
        async for payload in self._operational.notifications(CHANNEL):
            program_id, _, trace = payload.partition(" ")
            yield UUID(program_id), parse_traceparent(trace)

    async def redispatch(self, program_id: UUID | None = None) -> int:
        """Lets the workflow of a program, or of all, be told again from the first entry; how many those are."""
        async with self._operational.transaction() as connection:
            cursor = await connection.execute(
                "UPDATE dispatch SET dispatched_seq = 0, namespace_id = NULL WHERE %s::uuid IS NULL OR program_id = %s",
                [program_id, program_id],
            )
            await connection.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(program_id or UUID(int=0))])
            return cursor.rowcount
