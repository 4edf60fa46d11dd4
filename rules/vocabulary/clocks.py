"""Clocks, which strike when nobody acts."""

from __future__ import annotations

from typing import Literal

from rules.times import Instant
from rules.words import Label, Strict


class StrikeClock(Strict):
    """Lets due clocks take effect; what is not due stays as it is."""

    kind: Literal["strike_clock"] = "strike_clock"


class ClockStruck(Strict):
    kind: Literal["clock_struck"] = "clock_struck"
    clock: Label
    due_at: Instant
