"""In-memory cache of earlier states of programs, for queries at one instant after another."""

from __future__ import annotations

from bisect import insort
from collections import OrderedDict
from datetime import datetime
from uuid import UUID

from rules.program import Program

INTERVAL = 1_000
"""Entries between two cached states while folding: a tenth of a second of work."""

MAX_SNAPSHOTS = 200
"""Limit on the states of all programs. Neighbouring states share their unchanged parts."""


class SnapshotCache:
    """LRU cache of past states, by program. Past states are immutable, so entries never expire."""

    def __init__(self, most: int = MAX_SNAPSHOTS) -> None:
        self._max_snapshots = most
        self._states: OrderedDict[UUID, list[tuple[int, Program]]] = OrderedDict()
        self._number = 0

    def before(self, program_id: UUID, at: datetime) -> Program | None:
        """The latest cached state at or before an instant; None if there is none."""
        if (states := self._states.get(program_id)) is None:
            return None
        self._states.move_to_end(program_id)
        return next((program for _, program in reversed(states) if program.at <= at), None)

    def keep(self, program_id: UUID, program: Program) -> None:
        """Adds a state; evicts states of the program used least recently."""
        states = self._states.setdefault(program_id, [])
        self._states.move_to_end(program_id)
        if any(seq == program.seq for seq, _ in states):
            return
        insort(states, (program.seq, program), key=lambda one: one[0])
        self._number += 1
        while self._number > self._max_snapshots:
            oldest, states = next(iter(self._states.items()))
            states.pop(0)
            self._number -= 1
            if not states:
                del self._states[oldest]
