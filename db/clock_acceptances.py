"""That an operator has looked at a clock that jumped, and says that it is right."""

from __future__ import annotations

from datetime import datetime

from db.pools import OperationalPool


class ClockAcceptances:
    def __init__(self, operational: OperationalPool) -> None:
        self._operational = operational

    async def accept(self, reason: str) -> datetime:
        """From now on the database's clock is right; the time that it says."""
        async with self._operational.transaction() as connection:
            cursor = await connection.execute(
                "INSERT INTO clock_acceptance (accepted_at, reason) VALUES (clock_timestamp(), %s) RETURNING accepted_at",
                [reason],
            )
            (row,) = await cursor.fetchall()
        accepted_at: datetime = row["accepted_at"]
        return accepted_at
