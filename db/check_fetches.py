"""What the last run of each check has fetched, as the activity that fetched it wrote it down.

Whoever reaches Temporal can start a run and give activities arguments. So nothing that travels through it is believed: a
fetch is written here, under the id of its run, and what records from it reads it here and nowhere else.
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

# A run that is no longer the last one that was started has nothing to say any more.
_KEEP: LiteralString = """
INSERT INTO check_fetch (program_id, name, run, question, answers, denied, denied_as)
SELECT program_id, name, started_run, %(question)s, %(answers)s, %(denied)s, %(denied_as)s FROM check_run
WHERE program_id = %(program)s AND name = %(name)s AND started_run = %(run)s
ON CONFLICT (program_id, name) DO UPDATE SET run = excluded.run, question = excluded.question, answers = excluded.answers,
  denied = excluded.denied, denied_as = excluded.denied_as, fetched_at = excluded.fetched_at
"""


@dataclass(frozen=True, slots=True)
class CheckFetch:
    """The answers of a producer in one run of a check, or why it denies one.

    `question` is a hash of what was asked: an answer to another question than the plan's of today is not read as one to that.
    """

    question: str
    answers: tuple[Fetch, ...] = ()
    denied: str | None = None
    denied_as: Unread = "refused"


class CheckFetches:
    def __init__(self, reader: ReadPool, operational: OperationalPool) -> None:
        self._reader, self._operational = reader, operational

    async def keep(self, program_id: UUID, name: str, run: str, fetch: CheckFetch) -> None:
        """Keeps what a run has fetched, in the place of what the run before it did."""
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
        """What a run of a check has fetched; None if it has not, or if a later one has been started."""
        row = await self._reader.row(
            "SELECT question, answers, denied, denied_as FROM check_fetch WHERE program_id = %s AND name = %s AND run = %s",
            [program_id, name, run],
        )
        if row is None:
            return None
        return CheckFetch(row["question"], _ANSWERS.validate_python(row["answers"]), row["denied"], row["denied_as"])
