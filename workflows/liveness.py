"""Liveness of a worker's background tasks: when each last completed a step."""

from __future__ import annotations

import time
from collections.abc import Mapping

LATE_SECONDS = 60.0
"""Age after which a task counts as stalled. The longest regular pause is ten seconds."""


class PartHeartbeats:
    """Last steps of tasks, by name."""

    def __init__(self) -> None:
        self._at: dict[str, float] = {}

    def beat(self, part: str) -> None:
        """Notes that a task has completed a step, or had nothing to do."""
        self._at[part] = time.monotonic()

    @property
    def ages(self) -> Mapping[str, float]:
        """Seconds since the last step of each task."""
        now = time.monotonic()
        return {part: now - at for part, at in self._at.items()}

    @property
    def late(self) -> tuple[str, ...]:
        """Stalled tasks."""
        return tuple(part for part, age in self.ages.items() if age > LATE_SECONDS)
