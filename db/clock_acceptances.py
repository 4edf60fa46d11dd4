"""Operators' acceptances of a database clock that has jumped."""

from __future__ import annotations

from datetime import datetime

from db.pools import OperationalPool


class ClockAcceptances:
    """Access to `clock_acceptance`."""

    def __init__(self, operational: OperationalPool) -> None:
        self._operational = operational

    async def accept(self, reason: str) -> datetime:
        """Accepts the current time of the database's clock; that time."""
        async with self._operational.transaction() as connection:
            cursor = await connection.execute(
                "INSERT INTO clock_acceptance (accepted_at, reason) VALUES (clock_timestamp(), %s) RETURNING accepted_at",
                [reason],
            )
            (row,) = await cursor.fetchall()
        accepted_at: datetime = row["accepted_at"]
        return accepted_at
