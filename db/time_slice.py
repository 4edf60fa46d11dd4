"""Long work on the event loop, in short turns: others go on between them."""

from __future__ import annotations

import asyncio
import time

SLICE_SECONDS = 0.004
"""An act has some five turns of the loop, so it waits for 20 ms at most behind one that works like this."""


class TimeSlice:
    """Counts how long somebody has worked without a pause."""

    def __init__(self) -> None:
        self._begun = time.perf_counter()

    async def pause(self) -> None:
        """Lets others have their turn, if this one has lasted long enough."""
        if time.perf_counter() - self._begun >= SLICE_SECONDS:
            await asyncio.sleep(0)
            self._begun = time.perf_counter()
