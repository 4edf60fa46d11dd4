"""A grid of figures by indicator and period: which exist, which count, and which are missing."""

from __future__ import annotations

from dataclasses import dataclass

from rules.language.periods import in_order
from rules.program import Program
from rules.vocabulary.evidence import EvidenceStatus

MOST_PERIODS = 12


@dataclass(frozen=True, slots=True)
class GridCell:
    """The newest figure of an indicator for a period; None without one."""

    value: str
    status: EvidenceStatus
    edition: str


@dataclass(frozen=True, slots=True)
class Grid:
    periods: list[str]
    rows: dict[str, list[GridCell | None]]


def grid(program: Program) -> Grid:
    """The grid of the last periods with figures."""
    found: dict[tuple[str, str], GridCell] = {}
    for piece in program.evidence.values():
        if (figure := piece.measurement) is not None and piece.status is not EvidenceStatus.WITHDRAWN:
            found[figure.indicator, figure.period] = GridCell(f"{figure.value:f}", piece.status, figure.edition)
    periods = sorted({period for _, period in found}, key=lambda period: in_order(period, program.plan.periods))[-MOST_PERIODS:]
    rows = {name: [found.get((name, period)) for period in periods] for name in program.plan.indicators}
    return Grid(periods, rows)
