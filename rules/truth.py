"""Three-valued logic: met, not met, unknown."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Truth(StrEnum):
    """The truth value of a criterion or finding. Indeterminate never opens a gate."""

    MET = "met"
    NOT_MET = "not_met"
    INDETERMINATE = "indeterminate"


def conjunction(parts: Iterable[Truth]) -> Truth:
    """Not met if one is not; else indeterminate if one is; else met."""
    worst = Truth.MET
    for part in parts:
        if part is Truth.NOT_MET:
            return Truth.NOT_MET
        if part is Truth.INDETERMINATE:
            worst = Truth.INDETERMINATE
    return worst
