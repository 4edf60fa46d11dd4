"""Outcome of the last run of each check, beside the ledger: a source that is unavailable adds no entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import LiteralString, cast
from uuid import UUID

from db.pools import OperationalPool, ReadPool
from rules.checks.health import ANSWERS, LastRun

_COLUMNS: LiteralString = (
    "watched_since, started_at, finished_at, outcome, sentence, bytes, answered_at, failures, failing_since"
)

# Idempotent: a run that is reported twice, after a crash, is counted once. A run that is not the last one started is ignored.
_FINISHED: LiteralString = """
UPDATE check_run SET
  finished_at = clock_timestamp(), run = %(run)s, outcome = %(outcome)s, sentence = %(sentence)s, bytes = %(bytes)s,
  answered_at = CASE WHEN %(good)s THEN clock_timestamp() ELSE answered_at END,
  failures = CASE WHEN %(good)s THEN 0 WHEN run = %(run)s THEN failures ELSE failures + 1 END,
  failing_since = CASE WHEN %(good)s THEN NULL ELSE coalesce(failing_since, clock_timestamp()) END
WHERE program_id = %(program)s AND name = %(name)s AND started_run = %(run)s
"""

NO_ANSWER = "The producer gave no answer in time."


class CheckRuns:
    """Access to `check_run`."""

    def __init__(self, reader: ReadPool, operational: OperationalPool) -> None:
        self._reader, self._operational = reader, operational

    async def of(self, program_id: UUID) -> Mapping[str, LastRun]:
        """The last run of each check of a program, by name. A check without a row has no schedule yet."""
        rows = await self._reader.rows(f"SELECT name, {_COLUMNS} FROM check_run WHERE program_id = %s", [program_id])
        return {row.pop("name"): LastRun(**row) for row in rows}

    async def watch(self, program_id: UUID, names: Iterable[str]) -> None:
        """Adds checks that are expected to run from now on. Idempotent."""
        async with self._operational.transaction() as connection:
            await connection.execute(
                "INSERT INTO check_run (program_id, name) SELECT %s, unnest(%s::text[]) ON CONFLICT DO NOTHING",
                [program_id, list(names)],
            )

    async def forget(self, program_id: UUID, name: str) -> None:
        """Removes a check that the plan does not have any more."""
        async with self._operational.transaction() as connection:
            await connection.execute("DELETE FROM check_run WHERE program_id = %s AND name = %s", [program_id, name])

    async def start(self, program_id: UUID, name: str, run: str) -> datetime:
        """Notes the start of a run; its time by the database's clock."""
        async with self._operational.transaction() as connection:
            cursor = await connection.execute(
                "INSERT INTO check_run (program_id, name, started_at, started_run) VALUES (%s, %s, clock_timestamp(), %s)"
                " ON CONFLICT (program_id, name) DO UPDATE SET started_at = excluded.started_at,"
                " started_run = excluded.started_run RETURNING started_at",
                [program_id, name, run],
            )
            (row,) = await cursor.fetchall()
        return cast("datetime", row["started_at"])

    async def finish(  # noqa: PLR0913  each is a column, and keyword-only
        self, program_id: UUID, name: str, *, run: str, outcome: str, sentence: str, size: int | None = None
    ) -> None:
        """Notes the outcome of a run; `size` is in bytes. Idempotent. Ignored for any run but the last one started."""
        values = {"program": program_id, "name": name, "run": run, "outcome": outcome, "sentence": sentence, "bytes": size}
        async with self._operational.transaction() as connection:
            await connection.execute(_FINISHED, values | {"good": outcome in ANSWERS})

    async def finish_unanswered(self, program_id: UUID, name: str, *, run: str) -> None:
        """Notes a run that ended without an outcome, after a crash or a timeout. An outcome that was noted stays."""
        async with self._operational.transaction() as connection:
            cursor = await connection.execute(
                "SELECT run IS NOT DISTINCT FROM started_run AS said FROM check_run WHERE program_id = %s AND name = %s",
                [program_id, name],
            )
            said = any(row["said"] for row in await cursor.fetchall())
        if not said:
            await self.finish(program_id, name, run=run, outcome="no_answer", sentence=NO_ANSWER)
