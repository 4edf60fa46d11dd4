"""A chart of an indicator by period: a line for each edition, levels for target and baseline, whiskers for standard errors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from rules.facts import MeasurementRecorded
from rules.figures.comparison import required_level
from rules.language.indicators import Indicator
from rules.language.milestones import Measured
from rules.language.periods import in_order
from rules.program import Program
from rules.vocabulary.evidence import EvidenceStatus

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760.0, 260.0, 64.0, 16.0, 14.0, 34.0
MOST_TICKS = 10


@dataclass(frozen=True, slots=True)
class Point:
    """A figure. `low` and `high` are the ends of its whisker; None without a known standard error."""

    x: float
    y: float
    low: float | None
    high: float | None
    figure: MeasurementRecorded
    counts: bool


@dataclass(frozen=True, slots=True)
class Series:
    """The figures of one edition, oldest first. `newest`: no later edition has a figure."""

    edition: str
    newest: bool
    points: list[Point]

    @property
    def line(self) -> str:
        return " ".join(f"{point.x},{point.y}" for point in self.points)


@dataclass(frozen=True, slots=True)
class Level:
    y: float
    kind: str
    said: str


@dataclass(frozen=True, slots=True)
class Chart:
    indicator: str
    title: str
    unit: str
    series: list[Series]
    levels: list[Level]
    ticks: list[tuple[float, str]]
    steps: list[tuple[float, str]]
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    bottom: float = HEIGHT - BOTTOM


class _Scale:
    """Maps periods and values to coordinates."""

    def __init__(self, periods: list[str], values: Iterable[Decimal]) -> None:
        self._places = {period: number for number, period in enumerate(periods)}
        held = list(values)
        low, high = min(held), max(held)
        room = (high - low) / 10 or abs(high) / 10 or Decimal(1)
        self.low, self.high = low - room, high + room

    def x(self, period: str) -> float:
        share = self._places[period] / max(len(self._places) - 1, 1)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def y(self, value: Decimal) -> float:
        share = float((value - self.low) / (self.high - self.low))
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def charts(program: Program, milestone: str) -> list[Chart]:
    """A chart for each indicator of a milestone that has figures."""
    found = (_chart(program, how) for how in program.plan.milestones[milestone].shown_by.values() if isinstance(how, Measured))
    return [chart for chart in found if chart is not None]


def _chart(program: Program, how: Measured) -> Chart | None:
    indicator = program.plan.indicators[how.indicator]
    figures = _figures(program, how.indicator)
    if not figures:
        return None
    periods = sorted({figure.period for figure, _ in figures}, key=lambda period: in_order(period, program.plan.periods))
    levels = _levels(how, indicator)
    ends = [value for figure, _ in figures for value in _ends(figure)]
    scale = _Scale(periods, [*ends, *(value for value, _, _ in levels)])
    every = -(-len(periods) // MOST_TICKS)
    return Chart(
        indicator=how.indicator,
        title=indicator.title,
        unit=indicator.unit,
        series=_series(figures, scale),
        levels=[Level(scale.y(value), kind, said) for value, kind, said in levels],
        ticks=[(scale.x(period), period) for period in periods[::every]],
        steps=[(scale.y(step), f"{step:.3g}") for step in _steps(scale)],
    )


def _figures(program: Program, indicator: str) -> list[tuple[MeasurementRecorded, bool]]:
    """The figures that were not withdrawn or returned, each with whether it is verified, by time of retrieval."""
    kept = (EvidenceStatus.RECORDED, EvidenceStatus.VERIFIED)
    found = [
        (piece.measurement, piece.status is EvidenceStatus.VERIFIED)
        for piece in program.evidence.values()
        if piece.measurement is not None and piece.measurement.indicator == indicator and piece.status in kept
    ]
    return sorted(found, key=lambda one: one[0].retrieved_at)


def _series(figures: list[tuple[MeasurementRecorded, bool]], scale: _Scale) -> list[Series]:
    by_edition: dict[str, list[Point]] = {}
    for figure, counts in figures:
        by_edition.setdefault(figure.edition, []).append(_point(figure, scale, counts=counts))
    last = list(by_edition)[-1]
    return [
        Series(edition, edition == last, sorted(points, key=lambda point: point.x)) for edition, points in by_edition.items()
    ]


def _point(figure: MeasurementRecorded, scale: _Scale, *, counts: bool) -> Point:
    error = figure.standard_error
    low = scale.y(figure.value - error) if error is not None else None
    high = scale.y(figure.value + error) if error is not None else None
    return Point(scale.x(figure.period), scale.y(figure.value), low, high, figure, counts)


def _ends(figure: MeasurementRecorded) -> tuple[Decimal, ...]:
    error = figure.standard_error or Decimal(0)
    return figure.value - error, figure.value + error


def _levels(how: Measured, indicator: Indicator) -> list[tuple[Decimal, str, str]]:
    """The target, where it is one number for all periods, and the baseline."""
    found: list[tuple[Decimal, str, str]] = []
    if how.target.compares == "frozen_baseline" and not how.target.by_period:
        level, side = required_level(how.target, indicator)
        found.append((level, "target", f"{side} {level.normalize():f}"))
    if indicator.baseline is not None:
        found.append((indicator.baseline.value, "baseline", f"{indicator.baseline.value:f} ({indicator.baseline.period})"))
    return found


def _steps(scale: _Scale) -> list[Decimal]:
    return [scale.low + (scale.high - scale.low) * part / 4 for part in range(5)]
