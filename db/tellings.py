"""Which workflows have not heard of what has been recorded.

Level-triggered: not what happened is queued, but whether somebody must look. A program is told once
for a burst of acts, again after every failure, and by as many relays as run. The rows locked here are
those of `telling`, never the head row that acts wait for.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from db.session import Clerk, Connection

CHANNEL = "accord_told"
"""Notified with a program's id when its workflow has something to hear. A hint: polling makes sure."""


@dataclass(frozen=True, slots=True)
class Untold:
    """A program whose workflow has something to hear; it stands at `seq`."""

    program_id: UUID
    seq: int


class Round:
    """Some programs that are told now; each is held until the end of the round, told or not."""

    def __init__(self, connection: Connection, untold: tuple[Untold, ...], namespace_id: str) -> None:
        self.untold = untold
        self._connection = connection
        self._namespace_id = namespace_id

    async def told(self, one: Untold) -> None:
        """Notes that the workflow knows this state of the program."""
        await self._connection.execute(
            "UPDATE telling SET told_seq = %s, namespace_id = %s, told_at = clock_timestamp() WHERE program_id = %s",
            [one.seq, self._namespace_id, one.program_id],
        )


class Tellings:
    def __init__(self, clerk: Clerk) -> None:
        self._clerk = clerk

    @asynccontextmanager
    async def round(self, namespace_id: str, most: int = 20) -> AsyncIterator[Round]:
        """Programs whose workflow has something to hear, those that were never told and those told longest ago first.

        Programs that were told to another namespace than this one are among them: their workflows
        are gone with it. Leave the block soon; what was not told in it comes again.
        """
        async with self._clerk.transaction() as connection:
            untold = await _untold(connection, namespace_id, most)
            yield Round(connection, untold, namespace_id)

    async def heard(self) -> AsyncGenerator[UUID]:
        """The ids of programs as they are recorded. Ends with psycopg.Error when the connection is lost."""
        async for payload in self._clerk.heard(CHANNEL):
            yield UUID(payload)


async def _untold(connection: Connection, namespace_id: str, most: int) -> tuple[Untold, ...]:
    cursor = await connection.execute(
        "SELECT p.id AS program_id, p.seq"
        " FROM telling t JOIN program p ON p.id = t.program_id"
        " WHERE p.clock_seq > t.told_seq OR t.namespace_id IS DISTINCT FROM %s"
        " ORDER BY t.told_at NULLS FIRST LIMIT %s FOR NO KEY UPDATE OF t SKIP LOCKED",
        [namespace_id, most],
    )
    return tuple(Untold(**row) for row in await cursor.fetchall())
