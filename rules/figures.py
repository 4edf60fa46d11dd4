"""Figures of indicators: which one counts, how long it is fresh, what level is asked of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Context, Decimal
from functools import reduce

from rules.causes import Cause
from rules.criteria import FigureAsked
from rules.effects import Truth
from rules.facts import MeasurementRecorded
from rules.indicators import Indicator, Target
from rules.program import Program
from rules.times import plus

_EXACT = Context(prec=80)
"""Figures have up to 38 digits, 18 of them after the point: a sum of any number of them fits."""


def newest(program: Program, indicator: str) -> MeasurementRecorded | None:
    """The newest verified figure of the producer that the plan names.

    Newest is by the end of the period covered, then by when it was verified; another producer's
    figure is kept as corroboration or contradiction and never counts instead.
    """
    best: MeasurementRecorded | None = None
    for figure in counting(program, indicator):
        if best is None or period_end(figure.period) >= period_end(best.period):
            best = figure
    return best


def counting(program: Program, indicator: str) -> list[MeasurementRecorded]:
    """The verified figures of the producer that the plan names, without those that were revised."""
    producer = program.plan.indicators[indicator].producer
    pieces = (program.evidence[piece].measurement for piece in program.figures.get(indicator, ()))
    held = [figure for figure in pieces if figure is not None and figure.producer == producer]
    revised = {figure.revises for figure in held}
    return [figure for figure in held if figure.measurement not in revised]


def usable(program: Program, indicator: str, at: datetime) -> MeasurementRecorded | str:
    """The newest figure, or why there is none that tells anything about now."""
    rule, figure = program.plan.indicators[indicator], newest(program, indicator)
    if figure is None:
        return f"No verified figure for {rule.title} by {rule.producer} is recorded."
    if stale_from(program, indicator, figure) <= at:
        return f"{rule.title}: the newest figure is of {figure.period}, older than the {rule.oldest} that the plan accepts."
    return figure


def total(program: Program, indicator: str) -> Decimal:
    """The newest figures of all periods added up. A month of a year that has a figure itself is not counted twice."""
    periods = {figure.period: figure.value for figure in counting(program, indicator)}
    apart = [value for period, value in periods.items() if not any(period.startswith(f"{other}-") for other in periods)]
    return reduce(_EXACT.add, apart, Decimal(0))


def holds(program: Program, asked: FigureAsked, at: datetime) -> tuple[Truth, str]:
    """Whether a figure is what a criterion asks for, and a sentence that says so."""
    figure = usable(program, asked.indicator, at)
    if isinstance(figure, str):
        return Truth.INDETERMINATE, figure
    summed = asked.of == "total"
    value = total(program, asked.indicator) if summed else figure.value
    level, wanted = (asked.at_most, "at most") if asked.at_most is not None else (asked.at_least or Decimal(0), "at least")
    when = f"in all, up to {figure.period}" if summed else f"in {figure.period}"
    sentence = (
        f"{program.plan.indicators[asked.indicator].title} was {value:f} {figure.unit} {when} "
        f"({figure.producer}, {figure.edition}); asked is {wanted} {level:f}."
    )
    reached = value <= level if wanted == "at most" else value >= level
    return Truth.MET if reached else Truth.NOT_MET, sentence


def without_revisions(program: Program, figure: MeasurementRecorded, counted: Collection[Cause]) -> MeasurementRecorded:
    """The figure as it was before revisions whose cause is not among those that count."""
    while figure.cause is not None and figure.cause not in counted:
        before = program.evidence[figure.revises or ""].measurement
        if before is None:
            break
        figure = before
    return figure


def stale_from(program: Program, indicator: str, figure: MeasurementRecorded) -> datetime:
    """The instant from which a figure is too old for the plan."""
    oldest = program.plan.indicators[indicator].oldest
    return plus(period_end(figure.period), oldest, program.plan.time_zone)


def bound(target: Target, indicator: Indicator) -> tuple[Decimal, str]:
    """The level that a target asks for, and from which side.

    A change is of the size of the baseline, so that ten per cent more than -1.32 is -1.188.
    """
    if target.at_most is not None:
        return target.at_most, "at most"
    if target.at_least is not None:
        return target.at_least, "at least"
    change = Decimal((target.change or "").removesuffix("%"))
    level = indicator.baseline.value + abs(indicator.baseline.value) * change / 100
    return level, "at most" if indicator.better == "lower" else "at least"


def period_end(period: str) -> datetime:
    """The first instant after a period written as year, month or day, in UTC. Raises ValueError."""
    lengths = {4: "P1Y", 7: "P1M", 10: "P1D"}
    padded = period + "-01-01"[: 10 - len(period)]
    return plus(datetime.fromisoformat(padded + "T00:00:00+00:00"), lengths[len(period)], "UTC")
