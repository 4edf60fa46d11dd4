"""Optimistic append: acts are decided on the cached program, and committed in one round trip if the head row is unchanged.

    decide · append and project, provided that the head row has the expected number and leaf · commit

Several programs share a round trip and a commit (group commit): all of them are written, or none.
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
"""Oldest age at which a prepared append is sent. The database rejects a decision time more than 200 milliseconds ago."""


@dataclass(frozen=True, slots=True)
class PreparedAppend:
    """A draft decided on the cached program, with the outcome of each write, valid if the head row is unchanged."""

    program_id: UUID
    at: datetime
    writes: Sequence[PendingWrite]
    draft: Draft
    outcomes: Sequence[Any]


class OptimisticAppend:
    """Prepares appends without a read, and commits them under optimistic concurrency control."""

    def __init__(self, writer: LedgerPool, programs: ProgramCache, clock: DatabaseClock) -> None:
        self._writer, self._programs, self._clock = writer, programs, clock

    def prepare(self, program_id: UUID, writes: Sequence[PendingWrite]) -> PreparedAppend | None:
        """Decides writes on the cached program. None where the append needs the lock.

        That is so for batches, for programs that are not cached, for refusals (the act may be a repeat) and for acts that
        write nothing (no statement would verify the head row).
        """
        cached, now = self._programs.get(program_id), self._clock.now()
        if any(write.is_batch for write in writes):
            return None  # deciding a batch may take longer than MAX_AGE
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
        """Whether the first prepared append has reached MAX_AGE and must be sent now."""
        now = self._clock.now()
        return bool(prepared) and now is not None and now - prepared[0].at > MAX_AGE

    async def commit(self, prepared: Sequence[PreparedAppend]) -> list[list[Any]]:
        """Commits drafts of several programs, all or none; the answers of each, in order. Raises psycopg.Error."""
        in_order = sorted(prepared, key=lambda one: one.program_id)  # one lock order in all processes: no deadlock
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
