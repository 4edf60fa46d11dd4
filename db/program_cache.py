"""The folded programs of this process, so that an act does not read a whole ledger again.

What is kept here is never trusted to be the newest: whoever asks learns from the ledger what came
after it, and only that is folded.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from db.ledger import GENESIS, read, read_next
from db.plan_reader import PlanReader
from db.pools import ReadPool
from db.snapshot_cache import EVERY, SnapshotCache
from db.snapshots import FEWEST, Snapshot, Snapshots, point
from db.time_slice import TimeSlice
from rules.entries import Entry
from rules.evolve import evolve
from rules.explanations.outstanding import OutstandingIndex, outstanding_acts
from rules.family import has_news
from rules.program import Program
from rules.reactions.clocks import Clock, clocks, clocks_after

MOST_PROGRAMS = 2_000
MOST_ENTRIES = 2_000_000
"""Of all kept programs together: a program of 100,000 entries weighs as much as a thousand small ones."""

_AFTER = "SELECT leaf, body FROM ledger_entry WHERE program_id = %s AND seq > %s ORDER BY seq"
_UP_TO = "SELECT leaf, body FROM ledger_entry WHERE program_id = %s AND seq > %s AND recorded_at <= %s ORDER BY seq"


@dataclass(frozen=True, slots=True)
class CachedProgram:
    """A program, the leaf of its newest entry, its running clocks, and what is owed in it, once somebody had to know."""

    program: Program
    head: bytes
    clocks: tuple[Clock, ...]
    outstanding: OutstandingIndex | None = field(default=None, compare=False, repr=False)

    @property
    def owed(self) -> OutstandingIndex:
        return outstanding_acts(self.program) if self.outstanding is None else self.outstanding

    @property
    def seq(self) -> int:
        return self.program.seq


class ProgramCache:
    """Reads programs by folding their ledgers, and keeps the ones used last."""

    def __init__(
        self,
        reader: ReadPool,
        plans: PlanReader | None = None,
        snapshots: Snapshots | None = None,
        *,
        most: int = MOST_PROGRAMS,
        entries: int = MOST_ENTRIES,
    ) -> None:
        """`plans`, where nobody must wait for the plan of somebody else's program; `snapshots`, where ledgers are long."""
        self._reader = reader
        self._plans = plans
        self._snapshots = snapshots
        self._states = SnapshotCache()
        self._looking_back = asyncio.Lock()
        self._most, self._most_entries = most, entries
        self._kept: OrderedDict[UUID, CachedProgram] = OrderedDict()
        self._entries = 0

    async def load(self, program_id: UUID) -> CachedProgram | None:
        """The program as its ledger stands now; None if there is none."""
        cached = self.get(program_id) or await self._from_snapshot(program_id)
        rows = await self._reader.rows(_AFTER, [program_id, cached.seq if cached else 0])
        if rows:
            cached = await self.caught_up(program_id, cached, [(row["leaf"], row["body"]) for row in rows])
        if cached is not None:
            self.put(program_id, cached)
        return cached

    async def _from_snapshot(self, program_id: UUID) -> CachedProgram | None:
        found = await self._snapshots.newest(program_id) if self._snapshots else None
        return CachedProgram(found.program, found.leaf, clocks(found.program)) if found else None

    async def as_of(self, program_id: UUID, at: datetime) -> Program | None:
        """The program as it had been recorded up to an instant; None before it was started."""
        async with self._looking_back:  # one at a time: each takes turns with everybody else
            program = self._states.before(program_id, at)
            if self._snapshots and (found := await self._snapshots.newest(program_id, until=at, after=_seq(program) + FEWEST)):
                program = found.program
                self._states.keep(program_id, program)
            rows = await self._reader.rows(_UP_TO, [program_id, _seq(program), at])
            time_slice = TimeSlice()
            for row in rows:
                program = await self._after(program, read(row["leaf"], row["body"]))
                self._keep_snapshot(program_id, program, row["leaf"])
                if program.seq % EVERY == 0:
                    self._states.keep(program_id, program)
                await time_slice.pause()
            if program is not None:
                self._states.keep(program_id, program)
            return program

    async def caught_up(
        self, program_id: UUID, cached: CachedProgram | None, rows: Iterable[tuple[bytes, bytes]]
    ) -> CachedProgram:
        """The program after further rows (leaf and body), of which there is at least one."""
        program, head = (cached.program, cached.head) if cached else (None, GENESIS)
        time_slice = TimeSlice()
        for leaf, body in rows:
            program, head = await self._after(program, read_next(leaf, body, head)), leaf
            self._keep_snapshot(program_id, program, head)
            await time_slice.pause()
        if program is None:
            raise ValueError("no rows to fold")
        return cached_after(cached, program, head)

    def _keep_snapshot(self, program_id: UUID, program: Program, leaf: bytes) -> None:
        """Where one is due, while a ledger is folded for which there was none."""
        if self._snapshots and program.seq == point(program.seq):
            self._snapshots.keep(program_id, Snapshot(program, leaf))

    async def _after(self, program: Program | None, entry: Entry) -> Program:
        if self._plans is not None:
            await self._plans.reads(entry.fact)
        return evolve(program, entry)

    @property
    def count(self) -> int:
        """How many programs are kept."""
        return len(self._kept)

    @property
    def entries(self) -> int:
        """Of how many entries they were folded."""
        return self._entries

    def get(self, program_id: UUID) -> CachedProgram | None:
        """What is kept of a program, which may be old."""
        if (found := self._kept.get(program_id)) is not None:
            self._kept.move_to_end(program_id)
        return found

    def put(self, program_id: UUID, cached: CachedProgram) -> None:
        """Keeps a program that has been committed, unless a newer one is kept already."""
        if (old := self._kept.get(program_id)) is not None:
            if old.seq >= cached.seq:
                return
            self._entries -= old.seq
            if self._snapshots and point(old.seq) < point(cached.seq):
                self._snapshots.keep(program_id, Snapshot(cached.program, cached.head))
        self._kept[program_id] = cached
        self._kept.move_to_end(program_id)
        self._entries += cached.seq
        while len(self._kept) > 1 and (len(self._kept) > self._most or self._entries > self._most_entries):
            _, dropped = self._kept.popitem(last=False)
            self._entries -= dropped.seq

    def evict(self, program_id: UUID) -> None:
        if (old := self._kept.pop(program_id, None)) is not None:
            self._entries -= old.seq


