"""Which figures of an indicator add up: those of periods that lie apart."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from rules.facts import MeasurementRecorded
from rules.language.periods import Calendar, covered


def apart(figures: Iterable[MeasurementRecorded], calendar: Calendar) -> list[MeasurementRecorded]:
    """Figures without those whose period lies within that of another: a month of a year is not counted twice."""
    kept: list[MeasurementRecorded] = []
    for figure, last in _in_order(figures, calendar):
        if not kept or last > covered(kept[-1].period, calendar)[1]:
            kept.append(figure)
    return kept


def overlapping(figures: Iterable[MeasurementRecorded], calendar: Calendar) -> tuple[str, str] | None:
    """Two periods that share days, and of which neither lies within the other: what they share would be counted twice."""
    before: MeasurementRecorded | None = None
    for figure in apart(figures, calendar):
        if before is not None and covered(figure.period, calendar)[0] <= covered(before.period, calendar)[1]:
            return before.period, figure.period
        before = figure
    return None


def _in_order(figures: Iterable[MeasurementRecorded], calendar: Calendar) -> list[tuple[MeasurementRecorded, date]]:
    """By their first day, longer periods first; of two for the same days the one that was retrieved last."""
    placed = [(figure, *covered(figure.period, calendar)) for figure in figures]
    placed.sort(key=lambda one: one[0].retrieved_at, reverse=True)
    placed.sort(key=lambda one: (one[1], -one[2].toordinal()))
    return [(figure, last) for figure, _, last in placed]
