"""Heartbeats of activities, so that the work of a killed worker is retried before its whole timeout is over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio import activity

from workflows.sources.answers import Progress

HEARTBEAT_SECONDS = 2.0


@asynccontextmanager
async def heartbeats() -> AsyncIterator[Progress]:
    """Sends heartbeats in the background for the block; yields a function that reports progress."""
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