def _seq(program: Program | None) -> int:
    return program.seq if program else 0


def cached_after(before: CachedProgram | None, program: Program, head: bytes) -> CachedProgram:
    """What is kept after further entries."""
    return CachedProgram(program, head, clocks_after(program, before.program, before.clocks) if before else clocks(program))


def changes_workflow(before: CachedProgram | None, after: CachedProgram) -> bool:
    """Whether standing, phases, clocks, checks or children differ, or what a parent has to hear: what a workflow acts upon."""
    if before is None:
        return True
    old, new = before.program, after.program
    if old.standing is not new.standing or old.phases is not new.phases or before.clocks != after.clocks:
        return True
    if old.plan.checks is not new.plan.checks or (old.checks is not new.checks and _paused(old) != _paused(new)):
        return True
    if new.parent is not None and has_news(old, new):
        return True
    return old.children is not new.children and _known_of_children(old) != _known_of_children(new)


def _paused(program: Program) -> dict[str, datetime]:
    """The checks whose schedules stand still."""
    return {name: check.paused_at for name, check in program.checks.items() if check.paused_at is not None}


def _known_of_children(program: Program) -> dict[str, str | None]:
    """What a workflow knows of child programs: which are opened, and how they stand."""
    return {name: child.standing for name, child in program.children.items()}


def entries_of(rows: Iterable[tuple[bytes, bytes]]) -> tuple[Entry, ...]:
    return tuple(read(leaf, body) for leaf, body in rows)
