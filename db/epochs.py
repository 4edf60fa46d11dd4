"""The epoch of the record: another number since a backup was restored.

The number of an entry says how far a program is only within one epoch. After a restore, entry 12 may be another one than the
entry 12 that a workflow knows of, or not there at all; the record is right, and its new epoch says so.
"""

from __future__ import annotations

import time

from db.pools import OperationalPool, ReadPool

CACHED_SECONDS = 1.0


class Epochs:
    def __init__(self, reader: ReadPool, operational: OperationalPool) -> None:
        self._reader, self._operational = reader, operational
        self._cached: tuple[float, int] | None = None

    async def current(self) -> int:
        """The number of the epoch, as of a second ago at most."""
        if self._cached is None or time.monotonic() - self._cached[0] > CACHED_SECONDS:
            row = await self._reader.row("SELECT max(number) AS number FROM epoch")
            self._cached = time.monotonic(), int(row["number"]) if row else 0
        return self._cached[1]

    async def declare(self, reason: str, instead_of: int) -> int:
        """Begins a new epoch, unless that has happened since `instead_of` was read; the number of the one that is current.

        Numbers are microseconds of the clock, so that an epoch that was itself restored away is not used again.
        """
        async with self._operational.transaction() as connection:
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext('accord epoch'))")
            await connection.execute(
                "INSERT INTO epoch (number, reason) SELECT extract(epoch FROM clock_timestamp()) * 1000000, %s"
                " WHERE (SELECT max(number) FROM epoch) = %s",
                [reason, instead_of],
            )
            cursor = await connection.execute("SELECT max(number) AS number FROM epoch")
            (row,) = await cursor.fetchall()
        self._cached = None
        return int(row["number"])
