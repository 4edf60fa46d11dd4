"""Stability periods: their count, and whether they were kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from pydantic import Field

from rules.field_types import Id, Name, StrictModel
from rules.times import Instant
from rules.vocabulary.determinations import StabilityReversalTakenBack, StabilityReversed
from rules.vocabulary.findings import Finding


class StabilityCounted(StrictModel):
    """A stability period was started, moved, paused, frozen or let go on."""

    kind: Literal["stability_counted"] = "stability_counted"
    phase: Name
    status: Literal["counting", "paused", "frozen"]
    counted_from: Instant
    completes_at: Instant | None = Field(default=None, description="if nothing more happens; none while paused")
    moved_by: Id | None = None
    frozen_by: Id | None = None
    unseen_by: Name | None = Field(default=None, description="a check that does not speak of all its days yet")
    effective_at: Instant


class StabilityCompleted(StrictModel):
    kind: Literal["stability_completed"] = "stability_completed"
    phase: Name
    effective_at: Instant


OnStability: TypeAlias = StabilityCounted | StabilityCompleted | StabilityReversed | StabilityReversalTakenBack


@dataclass(frozen=True, slots=True)
class Stability:
    counted: StabilityCounted
    completed_at: datetime | None = None
    finding: Finding | None = None
    reversed_in: int | None = None
    """The ledger's entry by which it was reversed, until it is complete again."""
    before: Stability | None = None
    """As it stood when it was reversed."""
