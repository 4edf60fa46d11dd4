"""What time it is in the database, as this process can tell without asking."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class Hour:
    """Goes on from the time that the database told last, and so is behind it by the way that the answer took, never ahead."""

    def __init__(self) -> None:
        self._told: datetime | None = None
        self._since = 0.0

    def told(self, at: datetime) -> None:
        self._told, self._since = at.astimezone(UTC), time.monotonic()

    def now(self) -> datetime | None:
        """None before the database has told the time."""
        return None if self._told is None else self._told + timedelta(seconds=time.monotonic() - self._since)
