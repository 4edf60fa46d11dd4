"""Stalls: a party owes something and is inactive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from rules.field_types import Name, StrictModel
from rules.times import Instant


class StallFound(StrictModel):
    """A party owes something and has done nothing that counts for as long as the plan allows."""

    kind: Literal["stall_found"] = "stall_found"
    party: Name
    since: Instant
    horizon_ends: Instant
    effective_at: Instant


class StallEnded(StrictModel):
    """A party that stood still has moved, or owes nothing any more."""

    kind: Literal["stall_ended"] = "stall_ended"
    party: Name
    effective_at: Instant


OnStall: TypeAlias = StallFound | StallEnded


@dataclass(frozen=True, slots=True)
class Stall:
    """A party's inactivity although it owes something, since an instant."""

    since: datetime
    horizon_ends: datetime
