"""Accounts of an incident: people and feeds can give several, and they may conflict.

While an incident is undecided, its severity is the highest of its accounts. If they conflict it is
contested, and an authority decides it. When the last account is taken back, the incident is withdrawn.
A decided incident stays decided; a later account puts the decision in question until it is made again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from rules.field_types import Id, Name, StrictModel, Text
from rules.times import Instant, local_day
from rules.vocabulary.origin import Origin

if TYPE_CHECKING:
    from rules.language.plan import Plan


class GiveAccount(StrictModel):
    """Says of an incident what somebody else has not said, or says it differently. The same account again takes its place."""

    kind: Literal["give_account"] = "give_account"
    incident: Id
    account: Id = Field(description="a name for it, of your choice; the account in the report is called as the incident is")
    severity: Name
    happened_at: Instant | None = Field(default=None, description="left out, as it was reported")
    happened_until: Instant | None = Field(
        default=None, description="where only a span is known: the last instant at which it may have happened"
    )
    attributed_to: Name | None = Field(default=None, description="who is said to have done it; left out, nobody is")
    text: Text
    origin: Origin | None = Field(default=None, description="of a check alone: the answers that it was read from")


class TakeBackAccount(StrictModel):
    """Takes back an account of an incident, as a feed does that deletes an event."""

    kind: Literal["take_back_account"] = "take_back_account"
    incident: Id
    account: Id
    reason: Text


class Stands(StrictModel):
    """How an incident stands after an account of it."""

    status: Literal["reported", "contested", "confirmed", "resolved", "dismissed", "withdrawn"]
    severity: Name
    happened_at: Instant
    happened_until: Instant | None = None
    attributed_to: Name | None = None
    questioned: bool = Field(default=False, description="it was decided otherwise than is said now")


class AccountGiven(StrictModel):
    kind: Literal["account_given"] = "account_given"
    incident: Id
    account: Id
    severity: Name
    happened_at: Instant
    happened_until: Instant | None = None
    attributed_to: Name | None = None
    text: Text
    origin: Origin | None = None
    conflicts_with: tuple[Id, ...] = ()
    stands: Stands


class AccountTakenBack(StrictModel):
    kind: Literal["account_taken_back"] = "account_taken_back"
    incident: Id
    account: Id
    reason: Text
    stands: Stands


@dataclass(frozen=True, slots=True)
class Testimony:
    """One account: its content and its author."""

    id: str
    given_by: str
    given_at: datetime
    severity: str
    happened_at: datetime
    attributed_to: str | None
    check: str | None = None
    """The check that gave it, if one did."""
    taken_back: bool = False
    happened_until: datetime | None = None

    @property
    def latest(self) -> datetime:
        """The last instant at which it may have happened."""
        return self.happened_until or self.happened_at


def with_account(accounts: Sequence[Testimony], given: Testimony) -> tuple[Testimony, ...]:
    """The accounts with one added or replaced; a replaced one keeps its position."""
    if all(account.id != given.id for account in accounts):
        return (*accounts, given)
    return tuple(given if account.id == given.id else account for account in accounts)


def conflicting(account: Testimony, others: Iterable[Testimony]) -> tuple[str, ...]:
    """The standing accounts that differ in severity or attribution."""
    return tuple(
        other.id
        for other in others
        if not other.taken_back
        and other.id != account.id
        and (other.severity != account.severity or _blames_another(account, other))
    )


def _blames_another(one: Testimony, other: Testimony) -> bool:
    return None not in {one.attributed_to, other.attributed_to} and one.attributed_to != other.attributed_to


def undecided(plan: Plan, accounts: Sequence[Testimony], *, contested_by_party: bool, before: Stands) -> Stands:
    """The state of an undecided incident by its accounts."""
    standing = [account for account in accounts if not account.taken_back]
    if not standing:
        return before.model_copy(update={"status": "withdrawn"})
    gravest = max(standing, key=lambda account: plan.severity(account.severity))
    in_conflict = any(conflicting(account, standing) for account in standing)
    blamed = {account.attributed_to for account in standing if account.attributed_to is not None}
    return Stands(
        status="contested" if in_conflict or contested_by_party else "reported",
        severity=gravest.severity,
        happened_at=standing[0].happened_at,
        happened_until=standing[0].happened_until,
        attributed_to=next(iter(blamed)) if len(blamed) == 1 else None,
    )


def _days(plan: Plan, happened_at: datetime, until: datetime | None) -> tuple[str, str]:
    """The first and the last local day on which it may have happened."""
    return local_day(happened_at, plan.time_zone), local_day(until or happened_at, plan.time_zone)


def decided(plan: Plan, accounts: Sequence[Testimony], before: Stands, at: datetime | None) -> Stands:
    """The state of an incident decided at an instant, in question if later accounts differ.

    Earlier accounts were weighed in the decision. Another day than the decided one is a question, since days are counted
    from it; so is a confirmed incident without any account left.
    """
    standing = [account for account in accounts if not account.taken_back]
    since = [account for account in standing if at is None or account.given_at > at]
    claimed = Testimony("", "", before.happened_at, before.severity, before.happened_at, before.attributed_to)
    denied = before.status == "dismissed"
    if denied:
        return before.model_copy(update={"questioned": bool(since)})
    first, last = _days(plan, before.happened_at, before.happened_until)
    spans = [_days(plan, account.happened_at, account.happened_until) for account in since]
    moved = any(begins > first or ends < last for begins, ends in spans)
    questioned = moved or not standing or bool(conflicting(claimed, since))
    return before.model_copy(update={"questioned": questioned})
