"""What time it is in the database, as this process can tell without asking, and whether that time is sane.

Time decides what cannot be taken back: a deadline that is missed stays missed. So a clock of the database that jumps against
the monotonic clock of this process, against Temporal, or back behind what is recorded, stops acts and strikes until an
operator has said that it is right.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

TOLERANCE = timedelta(minutes=3)
"""Corrections of a clock that need nobody's word. More than a database's pauses, less than any date of a plan."""


def _boot_seconds() -> float:
    """Seconds that no setting of a clock moves; where the system can say so, also those in which it slept."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class ClockJumped(RuntimeError):
    """The database's clock disagrees with another witness of time."""

    def __init__(self, sentence: str) -> None:
        super().__init__(f"{sentence} Nothing is recorded until an operator says that it is right: accord clock accept.")


class DatabaseClock:
    """Goes on from the time that the database said last, and so is behind it by the way that the answer took, never ahead."""

    def __init__(self, monotonic: Callable[[], float] = _boot_seconds) -> None:
        self._monotonic = monotonic
        self._observed: datetime | None = None
        self._since = 0.0

    def now(self) -> datetime | None:
        """None before the database has said the time."""
        return None if self._observed is None else self._observed + self._elapsed()

    def observe(self, at: datetime, accepted_at: datetime | None = None) -> None:
        """The database says that it is `at`. Raises ClockJumped where that cannot be, unless an operator has accepted it.

        `accepted_at` is when, by the same clock, somebody last did. It counts if that was after this process asked last:
        then no more time has passed since on the one clock than on the other.
        """
        expected = self.now()
        if expected is not None and abs(at - expected) > TOLERANCE and not self._is_accepted(at, accepted_at):
            ahead = at - expected
            way = "ahead" if ahead > timedelta() else "back"
            raise ClockJumped(f"The database's clock jumped {_format_length(abs(ahead))} {way}, to {_format_time(at)}.")
        self._observed, self._since = at.astimezone(UTC), self._monotonic()

    def check_against(self, other: datetime, whose: str) -> None:
        """Raises ClockJumped where the database's clock is not that of another witness."""
        if (now := self.now()) is not None and abs(now - other) > TOLERANCE:
            raise ClockJumped(
                f"The database says that it is {_format_time(now)}, and {whose} that it is {_format_time(other)}."
            )

    def _is_accepted(self, at: datetime, accepted_at: datetime | None) -> bool:
        return accepted_at is not None and -TOLERANCE <= at - accepted_at <= self._elapsed() + TOLERANCE

    def _elapsed(self) -> timedelta:
        return timedelta(seconds=self._monotonic() - self._since)


def check_not_behind(at: datetime, newest: datetime, accepted_at: datetime | None) -> None:
    """Raises ClockJumped where the database's clock is behind the newest entry of a ledger, unless that was accepted."""
    if newest - at > TOLERANCE and (accepted_at is None or not at - timedelta(days=1) <= accepted_at <= at):
        behind = _format_length(newest - at)
        raise ClockJumped(f"The database's clock, at {_format_time(at)}, is {behind} behind the newest entry of this program.")


def _format_length(length: timedelta) -> str:
    if length >= timedelta(days=2):
        return f"{round(length / timedelta(days=1))} days"
    return f"{length.total_seconds() / 60:.0f} minutes"


def _format_time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
