"""Signs of life of a worker's parts: when each has last done its work, which is more than that it runs."""

from __future__ import annotations

import time
from collections.abc import Mapping

LATE_SECONDS = 60.0
"""A part that has not done its work for so long stands still. The longest pause that one takes by itself is ten seconds."""


class Liveness:
    def __init__(self) -> None:
        self._at: dict[str, float] = {}

    def beat(self, part: str) -> None:
        """A part has done its work, or has found nothing to do."""
        self._at[part] = time.monotonic()

    @property
    def ages(self) -> Mapping[str, float]:
        """Seconds since the last sign of each part."""
        now = time.monotonic()
        return {part: now - at for part, at in self._at.items()}

    @property
    def late(self) -> tuple[str, ...]:
        """Parts that stand still."""
        return tuple(part for part, age in self.ages.items() if age > LATE_SECONDS)
