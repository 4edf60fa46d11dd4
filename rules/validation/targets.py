"""Validation of targets: the indicator's unit, the right direction, and a reachable level."""

from __future__ import annotations

from collections.abc import Iterator

from rules.figures.comparison import required_level
from rules.language.indicators import Indicator
from rules.language.milestones import Measured
from rules.language.periods import is_period
from rules.language.plan import Plan
from rules.language.reading import Fault, Path
from rules.validation.schedules import schedule_faults


def target_faults(plan: Plan) -> Iterator[Fault]:
    """Targets in a wrong unit or direction, or beyond the plausible range."""
    for name, indicator in plan.indicators.items():
        base = indicator.baseline
        if base is not None and indicator.plausible is not None and not indicator.plausible.holds(base.value):
            text = f"the baseline {base.value:f} is not plausible itself: {indicator.plausible}"
            yield Fault(("indicators", name, "plausible"), text)
    for name, phase in plan.phases.items():
        for step_name, step in phase.milestones.items():
            for key, how in step.shown_by.items():
                if not isinstance(how, Measured):
                    continue
                at: Path = ("phases", name, "milestones", step_name, "shown_by", key, "target")
                indicator = plan.indicators[how.indicator]
                if how.target.unit != indicator.unit:
                    message = f"the unit {how.target.unit} is not that of {how.indicator}: {indicator.unit}"
                    yield Fault((*at, "unit"), message)
                if how.target.change is not None and indicator.baseline is None:
                    form = "baseline: {value: ..., period: ..., edition: ...}"
                    yield Fault((*at, "change"), f"{how.indicator} has no baseline to count a change from; write {form} there")
                    continue
                if how.target.by_period:
                    yield from schedule_faults(plan, at, how)
                    continue
                if indicator.made_of is not None:
                    yield from _of_one_edition(at, how)
                asks: Path = (*at, how.target.asks)
                yield from _for_the_worse(asks, how, indicator)
                yield from _never_reached(plan, asks, how, indicator)


def _of_one_edition(at: Path, how: Measured) -> Iterator[Fault]:
    """Targets of derived figures that need an edition, which only a producer's own figure has."""
    if how.target.compares == "within_edition":
        text = f"{how.indicator} is made of figures that have editions of their own; leave compares out"
        yield Fault((*at, "compares"), f"{text}, or make it of the figure of a year before")
    if how.target.standard_errors is not None:
        yield Fault((*at, "standard_errors"), f"{how.indicator} is made of others, and no producer says what its error is")


def _never_reached(plan: Plan, at: Path, how: Measured, indicator: Indicator) -> Iterator[Fault]:
    """Targets that no plausible figure reaches, or that compare with a period no edition has."""
    level, wanted = required_level(how.target, indicator)
    if indicator.plausible is not None and not indicator.plausible.holds(level):
        yield Fault(at, f"{wanted} {level:f} is not plausible for {how.indicator}: {indicator.plausible}")
    if how.target.compares == "within_edition" and not is_period(indicator.frozen.period, plan.periods):
        text = f"{indicator.frozen.period} is no period that a figure covers; write 2020, 2020-Q1 or 2020-06 there"
        yield Fault((*at[:-1], "compares"), text)


def _for_the_worse(at: Path, how: Measured, indicator: Indicator) -> Iterator[Fault]:
    lower = how.target.at_most is not None or (how.target.change or "").startswith("-")
    if lower != (indicator.better == "lower"):
        yield Fault(at, f"the target asks for the worse: {how.indicator} is better {indicator.better}")
        return
    if indicator.baseline is None:
        return
    level, wanted = required_level(how.target, indicator)
    start = indicator.baseline.value
    if level > start if lower else level < start:
        message = f"the target asks for the worse: {wanted} {level:f}, where the baseline is {start:f}"
        yield Fault(at, message)
    elif how.target.change is not None and level == start and how.target.standard_errors is None:
        yield Fault(at, f"a change of {how.target.change} from {start:f} is none; name a level")
