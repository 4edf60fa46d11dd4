"""The answers fetched by the last run of each check, as its fetch activity stored them.

Anyone with access to Temporal can start a run with any arguments, so payloads are not trusted. A fetch is stored here under
the id of its run, and the activity that records from it reads it here only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb
from pydantic import TypeAdapter

from db.pools import OperationalPool, ReadPool
from rules.vocabulary.origin import Fetch
from rules.vocabulary.readings import Unread

_ANSWERS = TypeAdapter(tuple[Fetch, ...])

# Only the run that was started last may store a fetch.
_KEEP: LiteralString = """
INSERT INTO check_fetch (program_id, name, run, question, answers, denied, denied_as)
SELECT program_id, name, started_run, %(question)s, %(answers)s, %(denied)s, %(denied_as)s FROM check_run
WHERE program_id = %(program)s AND name = %(name)s AND started_run = %(run)s
ON CONFLICT (program_id, name) DO UPDATE SET run = excluded.run, question = excluded.question, answers = excluded.answers,
  denied = excluded.denied, denied_as = excluded.denied_as, fetched_at = excluded.fetched_at
"""


@dataclass(frozen=True, slots=True)
class CheckFetch:
    """The answers of a producer in one run of a check, or the reason why it gave none.

    `question` is the hash of the query: answers are not used for a query that the plan has changed since.
    """

    question: str
    answers: tuple[Fetch, ...] = ()
    denied: str | None = None
    denied_as: Unread = "refused"


class CheckFetches:
    """Access to `check_fetch`."""

    def __init__(self, reader: ReadPool, operational: OperationalPool) -> None:
        self._reader, self._operational = reader, operational

    async def keep(self, program_id: UUID, name: str, run: str, fetch: CheckFetch) -> None:
        """Stores the fetch of a run and replaces that of the run before."""
        values = {
            "program": program_id,
            "name": name,
            "run": run,
            "question": fetch.question,
            "answers": Jsonb(_ANSWERS.dump_python(fetch.answers, mode="json")),
            "denied": fetch.denied,
            "denied_as": fetch.denied_as,
        }
        async with self._operational.transaction() as connection:
            await connection.execute(_KEEP, values)

    async def of(self, program_id: UUID, name: str, run: str) -> CheckFetch | None:
        """The fetch of a run; None if there is none, or if a later run has been started."""
        row = await self._reader.row(
            "SELECT question, answers, denied, denied_as FROM check_fetch WHERE program_id = %s AND name = %s AND run = %s",
            [program_id, name, run],
        )
        if row is None:
            return None
        return CheckFetch(row["question"], _ANSWERS.validate_python(row["answers"]), row["denied"], row["denied_as"])
