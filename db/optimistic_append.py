"""Acts judged before anything is asked: drafts that are written in one round trip if their programs stand as expected.

    judge · append and project, if the head row is where it was, and commit

Programs share a round trip and a commit, all of them or none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from db.database_clock import DatabaseClock
from db.draft import Draft
from db.pending_write import PendingWrite, build_answers, is_receipt, trace_of
from db.pools import LedgerPool
from db.program_cache import ProgramCache

MAX_AGE = timedelta(milliseconds=100)
"""What is foreseen is sent before it is older than this: the database takes no time that is 200 milliseconds ago."""


@dataclass(frozen=True, slots=True)
class PreparedAppend:
    """A draft judged on the program as this process knows it, and what comes of the acts if it turns out to stand so."""

    program_id: UUID
    at: datetime
    writes: Sequence[PendingWrite]
    draft: Draft
    outcomes: Sequence[Any]


class OptimisticAppend:
    """Judges ahead, and writes what was judged if it may."""

    def __init__(self, writer: LedgerPool, programs: ProgramCache, clock: DatabaseClock) -> None:
        self._writer, self._programs, self._clock = writer, programs, clock

    def prepare(self, program_id: UUID, writes: Sequence[PendingWrite]) -> PreparedAppend | None:
        """Acts that are accepted if nothing has happened in their program that this process does not know of.

        None where that has to be looked up: a refusal may be of a repeat, and what writes nothing would not find out.
        """
        cached, now = self._programs.get(program_id), self._clock.now()
        if any(write.is_batch for write in writes):
            return None  # it may take longer than what is foreseen stays right
        if cached is None or now is None or not writes or cached.program.at > now + MAX_AGE:
            return None
        draft = Draft(program_id, cached, now, {})
        draft.trace = trace_of(writes)
        outcomes = [write.judge(draft) for write in writes]
        if draft.is_empty or not all(is_receipt(outcome) for outcome in outcomes):
            return None
        one = PreparedAppend(program_id, now, writes, draft, outcomes)
        return None if self.is_stale([one]) else one

    def is_stale(self, prepared: Sequence[PreparedAppend]) -> bool:
        """Whether judging has taken so long that nothing more may wait with what was judged first."""
        now = self._clock.now()
        return bool(prepared) and now is not None and now - prepared[0].at > MAX_AGE

    async def commit(self, prepared: Sequence[PreparedAppend]) -> list[list[Any]]:
        """Writes and commits drafts of several programs; the answers to each. Raises, with nothing written, where one fails."""
        in_order = sorted(prepared, key=lambda one: one.program_id)  # two processes wait for each other's rows in one order
        calls = [call for one in in_order for call in one.draft.calls_if_unchanged()]
        answers: list[list[Any]] = []

        def make_answers() -> None:
            answers.extend(build_answers(one.writes, one.outcomes) for one in prepared)

        async with self._writer.transaction() as transaction:
            answer = await transaction.execute(*calls, meanwhile=make_answers)
        self._clock.observe(answer[0][0][0])
        for one in prepared:
            if one.draft.after is not None:
                self._programs.put(one.program_id, one.draft.after)
        return answers
