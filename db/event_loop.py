"""Cooperative scheduling: long work on the event loop yields after each time slice."""

from __future__ import annotations

import asyncio
import time

SLICE_SECONDS = 0.004
"""Seconds. An act takes some five iterations of the event loop, so long work delays it by 20 ms at most."""


class TimeSlice:
    """Measures the time since the last yield."""

    def __init__(self) -> None:
        self._begun = time.perf_counter()

    async def pause(self) -> None:
        """Yields to the event loop if the slice is used up."""
        if time.perf_counter() - self._begun >= SLICE_SECONDS:
            await asyncio.sleep(0)
            self._begun = time.perf_counter()
