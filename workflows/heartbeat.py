"""Heartbeats of an activity: without them what a killed worker had begun would wait for its whole time to be over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio import activity

from workflows.sources.answers import Progress

HEARTBEAT_SECONDS = 2.0


@asynccontextmanager
async def heartbeats() -> AsyncIterator[Progress]:
    """Tells Temporal again and again that the activity lives, and how far it is; also while it waits for others."""
    progress = ""

    def told(line: str) -> None:
        nonlocal progress
        progress = line
        activity.heartbeat(line)

    async def repeat() -> None:
        while True:
            activity.heartbeat(progress)
            await asyncio.sleep(HEARTBEAT_SECONDS)

    repeating = asyncio.create_task(repeat())
    try:
        yield told
    finally:
        repeating.cancel()
