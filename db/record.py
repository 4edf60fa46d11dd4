"""The one place where something is recorded: a transaction per program at a time, owned here.

    lock the head row · read the clock and what is new · judge · append and project · commit

in two round trips. Acts that wait for the same program share a transaction; each is judged in its
turn and has its own answer.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg

from db.draft import Draft, Known
from db.programs import Kept, Programs, caught_up, entries_of
from db.receipts import BatchRefused, Receipt, repeated
from db.session import Writer
from db.statements import ACT, LOCK, LOOK, TELL
from db.wire import BEGIN, COMMIT, Transaction
from rules.acts import Act, StartProgram
from rules.decide import Decided, decide
from rules.refusals import Refused

MOST_TOGETHER = 64
"""Acts in one transaction. The lock is held while they are judged, a third of a millisecond each."""


class LedgerFault(RuntimeError):
    """The ledger and its head row contradict each other: nothing may be appended until somebody has looked."""


class _StartedMeanwhile(Exception):
    """Somebody else has started the program after we had looked for its head row."""


@dataclass(slots=True, eq=False)
class _Waiting:
    """Somebody who waits for an answer: to one act, or to several that are recorded together or not at all."""

    acts: tuple[Act, ...]
    is_batch: bool
    answer: asyncio.Future[Any]


class Recorder:
    """Records acts. One per process; any number of processes may record in the same program."""

    def __init__(self, writer: Writer, programs: Programs, *, most_together: int = MOST_TOGETHER) -> None:
        self._writer = writer
        self._programs = programs
        self._most_together = most_together
        self._queues: dict[UUID, deque[_Waiting]] = {}
        self._working: set[asyncio.Task[None]] = set()

    async def record(self, program_id: UUID, act: Act) -> Receipt | Refused:
        """Records an act with its effects; a refused attempt is recorded too. Returns after the commit.

        An act that was recorded before is answered with its first receipt. Raises psycopg.Error or
        LedgerFault, and then whether it was recorded is found out by asking again.
        """
        outcome: Receipt | Refused = await self._asked(program_id, (act,), is_batch=False)
        return outcome

    async def record_all(self, program_id: UUID, acts: Sequence[Act]) -> tuple[Receipt, ...] | BatchRefused:
        """Records all acts in one transaction, or nothing of them but the attempt at the first refused one."""
        outcome: tuple[Receipt, ...] | BatchRefused = await self._asked(program_id, tuple(acts), is_batch=True)
        return outcome

    async def preview(self, program_id: UUID, *acts: Act) -> Decided | Refused:
        """What would follow from acts now; nothing is written, not even a refused attempt."""
        kept = await self._programs.load(program_id)
        program, clocks = (kept.program, kept.clocks) if kept else (None, ())
        now = datetime.now(UTC)
        entries: tuple[Any, ...] = ()
        for act in acts:
            outcome = decide(program, act, max(now, program.at) if program else now, clocks if program else None)
            if isinstance(outcome, Refused):
                return outcome
            program, clocks, entries = outcome.program, outcome.clocks, entries + outcome.entries
        if program is None:
            raise ValueError("a preview is of at least one act")
        return Decided(entries, program, clocks)

    async def close(self) -> None:
        """Waits for what is being recorded."""
        while self._working:
            await asyncio.wait(self._working)

    async def _asked(self, program_id: UUID, acts: tuple[Act, ...], *, is_batch: bool) -> Any:
        waiting = _Waiting(acts, is_batch, asyncio.get_running_loop().create_future())
        if (queue := self._queues.get(program_id)) is not None:
            queue.append(waiting)
        else:
            queue = self._queues[program_id] = deque([waiting])
            # A task of its own: a caller that goes away must not take the acts of others with it.
            task = asyncio.create_task(self._drain(program_id, queue))
            self._working.add(task)
            task.add_done_callback(self._working.discard)
        return await waiting.answer

    async def _drain(self, program_id: UUID, queue: deque[_Waiting]) -> None:
        try:
            while queue:
                together = self._next(queue)
                try:
                    answers = await self._transact(program_id, together)
                except BaseException as error:
                    self._programs.drop(program_id)
                    _answer(together, [error] * len(together))
                    if not isinstance(error, Exception):
                        _answer(queue, [error] * len(queue))
                        raise
                else:
                    _answer(together, answers)
        finally:
            del self._queues[program_id]

    def _next(self, queue: deque[_Waiting]) -> list[_Waiting]:
        """Who is answered by the next transaction: those in front who still wait, up to the limit of acts."""
        together: list[_Waiting] = []
        acts = 0
        while queue and (not together or acts + len(queue[0].acts) <= self._most_together):
            waiting = queue.popleft()
            if not waiting.answer.done():
                together.append(waiting)
                acts += len(waiting.acts)
        return together

    async def _transact(self, program_id: UUID, together: Sequence[_Waiting]) -> list[Any]:
        if not together:
            return []
        try:
            return await self._attempt(program_id, together)
        except _StartedMeanwhile:
            # It was not there when we looked, and is there to be locked now.
            self._programs.drop(program_id)
            return await self._attempt(program_id, together)

    async def _attempt(self, program_id: UUID, together: Sequence[_Waiting]) -> list[Any]:
        acts = [act for waiting in together for act in waiting.acts]
        kept = self._programs.kept(program_id)
        if kept is None and not isinstance(acts[0].deed, StartProgram):
            kept = await self._programs.load(program_id)  # a long ledger is not folded while others wait for the lock
        async with self._writer.transaction() as transaction:
            at, kept, known = await self._locked(transaction, program_id, kept, acts)
            draft = Draft(program_id, kept, at, known)
            answers = [_judged(draft, waiting) for waiting in together]
            if not draft.is_empty:
                tell = ((TELL, str(program_id)),) if draft.wakes_the_clock_room else ()
                try:
                    await transaction.ask(draft.statement(), *tell, (COMMIT,))
                except psycopg.errors.UniqueViolation as error:
                    if kept is None:
                        raise _StartedMeanwhile from error
                    raise
        if draft.after is not None:
            self._programs.keep(program_id, draft.after)
        return answers

    async def _locked(
        self, transaction: Transaction, program_id: UUID, kept: Kept | None, acts: Iterable[Act]
    ) -> tuple[datetime, Kept | None, dict[str, Known]]:
        """Locks the head row; then the time, the program as it stands, and which of the acts it knows."""
        ids = {act.id for act in acts}
        _, head, seen = await transaction.ask(
            (BEGIN,),
            (LOCK, str(program_id)),
            (LOOK, str(program_id), kept.seq if kept else 0, _array(ids)),
        )
        at: datetime = next(row[0] for row in seen if row[0] is not None)
        if new := [(leaf, body) for *_, leaf, body in seen if body is not None]:
            if not head:
                raise _StartedMeanwhile
            kept = await caught_up(kept, new)
        if head != ([(kept.seq, kept.head)] if kept else []):
            raise LedgerFault(f"program {program_id}: the ledger does not end where its head row says")
        places = {act_id: (seq, content) for _, seq, act_id, content, *_ in seen if act_id is not None}
        return at.astimezone(UTC), kept, await _known(transaction, program_id, kept, places)


async def _known(
    transaction: Transaction, program_id: UUID, kept: Kept | None, places: Mapping[str, tuple[int, str]]
) -> dict[str, Known]:
    """The acts that the ledger holds already, each with its first receipt; `places` are number and content."""
    known: dict[str, Known] = {}
    for act_id, (seq, content) in places.items():
        if kept is None:
            break
        (rows,) = await transaction.ask((ACT, str(program_id), seq, act_id))
        known[act_id] = Known(content, repeated(program_id, rows, entries_of(rows), kept.program))
    return known


def _judged(draft: Draft, waiting: _Waiting) -> Any:
    """An answer, or the error that is one: a fault in judging one act is not the fault of the others."""
    try:
        return draft.judge_all(waiting.acts) if waiting.is_batch else draft.judge(waiting.acts[0])
    except Exception as error:  # noqa: BLE001  it is raised where the act came from
        return error


def _answer(waiting: Iterable[_Waiting], answers: Iterable[Any]) -> None:
    for one, answer in zip(waiting, answers, strict=True):
        if one.answer.done():
            continue  # whoever asked has gone
        if isinstance(answer, asyncio.CancelledError):
            one.answer.cancel()
        elif isinstance(answer, BaseException):
            one.answer.set_exception(answer)
        else:
            one.answer.set_result(answer)


def _array(items: Iterable[str]) -> str:
    """A `text[]` as PostgreSQL reads it."""
    quoted = (item.replace("\\", "\\\\").replace('"', '\\"') for item in items)
    return "{" + ",".join(f'"{item}"' for item in quoted) + "}"
