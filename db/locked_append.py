"""Locked append: acts of one program are decided while its head row is locked.

    lock the head row · read the time and the newer entries · decide · append and project · commit

It takes two round trips. It is used where an optimistic append is not possible or has failed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg

from db.database_clock import ClockJumped, DatabaseClock, check_not_behind
from db.draft import Draft, RecordedAct
from db.ledger import LedgerFault
from db.outages import is_lost
from db.pending_write import PendingWrite, trace_of
from db.pipeline import BEGIN, COMMIT, Transaction
from db.pools import LedgerPool
from db.program_cache import CachedProgram, ProgramCache, read_entries
from db.receipts import repeated
from db.statements import LOCK_HEAD, READ_ACT, READ_CLOCK_ACCEPTANCE, READ_NEWER
from rules.acts import Act, StartProgram


class _StartedConcurrently(Exception):
    """Another transaction has started the program after its head row was found missing."""


class LockedAppend:
    """Records acts of one program under a row lock (pessimistic concurrency control)."""

    def __init__(self, writer: LedgerPool, programs: ProgramCache, clock: DatabaseClock) -> None:
        self._writer, self._programs, self._clock = writer, programs, clock

    async def append(self, program_id: UUID, writes: Sequence[PendingWrite]) -> list[Any]:
        """The outcome of each write, after the commit. Raises psycopg.Error, LedgerFault or ClockJumped."""
        if not writes:
            return []
        try:
            return await self._attempt(program_id, writes)
        except _StartedConcurrently:
            # The head row exists now and can be locked.
            self._programs.evict(program_id)
        except psycopg.OperationalError as error:
            if not is_lost(error):
                raise
            # The server was restarted. A retry is idempotent: acts that were committed are found by their ids.
            self._programs.evict(program_id)
        return await self._attempt(program_id, writes)

    async def _attempt(self, program_id: UUID, writes: Sequence[PendingWrite]) -> list[Any]:
        acts = [act for write in writes for act in write.acts]
        cached = self._programs.get(program_id)
        if cached is None and not isinstance(acts[0].deed, StartProgram):
            cached = await self._programs.load(program_id)  # fold a long ledger before the lock is held
        async with self._writer.transaction() as transaction:
            at, cached, known = await self._lock_and_read(transaction, program_id, cached, acts)
            draft = Draft(program_id, cached, at, known)
            draft.trace = trace_of(writes)
            outcomes = [await write.judge_all(draft) for write in writes]
            if not draft.is_empty:
                try:
                    await transaction.execute(*draft.calls(), (COMMIT,))
                except psycopg.errors.UniqueViolation as error:
                    if cached is None:
                        raise _StartedConcurrently from error
                    raise
        if draft.after is not None:
            self._programs.put(program_id, draft.after)
        return outcomes

    async def _lock_and_read(
        self, transaction: Transaction, program_id: UUID, cached: CachedProgram | None, acts: Iterable[Act]
    ) -> tuple[datetime, CachedProgram | None, dict[str, RecordedAct]]:
        """Locks the head row; then the database's time, the current program, and the acts that are recorded already."""
        ids = {act.id for act in acts}
        _, head, rows = await transaction.execute(
            (BEGIN,),
            (LOCK_HEAD, str(program_id)),
            (READ_NEWER, str(program_id), cached.seq if cached else 0, _text_array(ids)),
        )
        at: datetime = next(row[0] for row in rows if row[0] is not None)
        accepted_at = await self._observe_time(transaction, at)
        if new := [(leaf, body) for *_, leaf, body in rows if body is not None]:
            if not head:
                raise _StartedConcurrently
            cached = await self._programs.catch_up(program_id, cached, new)
        if head != ([(cached.seq, cached.head)] if cached else []):
            raise LedgerFault(f"program {program_id}: the ledger does not end where its head row says")
        if cached is not None and cached.program.at > at:
            check_not_behind(at, cached.program.at, accepted_at or await _clock_accepted_at(transaction))
        recorded = {act_id: (seq, content) for _, seq, act_id, content, *_ in rows if act_id is not None}
        return at.astimezone(UTC), cached, await _recorded_acts(transaction, program_id, cached, recorded)

    async def _observe_time(self, transaction: Transaction, at: datetime) -> datetime | None:
        """Sets the clock. For a jump, returns when an operator accepted it. Raises ClockJumped where nobody has."""
        try:
            self._clock.observe(at)
        except ClockJumped:
            accepted_at = await _clock_accepted_at(transaction)
            self._clock.observe(at, accepted_at)
            return accepted_at
        return None


async def _clock_accepted_at(transaction: Transaction) -> datetime | None:
    ((answer,),) = await transaction.execute((READ_CLOCK_ACCEPTANCE,))
    accepted_at: datetime | None = answer[0]
    return accepted_at


async def _recorded_acts(
    transaction: Transaction, program_id: UUID, cached: CachedProgram | None, recorded: Mapping[str, tuple[int, str]]
) -> dict[str, RecordedAct]:
    """The acts that the ledger holds, each with its first receipt. `recorded` maps act ids to entry number and content."""
    known: dict[str, RecordedAct] = {}
    for act_id, (seq, content) in recorded.items():
        if cached is None:
            break
        (rows,) = await transaction.execute((READ_ACT, str(program_id), seq, act_id))
        known[act_id] = RecordedAct(content, repeated(program_id, rows, read_entries(rows), cached.program))
    return known


def _text_array(items: Iterable[str]) -> str:
    """A `text[]` literal."""
    quoted = (item.replace("\\", "\\\\").replace('"', '\\"') for item in items)
    return "{" + ",".join(f'"{item}"' for item in quoted) + "}"
