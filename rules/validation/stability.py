"""Validation of stability periods."""

from __future__ import annotations

from collections.abc import Iterator

from rules.language.phases import StabilityPeriod
from rules.language.plan import Plan
from rules.language.reading import Fault, Path
from rules.times import in_whole_days, parse_duration
from rules.validation.calendar import window_faults
from rules.validation.criteria import anchor_faults, trigger_faults
from rules.validation.names import unknown_name


def stability_faults(plan: Plan, at: Path, rule: StabilityPeriod) -> Iterator[Fault]:
    """References of a stability period to what the plan does not have."""
    yield from trigger_faults(plan, (*at, "restarted_by"), rule.restarted_by)
    yield from trigger_faults(plan, (*at, "paused_by"), rule.paused_by)
    yield from window_faults(plan, (*at, "paused_in"), rule.paused_in)
    if rule.from_:
        yield from anchor_faults(plan, (*at, "from"), rule.from_)
    if rule.tolerates:
        for index, kind in enumerate(rule.tolerates.kinds):
            yield from unknown_name((*at, "tolerates", "kinds", index), kind, "kind of incident", plan.incidents)
        yield from unknown_name((*at, "tolerates", "at_most"), rule.tolerates.at_most, "severity", plan.severities)
    feeds = [name for name, check in plan.checks.items() if check.incidents]
    for index, name in enumerate(rule.watched_by):
        yield from unknown_name((*at, "watched_by", index), name, "check of incidents", feeds)


def empty_periods(plan: Plan) -> Iterator[Fault]:
    """Stability periods that nothing can break, or that never settle."""
    for name, phase in plan.phases.items():
        if phase.stability and parse_duration(phase.stability.length).sign() == 0:
            yield Fault(
                ("phases", name, "stability", "length"),
                "a stability period of no length keeps nothing",
            )
        if phase.stability and in_whole_days(phase.stability.length) > in_whole_days(phase.stability.settling):
            message = "a period in days settles in days, for example P2D"
            yield Fault(("phases", name, "stability", "settling"), message)
