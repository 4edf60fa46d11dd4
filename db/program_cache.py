"""LRU cache of folded programs, so that an act does not fold the whole ledger again.

A cached program may be stale. Users read the newer entries from the ledger, and only those are folded.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from db.event_loop import TimeSlice
from db.ledger import GENESIS, read, read_next
from db.plan_reader import PlanReader
from db.pools import ReadPool
from db.snapshot_cache import INTERVAL, SnapshotCache
from db.snapshots import MIN_ENTRIES, Snapshot, Snapshots, snapshot_point
from rules.entries import Entry
from rules.evolve import evolve
from rules.explanations.outstanding import OutstandingIndex, outstanding_acts
from rules.family import has_news
from rules.program import Program
from rules.reactions.clocks import Clock, clocks, clocks_after

MAX_PROGRAMS = 2_000
MAX_ENTRIES = 2_000_000
"""Limit on the entries of all cached programs: one of 100,000 entries weighs as much as a thousand small ones."""

_AFTER = "SELECT leaf, body FROM ledger_entry WHERE program_id = %s AND seq > %s ORDER BY seq"
_UP_TO = "SELECT leaf, body FROM ledger_entry WHERE program_id = %s AND seq > %s AND recorded_at <= %s ORDER BY seq"


@dataclass(frozen=True, slots=True)
class CachedProgram:
    """A program, the leaf of its newest entry, its running clocks, and the lazily computed index of what is owed in it."""

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
    """Loads programs by folding their ledgers, and evicts those used least recently."""

    def __init__(
        self,
        reader: ReadPool,
        plans: PlanReader | None = None,
        snapshots: Snapshots | None = None,
        *,
        most: int = MAX_PROGRAMS,
        entries: int = MAX_ENTRIES,
    ) -> None:
        """`plans` parses plans outside of the event loop. `snapshots` shortens the fold of long ledgers."""
        self._reader = reader
        self._plans = plans
        self._snapshots = snapshots
        self._states = SnapshotCache()
        self._history_lock = asyncio.Lock()
        self._max_programs, self._max_entries = most, entries
        self._cached: OrderedDict[UUID, CachedProgram] = OrderedDict()
        self._entries = 0

    async def load(self, program_id: UUID) -> CachedProgram | None:
        """The program as of the newest entry of its ledger; None if there is none."""
        cached = self.get(program_id) or await self._load_snapshot(program_id)
        rows = await self._reader.rows(_AFTER, [program_id, cached.seq if cached else 0])
        if rows:
            cached = await self.catch_up(program_id, cached, [(row["leaf"], row["body"]) for row in rows])
        if cached is not None:
            self.put(program_id, cached)
        return cached

    async def _load_snapshot(self, program_id: UUID) -> CachedProgram | None:
        found = await self._snapshots.newest(program_id) if self._snapshots else None
        return CachedProgram(found.program, found.leaf, clocks(found.program)) if found else None

    async def as_of(self, program_id: UUID, at: datetime) -> Program | None:
        """The program as it had been recorded up to an instant; None before it was started."""
        async with self._history_lock:  # one fold of history at a time in this process
            program = self._states.before(program_id, at)
            if self._snapshots and (
                found := await self._snapshots.newest(program_id, until=at, after=_seq(program) + MIN_ENTRIES)
            ):
                program = found.program
                self._states.keep(program_id, program)
            rows = await self._reader.rows(_UP_TO, [program_id, _seq(program), at])
            time_slice = TimeSlice()
            for row in rows:
                program = await self._evolve(program, read(row["leaf"], row["body"]))
                self._store_snapshot(program_id, program, row["leaf"])
                if program.seq % INTERVAL == 0:
                    self._states.keep(program_id, program)
                await time_slice.pause()
            if program is not None:
                self._states.keep(program_id, program)
            return program

    async def catch_up(
        self, program_id: UUID, cached: CachedProgram | None, rows: Iterable[tuple[bytes, bytes]]
    ) -> CachedProgram:
        """Folds further rows (leaf and body), at least one, into a cached program. Raises LedgerFault."""
        program, head = (cached.program, cached.head) if cached else (None, GENESIS)
        time_slice = TimeSlice()
        for leaf, body in rows:
            program, head = await self._evolve(program, read_next(leaf, body, head)), leaf
            self._store_snapshot(program_id, program, head)
            await time_slice.pause()
        if program is None:
            raise ValueError("no rows to fold")
        return cached_after(cached, program, head)

    def _store_snapshot(self, program_id: UUID, program: Program, leaf: bytes) -> None:
        """Stores a snapshot where one is due at this entry."""
        if self._snapshots and program.seq == snapshot_point(program.seq):
            self._snapshots.keep(program_id, Snapshot(program, leaf))

    async def _evolve(self, program: Program | None, entry: Entry) -> Program:
        if self._plans is not None:
            await self._plans.prefetch_fact(entry.fact)
        return evolve(program, entry)

    @property
    def count(self) -> int:
        """Number of cached programs."""
        return len(self._cached)

    @property
    def entries(self) -> int:
        """Number of entries of all cached programs."""
        return self._entries

    def get(self, program_id: UUID) -> CachedProgram | None:
        """The cached program, which may be stale; None if it is not cached."""
        if (found := self._cached.get(program_id)) is not None:
            self._cached.move_to_end(program_id)
        return found

    def put(self, program_id: UUID, cached: CachedProgram) -> None:
        """Caches a committed program, unless a newer state of it is cached."""
        if (old := self._cached.get(program_id)) is not None:
            if old.seq >= cached.seq:
                return
            self._entries -= old.seq
            if self._snapshots and snapshot_point(old.seq) < snapshot_point(cached.seq):
                self._snapshots.keep(program_id, Snapshot(cached.program, cached.head))
        self._cached[program_id] = cached
        self._cached.move_to_end(program_id)
        self._entries += cached.seq
        while len(self._cached) > 1 and (len(self._cached) > self._max_programs or self._entries > self._max_entries):
            _, dropped = self._cached.popitem(last=False)
            self._entries -= dropped.seq

    def evict(self, program_id: UUID) -> None:
        """Removes a program from the cache."""
        if (old := self._cached.pop(program_id, None)) is not None:
            self._entries -= old.seq


def _seq(program: Program | None) -> int:
    return program.seq if program else 0


def cached_after(before: CachedProgram | None, program: Program, head: bytes) -> CachedProgram:
    """The cache value after further entries; clocks are updated incrementally."""
    return CachedProgram(program, head, clocks_after(program, before.program, before.clocks) if before else clocks(program))


def changes_workflow(before: CachedProgram | None, after: CachedProgram) -> bool:
    """Whether anything differs that a workflow acts upon: standing, phases, clocks, checks, children, news for the parent."""
    if before is None:
        return True
    old, new = before.program, after.program
    if old.standing is not new.standing or old.phases is not new.phases or before.clocks != after.clocks:
        return True
    if old.plan.checks is not new.plan.checks or (old.checks is not new.checks and _paused_checks(old) != _paused_checks(new)):
        return True
    if new.parent is not None and has_news(old, new):
        return True
    return old.children is not new.children and _child_standings(old) != _child_standings(new)


def _paused_checks(program: Program) -> dict[str, datetime]:
    """When each paused check was paused."""
    return {name: check.paused_at for name, check in program.checks.items() if check.paused_at is not None}


def _child_standings(program: Program) -> dict[str, str | None]:
    """The standing of each opened child program, as workflows know it."""
    return {name: child.standing for name, child in program.children.items()}


def read_entries(rows: Iterable[tuple[bytes, bytes]]) -> tuple[Entry, ...]:
    return tuple(read(leaf, body) for leaf, body in rows)
