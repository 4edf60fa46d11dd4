"""Tables of results, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median

__all__ = ["median", "show", "verdict"]


def show(title: str, head: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    """Prints a table; floats have two significant digits."""
    rows = [[_text(cell) for cell in line] for line in lines]
    widths = [max(len(row[column]) for row in [list(head), *rows]) for column in range(len(head))]
    print(f"\n{title}\n")
    for row in [list(head), ["-" * width for width in widths], *rows]:
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |", flush=True)


def verdict(bar: str, value: float, *, most: float | None = None, least: float | None = None) -> None:
    """Prints whether a target is met."""
    met = (most is None or value <= most) and (least is None or value >= least)
    print(f"\n{'met   ' if met else 'MISSED'}  {bar}: {value:.2f}", flush=True)


def _text(cell: object) -> str:
    if not isinstance(cell, float):
        return str(cell)
    return f"{cell:.0f}" if abs(cell) >= 100 else f"{cell:.1f}" if abs(cell) >= 10 else f"{cell:.2f}"
