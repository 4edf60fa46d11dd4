"""Releases: postings between their accounts, and instalments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal, TypeAlias

from pydantic import Field

from rules.decimals import Figure
from rules.field_types import Name, StrictModel, Text
from rules.times import Instant
from rules.vocabulary.accounts import ACCOUNTS, Account


class BalanceMoved(StrictModel):
    """An amount of a release has gone from one of its accounts to another."""

    kind: Literal["balance_moved"] = "balance_moved"
    release: Name
    out_of: Account
    into: Account
    amount: Figure
    because: Text
    cure_until: Instant | None = Field(default=None, description="into suspended: until when it can be earned again")
    effective_at: Instant


class InstalmentCounted(StrictModel):
    """A length of time is over for which a release gives so much, if all was on track."""

    kind: Literal["instalment_counted"] = "instalment_counted"
    release: Name
    earned: bool
    because: Text
    effective_at: Instant


OnRelease: TypeAlias = BalanceMoved | InstalmentCounted


@dataclass(frozen=True, slots=True)
class Suspended:
    """A part of a release that fell, or was not earned when it was due."""

    amount: Decimal
    since: datetime
    cure_until: datetime | None
    paid: bool = False
    """Whether it had been paid: lost, it is asked back."""


@dataclass(frozen=True, slots=True)
class ReleaseState:
    """The balances of a release, whose sum is zero. `before_advance` was earned before the advance."""

    balances: Mapping[Account, Decimal] = field(default_factory=lambda: dict.fromkeys(ACCOUNTS, Decimal(0)))
    suspensions: tuple[Suspended, ...] = ()
    before_advance: Decimal = Decimal(0)
    advanced_at: datetime | None = None
    moved_at: datetime | None = None
    instalments: int = 0
    """How many lengths of time have been counted, and how many of them were earned."""
    earned_instalments: int = 0

    @property
    def promised(self) -> Decimal:
        return -self.balances["promised"]

    @property
    def lost(self) -> Decimal:
        """The amount lost for good, paid before or not."""
        return self.balances["reduced"] + self.balances["asked_back"]

    @property
    def held(self) -> Decimal:
        """The amount posted as earned."""
        return self.balances["released"] + self.balances["recovered"]
