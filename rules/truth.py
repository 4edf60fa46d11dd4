"""Met, not met, not known."""

from __future__ import annotations

from enum import StrEnum


class Truth(StrEnum):
    """Whether a criterion or a finding holds. Unknown is a value and never opens a gate."""

    MET = "met"
    NOT_MET = "not_met"
    INDETERMINATE = "indeterminate"
