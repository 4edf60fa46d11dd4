"""Clocks: the act and the fact of a clock that strikes."""

from __future__ import annotations

from typing import Literal

from rules.field_types import Label, StrictModel
from rules.times import Instant


class StrikeClock(StrictModel):
    """Lets due clocks take effect; what is not due stays as it is.

    `answered`: the program's own workflow asks, is answered with what follows, and need not be told of it again.
    """

    kind: Literal["strike_clock"] = "strike_clock"
    answered: bool = False


class ClockStruck(StrictModel):
    kind: Literal["clock_struck"] = "clock_struck"
    clock: Label
    due_at: Instant
