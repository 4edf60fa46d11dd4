"""The kinds of unknown: why a figure tells nothing, each with its name and its sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from rules.vocabulary.readings import Unread

Why: TypeAlias = Unread | Literal["stale", "no_base", "error_unknown", "gap", "overlap", "awaited"]
"""What a check can report (`rules.vocabulary.readings`), and what the law finds by itself.

    missing        no verified figure is recorded
    stale          the newest one is older than the plan accepts
    no_base        the figure that a change is counted from is not there in the same edition
    error_unknown  a change has to be significant, and its standard error is not given
    gap            consecutive periods are asked for, and one of them has no figure
    awaited        the figure of a period is not recorded yet, and is not expected yet
    overlap        figures are added up, and two of their periods share days
"""


@dataclass(frozen=True, slots=True)
class Unknown:
    """That something is not known, of which kind that is, and a sentence that says so."""

    why: Why
    sentence: str
