"""How a producer's host is treated: few requests at once, a pause between them, and a rest when it asks for one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from workflows.sources.answers import Progress


@dataclass(slots=True)
class _HostLimit:
    """How one host was treated so far; times are those of the running loop."""

    turns: asyncio.Semaphore
    next_at: float = 0.0


@dataclass(frozen=True, slots=True)
class RateLimits:
    """One for all checks of a process, so that two checks of one producer know of each other."""

    at_once: int = 4
    pause: float = 0.1
    longest_rest: float = 60.0
    """Seconds that a `Retry-After` is waited for in place; for longer ones the run ends and comes again."""
    _hosts: dict[str, _HostLimit] = field(default_factory=dict, repr=False)

    @asynccontextmanager
    async def turn(self, host: str, told: Progress) -> AsyncIterator[None]:
        """Holds one of the host's places, from the time on at which it may be asked."""
        manner = self._hosts.setdefault(host, _HostLimit(asyncio.Semaphore(self.at_once)))
        async with manner.turns:
            now = asyncio.get_running_loop().time()
            at = max(now, manner.next_at)
            manner.next_at = at + self.pause
            while (left := at - asyncio.get_running_loop().time()) > 0:
                if left > 1:
                    told(f"waits {left:.0f} s, as {host} asks")
                await asyncio.sleep(min(left, 5.0))
            yield

    def rest(self, host: str, seconds: float) -> None:
        """Nobody asks this host for a while."""
        manner = self._hosts.setdefault(host, _HostLimit(asyncio.Semaphore(self.at_once)))
        manner.next_at = max(manner.next_at, asyncio.get_running_loop().time() + min(seconds, self.longest_rest))


def retry_after(header: str | None) -> timedelta | None:
    """The time that a `Retry-After` asks for, in seconds or as a date; None for none that can be read."""
    if header is None:
        return None
    if header.strip().isascii() and header.strip().isdigit() and len(header.strip()) < 9:
        return timedelta(seconds=int(header))
    try:
        at = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(at - datetime.now(UTC), timedelta())
