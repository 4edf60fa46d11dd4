"""The one place where something is recorded: acts queue here, by program, and have their answers.

Acts that wait for the same program share a transaction; each is judged in its turn and has its own
answer. Mostly one is foreseen (`optimistic_append.py`), and programs that wait share round trips; where it
cannot be, or turns out to be wrong, there is a look before it (`locked_append.py`).
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
from db.locked_append import LockedAppend
from db.optimistic_append import OptimisticAppend, PreparedAppend
from db.pending_write import PendingWrite, answers_to
from db.plan_reader import PlanReader
from db.pools import LedgerPool
from db.program_cache import ProgramCache
from db.receipts import BatchRefused, Receipt
from db.time_slice import TimeSlice
from logs.trace import TRACE
from rules.acts import Act, Propose, StartProgram
from rules.decide import Decided, decide
from rules.refusals import Refused
from rules.vocabulary.matters import Amend
from telemetry.observer import UNOBSERVED, Observer
from telemetry.spans import current, span

T = TypeVar("T")

MOST_TOGETHER = 64
"""Acts of one program in one transaction. The lock is held while they are judged, a third of a millisecond each."""

MOST_PROGRAMS = 16
"""Programs in one round trip. Where one of them does not stand as expected, each of them has to be recorded by itself."""

LANES = 2
"""Round trips at a time. Who comes while both are under way shares the next one."""


class Recorder:
    """Records acts. One per process; any number of processes may record in the same program."""

    def __init__(
        self,
        writer: LedgerPool,
        programs: ProgramCache,
        plans: PlanReader | None = None,
        *,
        most_together: int = MOST_TOGETHER,
        observer: Observer = UNOBSERVED,
    ) -> None:
        """`plans`, where nobody must wait for the plan of somebody else's act."""
        self._observer = observer
        self._programs = programs
        self._plans = plans
        self._most_together = most_together
        self._clock = DatabaseClock()
        self._optimistic = OptimisticAppend(writer, programs, self._clock)
        self._locked = LockedAppend(writer, programs, self._clock)
        self._queues: dict[UUID, deque[PendingWrite]] = {}
        self._ready: deque[UUID] = deque()  # programs with somebody waiting, of which nothing is being recorded
        self._lanes = 0
        self._working: set[asyncio.Task[None]] = set()

    async def record(self, program_id: UUID, act: Act) -> Receipt | Refused:
        """Records an act with its effects; a refused attempt is recorded too. Returns after the commit.

        An act that was recorded before is answered with its first receipt. Raises psycopg.Error or
        LedgerFault, and then whether it was recorded is found out by asking again; or ReaderBusy, and then it was not.
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
        """What would follow from acts now; nothing is written, not even a refused attempt. Raises ReaderBusy."""
        await self._read_first(program_id, acts)
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

    def agrees(self, other: datetime, whose: str) -> None:
        """Raises ClockJumped where somebody else's clock is not the database's, as this process knows it."""
        self._clock.agrees(other, whose)

    async def close(self) -> None:
        """Waits for what is being recorded."""
        while self._working:
            await asyncio.wait(self._working)

    @property
    def waiting(self) -> int:
        """How many callers wait for a transaction."""
        return sum(map(len, self._queues.values()))

    @property
    def lanes(self) -> int:
        """How many shared round trips are under way."""
        return self._lanes

    async def _asked(self, program_id: UUID, acts: tuple[Act, ...], of: Callable[[Any], Any], *, is_batch: bool) -> Any:
        begun, outcome = perf_counter(), "failed"
        try:
            with span("record", kind=acts[0].deed.kind, acts=len(acts)):
                answer = await self._answered(program_id, acts, of, is_batch=is_batch)
            outcome = _outcome(answer)
            return answer
        finally:
            self._observer.acted([act.deed.kind for act in acts], outcome, perf_counter() - begun)

    async def _answered(self, program_id: UUID, acts: tuple[Act, ...], of: Callable[[Any], Any], *, is_batch: bool) -> Any:
        await self._read_first(program_id, acts)
        future = asyncio.get_running_loop().create_future()
        waiting = PendingWrite(acts, is_batch, of, future, current() or TRACE.get())
        if (queue := self._queues.get(program_id)) is not None:
            queue.append(waiting)
        else:
            self._queues[program_id] = deque([waiting])
            self._is_ready(program_id)
        return await waiting.future

    async def _read_first(self, program_id: UUID, acts: Sequence[Act]) -> None:
        """Has the plans that acts put forward read, before anybody waits for them to be judged."""
        if self._plans is None:
            return
        for act in acts:
            match act.deed:
                case StartProgram(document=document, parameters=parameters, programs=programs):
                    await self._plans.judges(document, parameters, programs or {})
                case Propose(matter=Amend(document=document, parameters=parameters)):
                    if (cached := await self._programs.load(program_id)) is not None:
                        await self._plans.judges(document, parameters, cached.program.agreed)
                case _:
                    pass

    def _is_ready(self, program_id: UUID) -> None:
        self._ready.append(program_id)
        if self._lanes < LANES:
            self._lanes += 1
            self._work(self._lane())

    def _work(self, work: Coroutine[Any, Any, None]) -> None:
        # A task of its own: a caller that goes away must not take the acts of others with it.
        task = asyncio.create_task(work)
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    async def _lane(self) -> None:
        """Records what is ready, many programs in one round trip, until nothing is."""
        try:
            while self._ready:
                prepared = list[PreparedAppend]()
                while self._ready and len(prepared) < MOST_PROGRAMS and not self._optimistic.is_late(prepared):
                    program_id = self._ready.popleft()
                    together = self._next(self._queues[program_id])
                    if (one := self._optimistic.judged(program_id, together)) is not None:
                        prepared.append(one)
                    else:
                        self._work(self._with_a_look(program_id, together))
                if prepared:
                    await self._as_foreseen(prepared)
        finally:
            self._lanes -= 1

    def _next(self, queue: deque[PendingWrite]) -> list[PendingWrite]:
        """Who is answered by the next transaction: those in front who still wait, up to the limit of acts."""
        together: list[PendingWrite] = []
        acts = 0
        while queue and (not together or acts + len(queue[0].acts) <= self._most_together):
            waiting = queue.popleft()
            if not waiting.has_gone:
                together.append(waiting)
                acts += len(waiting.acts)
        return together

    async def _as_foreseen(self, prepared: Sequence[PreparedAppend]) -> None:
        try:
            answers = await self._optimistic.written(prepared)
        except Exception:  # noqa: BLE001  it may be of one of them, which then meets it by itself
            # Somebody else is or was there, an act is a repeat, or the database has gone: each by itself, and looking first.
            for one in prepared:
                self._work(self._with_a_look(one.program_id, one.together))
        except BaseException as error:
            for one in prepared:
                self._done(one.program_id, one.together, [error] * len(one.together))
            raise
        else:
            for one, theirs in zip(prepared, answers, strict=True):
                self._done(one.program_id, one.together, theirs)

    async def _with_a_look(self, program_id: UUID, together: Sequence[PendingWrite]) -> None:
        try:
            outcomes = await self._locked.recorded(program_id, together)
        except BaseException as error:
            self._programs.evict(program_id)
            self._done(program_id, together, [error] * len(together))
            if not isinstance(error, Exception):
                raise
        else:
            self._done(program_id, together, answers_to(together, outcomes))

    def _done(self, program_id: UUID, together: Iterable[PendingWrite], answers: Iterable[Any]) -> None:
        """Answers, and lets who has come meanwhile be next."""
        for waiting, answer in zip(together, answers, strict=True):
            waiting.answer(answer)
        if self._queues[program_id]:
            self._is_ready(program_id)
        else:
            del self._queues[program_id]


def _outcome(answer: Any) -> str:
    """`recorded`, or the code of the refusal."""
    match answer:
        case Refused(code=code) | BatchRefused(refused=Refused(code=code)):
            return str(code)
        case _:
            return "recorded"


def _itself(receipt: T) -> T:
    return receipt
