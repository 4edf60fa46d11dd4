"""The database's clock, extrapolated in this process without a query, and checked for jumps.

Time decides what cannot be undone: a missed deadline stays missed. If the database's clock jumps relative to this process's
monotonic clock, to Temporal, or back behind the newest entry, acts and strikes stop until an operator accepts its time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

TOLERANCE = timedelta(minutes=3)
"""Corrections that need no operator. Longer than a pause of the database, shorter than any period of a plan."""


def _boot_seconds() -> float:
    """Monotonic seconds; they include suspension where the system supports it."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class ClockJumped(RuntimeError):
    """The database's clock disagrees with another clock."""

    def __init__(self, sentence: str) -> None:
        super().__init__(f"{sentence} Nothing is recorded until an operator says that it is right: accord clock accept.")


class DatabaseClock:
    """The last time read from the database plus the monotonic time since. It lags by the network delay and is never ahead."""

    def __init__(self, monotonic: Callable[[], float] = _boot_seconds) -> None:
        self._monotonic = monotonic
        self._observed: datetime | None = None
        self._since = 0.0

    def now(self) -> datetime | None:
        """The database's time in UTC; None before the first observation."""
        return None if self._observed is None else self._observed + self._elapsed()

    def observe(self, at: datetime, accepted_at: datetime | None = None) -> None:
        """Sets the time that the database has returned. Raises ClockJumped for a jump that no operator has accepted.

        `accepted_at` is when, by the same clock, an operator last accepted it. It counts only if it is later than the last
        observation: the time since then must not exceed the monotonic time since.
        """
        expected = self.now()
        if expected is not None and abs(at - expected) > TOLERANCE and not self._is_accepted(at, accepted_at):
            ahead = at - expected
            way = "ahead" if ahead > timedelta() else "back"
            raise ClockJumped(f"The database's clock jumped {_format_length(abs(ahead))} {way}, to {_format(at)}.")
        self._observed, self._since = at.astimezone(UTC), self._monotonic()

    def check_against(self, other: datetime, whose: str) -> None:
        """Raises ClockJumped where another clock (`whose`) differs by more than TOLERANCE."""
        if (now := self.now()) is not None and abs(now - other) > TOLERANCE:
            raise ClockJumped(f"The database says that it is {_format(now)}, and {whose} that it is {_format(other)}.")

    def _is_accepted(self, at: datetime, accepted_at: datetime | None) -> bool:
        return accepted_at is not None and -TOLERANCE <= at - accepted_at <= self._elapsed() + TOLERANCE

    def _elapsed(self) -> timedelta:
        return timedelta(seconds=self._monotonic() - self._since)


def check_not_behind(at: datetime, newest: datetime, accepted_at: datetime | None) -> None:
    """Raises ClockJumped where `at` is behind the newest entry of a ledger by more than TOLERANCE, unless accepted."""
    if newest - at > TOLERANCE and (accepted_at is None or not at - timedelta(days=1) <= accepted_at <= at):
        behind = _format_length(newest - at)
        raise ClockJumped(f"The database's clock, at {_format(at)}, is {behind} behind the newest entry of this program.")


def _format_length(length: timedelta) -> str:
    if length >= timedelta(days=2):
        return f"{round(length / timedelta(days=1))} days"
    return f"{length.total_seconds() / 60:.0f} minutes"


def _format(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
