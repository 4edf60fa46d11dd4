"""Validation of targets by period: valid, disjoint periods, and reachable levels."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from rules.language.milestones import Measured
from rules.language.periods import covered, in_order
from rules.language.plan import Plan
from rules.language.reading import Fault, Path


def schedule_faults(plan: Plan, at: Path, how: Measured) -> Iterator[Fault]:
    """Faults of a target by period."""
    indicator, known = plan.indicators[how.indicator], []
    for period, level in how.target.by_period.items():
        place: Path = (*at, "by_period", period)
        try:
            covered(period, plan.periods)
        except (ValueError, OverflowError) as error:
            yield Fault(place, str(error))
            continue
        known.append(period)
        if indicator.plausible is not None and how.target.of != "total" and not indicator.plausible.holds(level):
            yield Fault(place, f"{level:f} is not plausible for {how.indicator}: {indicator.plausible}")
    known.sort(key=lambda period: in_order(period, plan.periods))
    for earlier, later in pairwise(known):
        if covered(later, plan.periods)[0] <= covered(earlier, plan.periods)[1]:
            yield Fault((*at, "by_period", later), f"{earlier} and {later} share days; name periods that lie apart")
    if how.target.of == "total" and not indicator.adds_up:
        kind = indicator.quantity or f"in {indicator.unit}"
        yield Fault((*at, "of"), f"figures of {how.indicator} do not add up ({kind}); leave of out")
