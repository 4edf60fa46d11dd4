"""Corroboration: figures of other producers beside a judgement. They decide nothing and are shown to whoever decides."""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import MeasurementRecorded
from rules.figures.comparison import base_of, reaches, required_level
from rules.figures.derived import Counted, Derived, exact_value
from rules.figures.selection import latest_of, unrevised, verified
from rules.language.milestones import Measured
from rules.program import Program
from rules.truth import Truth
from rules.vocabulary.unknown import Unknown

MOST = 3


def witnesses(program: Program, how: Measured, judged: Counted, verdict: Truth) -> str:
    """Sentences on other producers' verified figures for the period, each compared with its own base."""
    if verdict is Truth.INDETERMINATE or isinstance(judged, Derived):
        return ""
    told: list[str] = []
    for figure in _others(program, judged):
        start = base_of(program, how, figure)
        if isinstance(start, Unknown):
            continue
        level, wanted = required_level(how.target, program.plan.indicators[how.indicator], start.value)
        says = Truth.MET if reaches(exact_value(figure), level, wanted) else Truth.NOT_MET
        agrees = "corroborates" if says is verdict else "contradicts"
        gives = f"{figure.producer} ({figure.edition}) gives {figure.value:f} {figure.unit}"
        told.append(f" {gives}, which {agrees} this and decides nothing.")
    return "".join(told[:MOST])


def _others(program: Program, judged: MeasurementRecorded) -> Iterator[MeasurementRecorded]:
    """By producer in order, the figure of the newest edition."""
    held = unrevised(verified(program, judged.indicator))
    for producer in sorted({figure.producer for figure in held} - {judged.producer}):
        figure = latest_of(one for one in held if one.producer == producer).get(judged.period)
        if figure is not None:
            yield figure
