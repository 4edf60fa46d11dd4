"""Change feed: notifies open pages of new entries in the programs that they show.

One poll for all watched programs, twice a second while any page is open. Each changed program is loaded into the cache once,
so hundreds of open pages cause no further queries. NOTIFY with every append would be faster, but PostgreSQL serializes the
commits of transactions that notify: every act would wait for the disk writes of others.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from uuid import UUID

import structlog
from psycopg import OperationalError
from psycopg_pool import PoolTimeout

from db.pools import ReadPool
from db.program_cache import ProgramCache

log = structlog.get_logger()

POLL_SECONDS = 0.5


class ChangeFeed:
    """The number of the newest entry of each watched program. Subscribers find the program itself in `programs`."""

    def __init__(self, reader: ReadPool, programs: ProgramCache) -> None:
        self._reader, self._programs = reader, programs
        self._watched: Counter[UUID] = Counter()
        self._newest: dict[UUID, int] = {}
        self._changed = asyncio.Condition()
        self._poller: asyncio.Task[None] | None = None

    async def newer(self, known: Mapping[UUID, int]) -> AsyncGenerator[tuple[UUID, int]]:
        """Yields a program of `known` and the number of its newest entry, whenever that exceeds the known number."""
        seen = dict(known)
        self._watched.update(seen.keys())
        self._poller = self._poller or asyncio.create_task(self._poll_until_unwatched())
        try:
            while True:
                async with self._changed:
                    await self._changed.wait_for(lambda: any(self._newest.get(p, seq) > seq for p, seq in seen.items()))
                for program, seq in list(seen.items()):
                    if (newest := self._newest.get(program, seq)) > seq:
                        seen[program] = newest
                        yield program, newest
        finally:
            self._watched.subtract(seen.keys())
            self._watched += Counter()  # removes entries with no subscriber

    async def close(self) -> None:
        if self._poller is not None:
            self._poller.cancel()
            with suppress(asyncio.CancelledError):
                await self._poller

    async def _poll_until_unwatched(self) -> None:
        while self._watched:
            try:
                newest = await self._poll()
            except (OperationalError, PoolTimeout) as error:
                log.warning("database_unavailable", error=error)
                newest = {}
            async with self._changed:
                if newest and newest != self._newest:
                    self._newest = newest
                    self._changed.notify_all()
            await asyncio.sleep(POLL_SECONDS)
        self._poller, self._newest = None, {}

    async def _poll(self) -> dict[UUID, int]:
        """The numbers of the newest entries of all watched programs, after changed programs are cached."""
        rows = await self._reader.rows("SELECT id, seq FROM program WHERE id = ANY(%s)", [list(self._watched)])
        newest: dict[UUID, int] = {row["id"]: row["seq"] for row in rows}
        for program, seq in newest.items():
            if (cached := self._programs.get(program)) is None or cached.seq < seq:
                await self._programs.load(program)
        return newest
