"""The epoch of the record: a number that changes when a backup is restored.

Entry numbers are comparable only within one epoch. After a restore, entry 12 may differ from the entry 12 that a workflow
knows, or be missing. The new epoch tells workflows that the record is authoritative.
"""

from __future__ import annotations

import time

from db.pools import OperationalPool, ReadPool

CACHED_SECONDS = 1.0


class Epochs:
    """Access to `epoch`."""

    def __init__(self, reader: ReadPool, operational: OperationalPool) -> None:
        self._reader, self._operational = reader, operational
        self._cached: tuple[float, int] | None = None

    async def current(self) -> int:
        """The current epoch, cached for a second."""
        if self._cached is None or time.monotonic() - self._cached[0] > CACHED_SECONDS:
            row = await self._reader.row("SELECT max(number) AS number FROM epoch")
            self._cached = time.monotonic(), int(row["number"]) if row else 0
        return self._cached[1]

    async def declare(self, reason: str, instead_of: int) -> int:
        """Begins a new epoch if the current one is still `instead_of` (compare and set); the current epoch.

        Numbers are microseconds since 1970, so that a number lost in a restore is not used again.
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
