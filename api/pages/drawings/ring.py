"""A stability period as a progress ring."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

from api.responses.phases import StabilityResponse

RADIUS = 54.0
ROUND = 2 * pi * RADIUS


@dataclass(frozen=True, slots=True)
class Ring:
    """`kept` and `length` are local days; None where the remaining time is unknown. `arc` is the filled part."""

    status: str
    kept: int | None
    left: int | None
    arc: float
    round: float = ROUND
    radius: float = RADIUS


def ring(stability: StabilityResponse) -> Ring:
    """The ring of a stability period."""
    if stability.completes_at is None or stability.days_left is None:
        return Ring(stability.status, None, stability.days_left, ROUND if stability.status == "complete" else 0.0)
    length = max((stability.completes_at - stability.counted_from).days, 1)
    kept = min(max(length - stability.days_left, 0), length)
    share = 1.0 if stability.status == "complete" else kept / length
    return Ring(stability.status, kept, stability.days_left, round(share * ROUND, 1))
