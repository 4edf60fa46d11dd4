"""The one place where something is recorded: a transaction per program at a time, owned here.

    judge · append and project, if the head row is where it was, and commit

in one round trip, which programs that wait share. Where that cannot be, or turns out to be wrong:

    lock the head row · read the clock and what is new · judge · append and project · commit

in two, each program by itself. Acts that wait for the same program share a transaction; each is
judged in its turn and has its own answer.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import psycopg

from db.draft import Draft, Known
from db.hour import Hour
from db.programs import Kept, Programs, caught_up, entries_of
from db.receipts import BatchRefused, Receipt, repeated
from db.session import Writer
from db.statements import ACT, LOCK, LOOK, TELL
from db.wire import BEGIN, COMMIT, Call, Transaction
from rules.acts import Act, StartProgram
from rules.decide import Decided, decide
from rules.refusals import Refused

T = TypeVar("T")

MOST_TOGETHER = 64
"""Acts of one program in one transaction. The lock is held while they are judged, a third of a millisecond each."""

MOST_PROGRAMS = 16
"""Programs in one round trip. Where one of them does not stand as expected, each of them has to be recorded by itself."""

LONGEST_AHEAD = timedelta(milliseconds=100)
"""What is foreseen is sent before it is older than this: the database takes no time that is 200 milliseconds ago."""

LANES = 2
"""Round trips at a time. Who comes while both are under way shares the next one."""


class LedgerFault(RuntimeError):
    """The ledger and its head row contradict each other: nothing may be appended until somebody has looked."""


class _StartedMeanwhile(Exception):
    """Somebody else has started the program after we had looked for its head row."""


@dataclass(slots=True, eq=False)
class _Waiting:
    """Somebody who waits for an answer: to one act, or to several that are recorded together or not at all."""

    acts: tuple[Act, ...]
    is_batch: bool
    of: Callable[[Any], Any]
    """What is made of a receipt, or of the receipts of a batch, to be the answer."""
    answer: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class _Foreseen:
    """A draft judged on the program as this process knows it, and what comes of the acts if it turns out to stand so."""

    program_id: UUID
    at: datetime
    together: Sequence[_Waiting]
    draft: Draft
    outcomes: Sequence[Any]


class Recorder:
    """Records acts. One per process; any number of processes may record in the same program."""

    def __init__(self, writer: Writer, programs: Programs, *, most_together: int = MOST_TOGETHER) -> None:
        self._writer = writer
        self._programs = programs
        self._most_together = most_together
        self._hour = Hour()
        self._queues: dict[UUID, deque[_Waiting]] = {}
        self._ready: deque[UUID] = deque()  # programs with somebody waiting, of which nothing is being recorded
        self._lanes = 0
        self._working: set[asyncio.Task[None]] = set()

    async def record(self, program_id: UUID, act: Act) -> Receipt | Refused:
        """Records an act with its effects; a refused attempt is recorded too. Returns after the commit.

        An act that was recorded before is answered with its first receipt. Raises psycopg.Error or
        LedgerFault, and then whether it was recorded is found out by asking again.
        """
        return await self.answered(program_id, act, _itself)

    async def answered(self, program_id: UUID, act: Act, of: Callable[[Receipt], T]) -> T | Refused:
        """The same, with what `of` makes of the receipt; it is made while the database writes."""
        outcome: T | Refused = await self._asked(program_id, (act,), of, is_batch=False)
        return outcome

    async def record_all(self, program_id: UUID, acts: Sequence[Act]) -> tuple[Receipt, ...] | BatchRefused:
        """Records all acts in one transaction, or nothing of them but the attempt at the first refused one."""
        outcome: tuple[Receipt, ...] | BatchRefused = await self._asked(program_id, tuple(acts), _itself, is_batch=True)
        return outcome

    async def preview(self, program_id: UUID, *acts: Act) -> Decided | Refused:
        """What would follow from acts now; nothing is written, not even a refused attempt."""
        kept = await self._programs.load(program_id)
        program, clocks = (kept.program, kept.clocks) if kept else (None, ())
        now = self._hour.now() or datetime.now(UTC)
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

    async def _asked(self, program_id: UUID, acts: tuple[Act, ...], of: Callable[[Any], Any], *, is_batch: bool) -> Any:
        waiting = _Waiting(acts, is_batch, of, asyncio.get_running_loop().create_future())
        if (queue := self._queues.get(program_id)) is not None:
            queue.append(waiting)
        else:
            self._queues[program_id] = deque([waiting])
            self._is_ready(program_id)
        return await waiting.answer

    def _work(self, work: Coroutine[Any, Any, None]) -> None:
        # A task of its own: a caller that goes away must not take the acts of others with it.
        task = asyncio.create_task(work)
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    async def _lane(self) -> None:
        """Records what is ready, many programs in one round trip, until nothing is."""
        try:
            while self._ready:
                foreseen = list[_Foreseen]()
                while self._ready and len(foreseen) < MOST_PROGRAMS and not self._is_late(foreseen):
                    program_id = self._ready.popleft()
                    together = self._next(self._queues[program_id])
                    if (one := self._judged_ahead(program_id, together)) is not None:
                        foreseen.append(one)
                    else:
                        self._work(self._carefully(program_id, together))
                if foreseen:
                    await self._append(foreseen)
        finally:
            self._lanes -= 1

    def _done(self, program_id: UUID, together: Iterable[_Waiting], answers: Iterable[Any]) -> None:
        """Answers, and lets who has come meanwhile be next."""
        _answer(together, answers)
        if self._queues[program_id]:
            self._is_ready(program_id)
        else:
            del self._queues[program_id]

    def _is_ready(self, program_id: UUID) -> None:
        self._ready.append(program_id)
        if self._lanes < LANES:
            self._lanes += 1
            self._work(self._lane())

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

    def _judged_ahead(self, program_id: UUID, together: Sequence[_Waiting]) -> _Foreseen | None:
        """Acts that are accepted if nothing has happened in their program that this process does not know of.

        None where that has to be looked up: a refusal may be of a repeat, and what writes nothing would not find out.
        """
        kept, now = self._programs.kept(program_id), self._hour.now()
        if kept is None or now is None or not together or kept.program.at > now + LONGEST_AHEAD:
            return None
        draft = Draft(program_id, kept, now, {})
        outcomes = [_judged(draft, waiting) for waiting in together]
        if draft.is_empty or not all(isinstance(outcome, Receipt | tuple) for outcome in outcomes):
            return None
        one = _Foreseen(program_id, now, together, draft, outcomes)
        return None if self._is_late([one]) else one

    def _is_late(self, foreseen: Sequence[_Foreseen]) -> bool:
        """Whether judging has taken so long that nothing more may wait with what was judged first."""
        now = self._hour.now()
        return bool(foreseen) and now is not None and now - foreseen[0].at > LONGEST_AHEAD

    async def _append(self, foreseen: Sequence[_Foreseen]) -> None:
        """Writes drafts of several programs in one round trip and one commit, all of them or none."""
        in_order = sorted(foreseen, key=lambda one: one.program_id)  # two processes wait for each other's rows in one order
        answers: list[list[Any]] = []

        def make_answers() -> None:
            answers.extend(_made(one.together, one.outcomes) for one in foreseen)

        try:
            async with self._writer.transaction() as transaction:
                calls = [call for one in in_order for call in _calls(one.draft, one.draft.statement_as_expected())]
                answered = await transaction.ask(*calls, meanwhile=make_answers)
        except Exception:  # noqa: BLE001  it may be of one of them, which then meets it by itself
            # Somebody else is or was there, an act is a repeat, or the database has gone: each by itself, and looking first.
            for one in foreseen:
                self._work(self._carefully(one.program_id, one.together))
            return
        except BaseException as error:
            for one in foreseen:
                self._done(one.program_id, one.together, [error] * len(one.together))
            raise
        self._hour.told(answered[0][0][0])
        for one, theirs in zip(foreseen, answers, strict=True):
            if one.draft.after is not None:
                self._programs.keep(one.program_id, one.draft.after)
            self._done(one.program_id, one.together, theirs)

    async def _carefully(self, program_id: UUID, together: Sequence[_Waiting]) -> None:
        """Records acts of one program with a look before them."""
        try:
            answers = _made(together, await self._transact(program_id, together))
        except BaseException as error:
            self._programs.drop(program_id)
            self._done(program_id, together, [error] * len(together))
            if not isinstance(error, Exception):
                raise
        else:
            self._done(program_id, together, answers)

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
            outcomes = [_judged(draft, waiting) for waiting in together]
            if not draft.is_empty:
                try:
                    await transaction.ask(*_calls(draft, draft.statement()), (COMMIT,))
                except psycopg.errors.UniqueViolation as error:
                    if kept is None:
                        raise _StartedMeanwhile from error
                    raise
        if draft.after is not None:
            self._programs.keep(program_id, draft.after)
        return outcomes

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
        self._hour.told(at)
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


def _calls(draft: Draft, statement: Call) -> tuple[Call, ...]:
    """What is sent for a draft: the statement that writes it, and a notice if the clock room must look."""
    return (statement, (TELL, str(draft.program_id))) if draft.wakes_the_clock_room else (statement,)


def _judged(draft: Draft, waiting: _Waiting) -> Any:
    """An answer, or the error that is one: a fault in judging one act is not the fault of the others."""
    try:
        return draft.judge_all(waiting.acts) if waiting.is_batch else draft.judge(waiting.acts[0])
    except Exception as error:  # noqa: BLE001  it is raised where the act came from
        return error


def _made(together: Iterable[_Waiting], outcomes: Iterable[Any]) -> list[Any]:
    """The answers: what each who waits wanted to have made of a receipt, or why there is none."""

    def made(waiting: _Waiting, outcome: Any) -> Any:
        if not isinstance(outcome, Receipt | tuple):
            return outcome
        try:
            return waiting.of(outcome)
        except Exception as error:  # noqa: BLE001  it is raised where the act came from
            return error

    return [made(waiting, outcome) for waiting, outcome in zip(together, outcomes, strict=True)]


def _itself(receipt: T) -> T:
    return receipt


def _answer(waiting: Iterable[_Waiting], answers: Iterable[Any]) -> None:
    for one, answer in zip(waiting, answers, strict=True):
        if one.answer.done():
            continue  # whoever asked has gone
        if isinstance(answer, asyncio.CancelledError):
            one.answer.cancel()
        elif isinstance(answer, StopIteration):
            one.answer.set_exception(RuntimeError("judging an act ended in a StopIteration"))  # a future takes none
        elif isinstance(answer, BaseException):
            one.answer.set_exception(answer)
        else:
            one.answer.set_result(answer)


def _array(items: Iterable[str]) -> str:
    """A `text[]` as PostgreSQL reads it."""
    quoted = (item.replace("\\", "\\\\").replace('"', '\\"') for item in items)
    return "{" + ",".join(f'"{item}"' for item in quoted) + "}"
