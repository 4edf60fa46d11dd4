"""Rate limits for expensive requests: a token bucket for each person.

Most requests cost about a millisecond and are not limited. A few cost a hundred: a plan that is parsed and judged, a batch, a
past state. These take units from the person's bucket, which refills steadily. One unit is about five milliseconds.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable

from api.problems import TooMuch
from rules import acts as a
from rules.language.plan import Plan
from rules.vocabulary.family import ChildPlan
from rules.vocabulary.matters import Amend

UNITS_PER_MINUTE = 240
"""The default: a program of the longest plan every ten seconds, or a small one every half second."""

CHARACTERS_PER_UNIT = 8_000
"""Characters of a proposed plan for one unit, beside the cost of its body: judging them takes five milliseconds."""

BYTES_PER_UNIT = 16_000
"""Bytes of a large body for one unit."""

ACTS_PER_UNIT = 5
"""Acts of a batch or a preview for one unit."""

SIZE_PER_UNIT = 50
"""The size of a plan for one unit of a read: its milestones and criteria."""

PAST, PROPOSAL, LONG_PAGE = 4, 2, 2
"""The units of a past state, of a proposal with its effects, and of a page of more than a hundred items."""

LEAVES_PER_UNIT = 5_000
"""Leaves of a Merkle tree for one unit: hashing them takes five milliseconds."""

USUAL_PAGE = 100

MOST_TRACKED = 20_000


class RateLimits:
    """The buckets of everybody who has sent expensive requests lately."""

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = float(a_minute)
        self._a_second = a_minute / 60
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, person: str, units: int) -> None:
        """Takes units from a person's bucket. Raises TooMuch, and then takes nothing.

        A request that costs more than a full bucket takes all of it.
        """
        now = self._clock()
        left, seen = self._left.pop(person, (self._most, now))
        left = min(self._most, left + (now - seen) * self._a_second)
        asked = min(float(units), self._most)
        enough = left >= asked
        self._left[person] = (left - asked if enough else left, now)
        if len(self._left) > MOST_TRACKED:
            self._left.popitem(last=False)  # after this time the bucket is full again
        if not enough:
            raise TooMuch(math.ceil((asked - left) / self._a_second))


def body_units(size: int) -> int:
    """The units of a large body."""
    return size // BYTES_PER_UNIT


def act_units(acts: Iterable[a.Act], *, preview: bool) -> int:
    """The units of acts; 0 for a single recorded act that brings no plan."""
    known = list(acts)
    units = math.ceil(len(known) / ACTS_PER_UNIT) if preview or len(known) > 1 else 0
    return units + sum(_plan_units(act.deed) for act in known)


def _plan_units(deed: a.Deed) -> int:
    match deed:
        case a.StartProgram(document=document, programs=programs):
            return 1 + (len(document) + _characters((programs or {}).values())) // CHARACTERS_PER_UNIT
        case a.Propose(matter=Amend(document=document)):
            return 1 + len(document) // CHARACTERS_PER_UNIT
        case a.Propose():
            return 1
        case _:
            return 0


def _characters(programs: Iterable[ChildPlan]) -> int:
    return sum(len(child.document) + _characters((child.programs or {}).values()) for child in programs)


def view_units(plan: Plan) -> int:
    """The units of a read of a program; 0 for one of usual size."""
    return plan.size // SIZE_PER_UNIT
