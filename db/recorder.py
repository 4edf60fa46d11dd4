"""The recorder: the only writer of the ledger. It queues acts by program and commits them in groups.

Acts that wait for the same program share a transaction; each is decided in its turn and has its own answer. Most are appended
optimistically (`optimistic_append.py`), many programs in one round trip. Where that is not possible or fails, the program is
appended under a lock (`locked_append.py`).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Sequence
from datetime import UTC, datetime
from time import perf_counter
from typing import Any, TypeVar
from uuid import UUID

from db.database_clock import DatabaseClock
from db.event_loop import TimeSlice
from db.locked_append import LockedAppend
from db.optimistic_append import OptimisticAppend, PreparedAppend
from db.pending_write import PendingWrite, build_answers
from db.plan_reader import PlanReader
from db.pools import LedgerPool
from db.program_cache import ProgramCache
from db.receipts import BatchRefused, Receipt
from logs.trace import TRACE
from rules.acts import Act, Propose, StartProgram
from rules.decide import Decided, decide
from rules.refusals import Refused
from rules.vocabulary.matters import Amend
from telemetry.observer import UNOBSERVED, Observer
from telemetry.spans import current_traceparent, span

T = TypeVar("T")

MAX_ACTS = 64
"""Most acts of one program in one transaction. The lock is held while they are decided, 0.3 ms each."""

MAX_BATCH = 16
"""Most programs in one optimistic append. If one of them has changed, each must be appended again under its lock."""

MAX_ROUND_TRIPS = 2
"""Concurrent optimistic round trips. Writes that arrive while all are in use are batched into the next one."""


class Recorder:
    """Records acts. One per process; any number of processes may write to the same program."""

    def __init__(
        self,
        writer: LedgerPool,
        programs: ProgramCache,
        plans: PlanReader | None = None,
        *,
        max_acts: int = MAX_ACTS,
        observer: Observer = UNOBSERVED,
    ) -> None:
        """`plans` parses plans outside of the event loop."""
        self._observer = observer
        self._programs = programs
        self._plans = plans
        self._max_acts = max_acts
        self._clock = DatabaseClock()
        self._optimistic = OptimisticAppend(writer, programs, self._clock)
        self._locked = LockedAppend(writer, programs, self._clock)
        self._queues: dict[UUID, deque[PendingWrite]] = {}
        self._ready: deque[UUID] = deque()  # programs with queued writes and no append in progress
        self._round_trips = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def record(self, program_id: UUID, act: Act) -> Receipt | Refused:
        """Records an act with its effects; a refused attempt is recorded too. Returns after the commit.

        Idempotent by the act's id: a repeat returns the first receipt. After psycopg.Error or LedgerFault the outcome is
        unknown, and a repeat finds it out. After ReaderBusy nothing was recorded.
        """
        return await self.record_and_answer(program_id, act, _identity)

    async def record_and_answer(self, program_id: UUID, act: Act, build: Callable[[Receipt], T]) -> T | Refused:
        """As `record`, with the answer that `build` makes of the receipt while the database writes."""
        outcome: T | Refused = await self._record(program_id, (act,), build, is_batch=False)
        return outcome

    async def record_all(self, program_id: UUID, acts: Sequence[Act]) -> tuple[Receipt, ...] | BatchRefused:
        """Records all acts in one transaction, or none of them and the attempt at the first that is refused."""
        outcome: tuple[Receipt, ...] | BatchRefused = await self._record(program_id, tuple(acts), _identity, is_batch=True)
        return outcome

    async def preview(self, program_id: UUID, *acts: Act) -> Decided | Refused:
        """Decides acts on the current program without writing anything. Raises ReaderBusy."""
        await self._prefetch_plans(program_id, acts)
        cached = await self._programs.load(program_id)
        program, clocks = (cached.program, cached.clocks) if cached else (None, ())
        now = self._clock.now() or datetime.now(UTC)
        entries: tuple[Any, ...] = ()
        time_slice = TimeSlice()
        for act in acts:
            outcome = decide(program, act, max(now, program.at) if program else now, clocks if program else None)
            if isinstance(outcome, Refused):
                return outcome
            program, clocks, entries = outcome.program, outcome.clocks, entries + outcome.entries
            await time_slice.pause()
        if program is None:
            raise ValueError("a preview is of at least one act")
        return Decided(entries, program, clocks)

    def check_against(self, other: datetime, whose: str) -> None:
        """Raises ClockJumped where another clock (`whose`) differs from the database's by more than the tolerance."""
        self._clock.check_against(other, whose)

    async def close(self) -> None:
        """Waits for all appends in progress."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    @property
    def waiting(self) -> int:
        """Number of queued writes."""
        return sum(map(len, self._queues.values()))

    @property
    def round_trips(self) -> int:
        """Number of optimistic round trips in progress."""
        return self._round_trips

    async def _record(self, program_id: UUID, acts: tuple[Act, ...], build: Callable[[Any], Any], *, is_batch: bool) -> Any:
        started, outcome = perf_counter(), "failed"
        try:
            with span("record", kind=acts[0].deed.kind, acts=len(acts)):
                answer = await self._enqueue(program_id, acts, build, is_batch=is_batch)
            outcome = _outcome_label(answer)
            return answer
        finally:
            self._observer.acted([act.deed.kind for act in acts], outcome, perf_counter() - started)

    async def _enqueue(self, program_id: UUID, acts: tuple[Act, ...], build: Callable[[Any], Any], *, is_batch: bool) -> Any:
        await self._prefetch_plans(program_id, acts)
        future = asyncio.get_running_loop().create_future()
        write = PendingWrite(acts, is_batch, build, future, current_traceparent() or TRACE.get())
        if (queue := self._queues.get(program_id)) is not None:
            queue.append(write)
        else:
            self._queues[program_id] = deque([write])
            self._schedule(program_id)
        return await write.future

    async def _prefetch_plans(self, program_id: UUID, acts: Sequence[Act]) -> None:
        """Parses the plans that acts bring, before the acts enter the queue."""
        if self._plans is None:
            return
        for act in acts:
            match act.deed:
                case StartProgram(document=document, parameters=parameters, programs=programs):
                    await self._plans.prefetch_accepted(document, parameters, programs or {})
                case Propose(matter=Amend(document=document, parameters=parameters)):
                    if (cached := await self._programs.load(program_id)) is not None:
                        await self._plans.prefetch_accepted(document, parameters, cached.program.agreed)
                case _:
                    pass

    def _schedule(self, program_id: UUID) -> None:
        self._ready.append(program_id)
        if self._round_trips < MAX_ROUND_TRIPS:
            self._round_trips += 1
            self._spawn(self._write_ready())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        # A task of its own: the cancellation of one caller must not cancel the acts of others.
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _write_ready(self) -> None:
        """Appends ready programs in batches until none is left."""
        try:
            while self._ready:
                prepared = list[PreparedAppend]()
                while self._ready and len(prepared) < MAX_BATCH and not self._optimistic.is_stale(prepared):
                    program_id = self._ready.popleft()
                    writes = self._take(self._queues[program_id])
                    if (one := self._optimistic.prepare(program_id, writes)) is not None:
                        prepared.append(one)
                    else:
                        self._spawn(self._append_locked(program_id, writes))
                if prepared:
                    await self._append_optimistically(prepared)
        finally:
            self._round_trips -= 1

    def _take(self, queue: deque[PendingWrite]) -> list[PendingWrite]:
        """Removes the writes of the next transaction from a queue: up to MAX_ACTS acts, without cancelled callers."""
        writes: list[PendingWrite] = []
        acts = 0
        while queue and (not writes or acts + len(queue[0].acts) <= self._max_acts):
            write = queue.popleft()
            if not write.is_done:
                writes.append(write)
                acts += len(write.acts)
        return writes

    async def _append_optimistically(self, prepared: Sequence[PreparedAppend]) -> None:
        try:
            answers = await self._optimistic.commit(prepared)
        except Exception:  # noqa: BLE001  a fault of one program is raised by its locked append
            # A conflict, a repeated act or a lost connection: append each program by itself under its lock.
            for one in prepared:
                self._spawn(self._append_locked(one.program_id, one.writes))
        except BaseException as error:
            for one in prepared:
                self._resolve(one.program_id, one.writes, [error] * len(one.writes))
            raise
        else:
            for one, answers_of_one in zip(prepared, answers, strict=True):
                self._resolve(one.program_id, one.writes, answers_of_one)

    async def _append_locked(self, program_id: UUID, writes: Sequence[PendingWrite]) -> None:
        try:
            outcomes = await self._locked.append(program_id, writes)
        except BaseException as error:
            self._programs.evict(program_id)
            self._resolve(program_id, writes, [error] * len(writes))
            if not isinstance(error, Exception):
                raise
        else:
            self._resolve(program_id, writes, build_answers(writes, outcomes))

    def _resolve(self, program_id: UUID, writes: Iterable[PendingWrite], answers: Iterable[Any]) -> None:
        """Completes writes, and schedules the program again if more are queued."""
        for write, answer in zip(writes, answers, strict=True):
            write.resolve(answer)
        if self._queues[program_id]:
            self._schedule(program_id)
        else:
            del self._queues[program_id]


def _outcome_label(answer: Any) -> str:
    """`recorded`, or the code of the refusal."""
    match answer:
        case Refused(code=code) | BatchRefused(refused=Refused(code=code)):
            return str(code)
        case _:
            return "recorded"


def _identity(receipt: T) -> T:
    return receipt
