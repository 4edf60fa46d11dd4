"""How much of what is expensive one person may ask for in a minute.

Most requests cost the service a millisecond and are counted by nobody. A few cost a hundred: a plan that is
read and judged, a batch, a past state. Each of these takes from the asker's allowance, which fills up
again steadily. One unit is about five milliseconds of the service.
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

UNITS_A_MINUTE = 240
"""Unless the settings say otherwise: a program of the longest plan every ten seconds, or a small one every half second."""

LETTERS_A_UNIT = 8_000
"""Of plans that are put forward, beside what their body costs: judging and recording that many takes five milliseconds."""

BYTES_A_UNIT = 16_000
"""Of a large body."""

ACTS_A_UNIT = 5
"""Of a batch or a preview."""

SIZE_A_UNIT = 50
"""Of the plan whose program is looked at: its milestones and what its gates ask for."""

PAST, PROPOSAL, LONG_PAGE = 4, 2, 2
"""Units for a past state, a proposal with what it would do, and a page of more than a hundred lines."""

LEAVES_A_UNIT = 5_000
"""Of a ledger whose tree is computed: hashing that many takes five milliseconds."""

USUAL_PAGE = 100

MOST_KNOWN = 20_000


class RateLimits:
    """The allowances of everybody who has asked for something expensive lately."""

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = float(a_minute)
        self._a_second = a_minute / 60
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, person: str, units: int) -> None:
        """Takes units from a person's allowance. Raises TooMuch, and then nothing was taken.

        What costs more than a whole allowance takes all of it.
        """
        now = self._clock()
        left, seen = self._left.pop(person, (self._most, now))
        left = min(self._most, left + (now - seen) * self._a_second)
        asked = min(float(units), self._most)
        enough = left >= asked
        self._left[person] = (left - asked if enough else left, now)
        if len(self._left) > MOST_KNOWN:
            self._left.popitem(last=False)  # whoever has asked for nothing for so long has a full one again
        if not enough:
            raise TooMuch(math.ceil((asked - left) / self._a_second))


def body_of(size: int) -> int:
    """The units that a large body costs."""
    return size // BYTES_A_UNIT


def cost(acts: Iterable[a.Act], *, preview: bool) -> int:
    """The units that acts cost; 0 for one that is recorded and brings no plan along."""
    known = list(acts)
    units = math.ceil(len(known) / ACTS_A_UNIT) if preview or len(known) > 1 else 0
    return units + sum(_cost_of_plans(act.deed) for act in known)


def _cost_of_plans(deed: a.Deed) -> int:
    match deed:
        case a.StartProgram(document=document, programs=programs):
            return 1 + (len(document) + _letters((programs or {}).values())) // LETTERS_A_UNIT
        case a.Propose(matter=Amend(document=document)):
            return 1 + len(document) // LETTERS_A_UNIT
        case a.Propose():
            return 1
        case _:
            return 0


def _letters(programs: Iterable[ChildPlan]) -> int:
    return sum(len(child.document) + _letters((child.programs or {}).values()) for child in programs)


def view(plan: Plan) -> int:
    """The units that a look at a program costs; 0 for one of usual size."""
    return plan.size // SIZE_A_UNIT
