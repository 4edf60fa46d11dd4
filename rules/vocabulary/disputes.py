"""Disputes with their stages, and the snapbacks invoked on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias

from pydantic import Field

from rules.field_types import Id, Name, StrictModel, Text
from rules.times import Instant
from rules.vocabulary.members import Actor


class RaiseDispute(StrictModel):
    """Brings a dispute before the first stage of a ladder."""

    kind: Literal["raise_dispute"] = "raise_dispute"
    dispute: Id
    ladder: Name
    about: Id | None = Field(default=None, description="a milestone, commitment, phase or incident")
    reason: Text


class SettleDispute(StrictModel):
    """Settles a dispute at the stage before which it lies."""

    kind: Literal["settle_dispute"] = "settle_dispute"
    dispute: Id
    outcome: Text


class WithdrawDispute(StrictModel):
    """Takes back a dispute that one has raised."""

    kind: Literal["withdraw_dispute"] = "withdraw_dispute"
    dispute: Id
    reason: Text


class InvokeSnapback(StrictModel):
    """Gives notice that something lapses, unless it is decided to keep it."""

    kind: Literal["invoke_snapback"] = "invoke_snapback"
    snapback: Name
    dispute: Id | None = Field(default=None, description="the unsettled dispute, where the plan asks for one")
    reason: Text


class DisputeRaised(StrictModel):
    kind: Literal["dispute_raised"] = "dispute_raised"
    dispute: Id
    ladder: Name
    about: Id | None = None
    reason: Text
    stage: Name
    until: Instant


class DisputeSettled(StrictModel):
    kind: Literal["dispute_settled"] = "dispute_settled"
    dispute: Id
    stage: Name
    outcome: Text


class DisputeWithdrawn(StrictModel):
    kind: Literal["dispute_withdrawn"] = "dispute_withdrawn"
    dispute: Id
    reason: Text


class SnapbackInvoked(StrictModel):
    kind: Literal["snapback_invoked"] = "snapback_invoked"
    snapback: Name
    dispute: Id | None = None
    reason: Text
    takes_effect_at: Instant


class DisputeReferred(StrictModel):
    """A stage has not settled a dispute in its time; it lies before the next one."""

    kind: Literal["dispute_referred"] = "dispute_referred"
    dispute: Id
    stage: Name
    until: Instant
    effective_at: Instant


class StageExtended(StrictModel):
    kind: Literal["stage_extended"] = "stage_extended"
    dispute: Id
    to: Instant
    effective_at: Instant


class DisputeUnsettled(StrictModel):
    """No stage has settled a dispute."""

    kind: Literal["dispute_unsettled"] = "dispute_unsettled"
    dispute: Id
    effective_at: Instant


class SnapbackCounted(StrictModel):
    """What lapses by itself unless it is kept: when it will, counted from its event or from when it was last kept."""

    kind: Literal["snapback_counted"] = "snapback_counted"
    snapback: Name
    takes_effect_at: Instant
    counted_from: Instant | None = None
    effective_at: Instant


class SnapbackTookEffect(StrictModel):
    kind: Literal["snapback_took_effect"] = "snapback_took_effect"
    snapback: Name
    effective_at: Instant


class SnapbackAverted(StrictModel):
    """It was decided to keep what would have lapsed, or to restore what has."""

    kind: Literal["snapback_averted"] = "snapback_averted"
    snapback: Name
    proposal: Id
    effective_at: Instant


OnDispute: TypeAlias = (
    DisputeRaised
    | DisputeSettled
    | DisputeWithdrawn
    | SnapbackInvoked
    | DisputeReferred
    | StageExtended
    | DisputeUnsettled
    | SnapbackCounted
    | SnapbackTookEffect
    | SnapbackAverted
)


class DisputeStatus(StrEnum):
    OPEN = "open"
    SETTLED = "settled"
    UNSETTLED = "unsettled"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Dispute:
    """A dispute, the stage before which it lies, and until when."""

    id: str
    ladder: str
    about: str | None
    reason: str
    raised_by: Actor
    raised_at: datetime
    stage: str
    stage_since: datetime
    until: datetime
    status: DisputeStatus = DisputeStatus.OPEN
    outcome: str | None = None
    ended_at: datetime | None = None

    @property
    def is_unsettled(self) -> bool:
        """Whether it is before a stage, or was left unsettled by all."""
        return self.status in (DisputeStatus.OPEN, DisputeStatus.UNSETTLED)


@dataclass(frozen=True, slots=True)
class Invoked:
    """A running snapback: who invoked it (None: it needs no notice), on what, and since when it is in effect."""

    by: Actor | None
    at: datetime
    reason: str
    dispute: str | None
    takes_effect_at: datetime
    in_effect_since: datetime | None = None
