"""Targets that several consecutive periods must reach."""

from __future__ import annotations

from collections.abc import Iterator

from rules.figures.derived import Counted
from rules.figures.selection import by_period
from rules.language.periods import before
from rules.program import Program
from rules.vocabulary.unknown import Unknown


def consecutive_figures(program: Program, figure: Counted, count: int) -> Iterator[Counted | Unknown]:
    """A figure and those of the periods before it, `count` in all, with an Unknown for each missing one."""
    yield figure
    title, held, period = program.plan.indicators[figure.indicator].title, by_period(program, figure.indicator), figure.period
    for _ in range(count - 1):
        period = before(period, program.plan.periods)
        row = f"{count} consecutive periods up to {figure.period} are asked for"
        yield held.get(period) or Unknown("gap", f"{title}: no verified figure of {period} is recorded, and {row}.")
