"""Signs of life of an activity: without them what a killed worker had begun would wait for its whole time to be over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio import activity

from workflows.sources.answers import Told

BEAT_SECONDS = 2.0


@asynccontextmanager
async def beating() -> AsyncIterator[Told]:
    """Tells Temporal again and again that the activity lives, and how far it is; also while it waits for others."""
    progress = ""

    def told(line: str) -> None:
        nonlocal progress
        progress = line
        activity.heartbeat(line)

    async def beat() -> None:
        while True:
            activity.heartbeat(progress)
            await asyncio.sleep(BEAT_SECONDS)

    beats = asyncio.create_task(beat())
    try:
        yield told
    finally:
        beats.cancel()
