"""The figures of an indicator that can be added up: those whose periods do not overlap."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from rules.figures.derived import Counted
from rules.language.periods import Calendar, covered


def disjoint(figures: Iterable[Counted], calendar: Calendar) -> list[Counted]:
    """The figures whose period does not lie within that of another one, so that nothing is counted twice."""
    kept: list[Counted] = []
    for figure, last in _in_order(figures, calendar):
        if not kept or last > covered(kept[-1].period, calendar)[1]:
            kept.append(figure)
    return kept


def overlapping(figures: Iterable[Counted], calendar: Calendar) -> tuple[str, str] | None:
    """Two periods that overlap without containing each other, whose shared days would count twice; None without a pair."""
    before: Counted | None = None
    for figure in disjoint(figures, calendar):
        if before is not None and covered(figure.period, calendar)[0] <= covered(before.period, calendar)[1]:
            return before.period, figure.period
        before = figure
    return None


def _in_order(figures: Iterable[Counted], calendar: Calendar) -> list[tuple[Counted, date]]:
    """Sort key: first day, longer periods first; of one period the figure retrieved last."""
    placed = [(figure, *covered(figure.period, calendar)) for figure in figures]
    placed.sort(key=lambda one: one[0].retrieved_at, reverse=True)
    placed.sort(key=lambda one: (one[1], -one[2].toordinal()))
    return [(figure, last) for figure, _, last in placed]
