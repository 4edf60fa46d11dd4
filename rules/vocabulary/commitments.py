"""Commitments: in force, in question, broken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import Field

from rules.field_types import Id, Name, StrictModel
from rules.times import Instant, Interval


class CommitmentChanged(StrictModel):
    kind: Literal["commitment_changed"] = "commitment_changed"
    commitment: Name
    status: Literal["in_force", "in_question", "broken", "relieved"]
    because: Id | None = Field(default=None, description="incident")
    in_force_since: Instant
    broken: tuple[tuple[Instant, Instant | None], ...]
    failing: tuple[tuple[Instant, Instant | None], ...] | None = Field(
        default=None, description="of these, when what it is kept while did not hold"
    )
    relieved: tuple[tuple[Instant, Instant | None], ...] | None = Field(
        default=None, description="when nothing broke it, because what it is owed under did not hold"
    )
    effective_at: Instant


@dataclass(frozen=True, slots=True)
class CommitmentState:
    status: Literal["in_force", "in_question", "broken", "relieved"]
    in_force_since: datetime
    because: str | None
    """The incident that broke it or puts it in question; None where what it is kept while does."""
    broken: tuple[Interval, ...]
    failing: tuple[Interval, ...] = ()
    """Of these, when what it is kept while did not hold."""
    relieved: tuple[Interval, ...] = ()
    """When nothing broke it, because what it is owed under did not hold."""
