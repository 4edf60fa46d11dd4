"""Statistics of the whole record, for metrics; the same from every process."""

from __future__ import annotations

from typing import Any, LiteralString

from db.pools import ReadPool

_FIGURES: LiteralString = """
SELECT
  pending.programs AS pending, pending.since AS pending_since, overdue.programs AS overdue, overdue.since AS overdue_since,
  pg_total_relation_size('ledger_entry') AS ledger_bytes, pg_database_size(current_database()) AS database_bytes,
  (SELECT numbackends FROM pg_stat_database WHERE datname = current_database()) AS connections,
  current_setting('max_connections')::int AS most_connections,
  (SELECT count(*) FROM session WHERE expires_at > clock_timestamp()) AS sessions
FROM
  (SELECT count(*) AS programs, extract(epoch FROM clock_timestamp() - min(e.recorded_at)) AS since
   FROM dispatch d JOIN program p ON p.id = d.program_id JOIN ledger_entry e ON e.program_id = p.id AND e.seq = p.clock_seq
   WHERE p.clock_seq > d.dispatched_seq) AS pending,
  (SELECT count(*) AS programs, extract(epoch FROM clock_timestamp() - min(next_due)) AS since
   FROM program WHERE next_due < clock_timestamp() - interval '10 seconds') AS overdue
"""

_BY_STANDING: LiteralString = "SELECT standing, count(*) AS programs, sum(seq) AS entries FROM program GROUP BY standing"

_CHECKS: LiteralString = """
SELECT CASE WHEN failures > 0 THEN 'failing' WHEN answered_at IS NULL THEN 'never_run' ELSE 'ok' END AS health,
  count(*) AS checks FROM check_run GROUP BY 1
"""

_EXPIRING: LiteralString = """
SELECT count(*) FILTER (WHERE expires_at < clock_timestamp() + interval '14 days') AS soon,
  extract(epoch FROM min(expires_at) - clock_timestamp()) AS first
FROM token WHERE revoked_at IS NULL AND expires_at > clock_timestamp()
"""


class RecordStatistics:
    """The statistics as of the last refresh: single values (`one`), programs by standing, checks by health."""

    def __init__(self, reader: ReadPool) -> None:
        self._reader = reader
        self.one: dict[str, float] = {}
        self.programs: dict[tuple[str, ...], float] = {}
        self.checks: dict[tuple[str, ...], float] = {}

    async def refresh(self) -> None:
        """Queries the database. Raises psycopg.Error and leaves the statistics empty."""
        self.one, self.programs, self.checks = {}, {}, {}
        (row,) = await self._reader.rows(_FIGURES)
        standing = await self._reader.rows(_BY_STANDING)
        (expiring,) = await self._reader.rows(_EXPIRING)
        self.checks = {(line["health"],): float(line["checks"]) for line in await self._reader.rows(_CHECKS)}
        self.programs = {(line["standing"],): float(line["programs"]) for line in standing}
        entries: Any = sum(line["entries"] for line in standing)
        values = row | {"entries": entries, "tokens_ending": expiring["soon"], "first_token_ends": expiring["first"]}
        self.one = {name: float(value or 0) for name, value in values.items()}
