"""Response models of the windows in which phases can open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from pydantic import BaseModel, Field

from rules.language.criteria import All, Criterion, NotAfter, NotBefore
from rules.program import Program
from rules.queries.windows import window_closes_at, window_opens_at
from rules.times import Instant


class EdgeResponse(BaseModel):
    """One end of a window."""

    at: Instant | None = Field(description="null: what it is counted from has not come, or the program is stopped")


class WindowResponse(BaseModel):
    """When something can be, as far as time alone says so."""

    not_before: EdgeResponse | None = Field(description="null: it has no beginning")
    not_after: EdgeResponse | None = Field(description="its last instant; null: it has no end")


def window_of(program: Program, phase: str) -> WindowResponse | None:
    """The window in which a phase can open: the intersection over its entry gate. None without conditions on time."""
    asked = [*_asked(program.plan.phases[phase].entry)]
    first = [window_opens_at(program, one.not_before) for one in asked if isinstance(one, NotBefore)]
    last = [window_closes_at(program, one.not_after) for one in asked if isinstance(one, NotAfter)]
    if not first and not last:
        return None
    return WindowResponse(
        not_before=EdgeResponse(at=_strictest(first, latest=True)) if first else None,
        not_after=EdgeResponse(at=_strictest(last, latest=False)) if last else None,
    )


def _asked(criteria: Iterable[Criterion]) -> Iterator[Criterion]:
    for one in criteria:
        if isinstance(one, All):
            yield from _asked(one.all)
        else:
            yield one


def _strictest(edges: list[datetime | None], *, latest: bool) -> datetime | None:
    """The strictest edge; None where one is unknown, since it could be the strictest."""
    known = [edge for edge in edges if edge is not None]
    return (max if latest else min)(known) if len(known) == len(edges) else None
