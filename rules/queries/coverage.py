"""Coverage of a stability period by its feeds: a day that a feed has not reached is unknown, not quiet."""

from __future__ import annotations

from datetime import datetime, timedelta

from rules.language.phases import StabilityPeriod
from rules.program import Program
from rules.times import start_of_day
from rules.vocabulary.checks import CheckState

_NOTHING = CheckState()


def uncovering_check(program: Program, rule: StabilityPeriod, until: datetime, zone: str) -> str | None:
    """The first check watching the period that has not covered all days before an instant."""
    for name in rule.watched_by:
        covered = program.checks.get(name, _NOTHING).covers_until
        if covered is None or start_of_day(covered + timedelta(days=1), zone) < until:
            return name
    return None
