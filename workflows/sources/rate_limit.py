"""Rate limits for each host: concurrency, a pause between requests, and `Retry-After`."""

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
    """The state of one host; times are those of the event loop."""

    turns: asyncio.Semaphore
    next_at: float = 0.0


@dataclass(frozen=True, slots=True)
class HostRateLimits:
    """Limits shared by all checks of a process."""

    at_once: int = 4
    pause: float = 0.1
    longest_rest: float = 60.0
    """Longest `Retry-After` in seconds that is waited for in place; a longer one ends the attempt."""
    _hosts: dict[str, _HostLimit] = field(default_factory=dict, repr=False)

    @asynccontextmanager
    async def slot(self, host: str, told: Progress) -> AsyncIterator[None]:
        """Acquires a slot of a host for the block, after any pause."""
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

    def block(self, host: str, seconds: float) -> None:
        """Blocks requests to a host for a time."""
        manner = self._hosts.setdefault(host, _HostLimit(asyncio.Semaphore(self.at_once)))
        manner.next_at = max(manner.next_at, asyncio.get_running_loop().time() + min(seconds, self.longest_rest))


def retry_after(header: str | None) -> timedelta | None:
    """Parses `Retry-After`, in seconds or as a date; None if malformed."""
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
