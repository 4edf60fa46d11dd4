"""Response models of releases: terms, accounts and postings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel, Field

from rules.effects import BalanceMoved
from rules.entries import Entry
from rules.program import Program
from rules.reactions.clocks import clocks
from rules.releases.awaiting import Awaited, awaited_by
from rules.releases.earned import earned_amount
from rules.releases.windows import cured_by
from rules.rendering.releases import earning_in_words
from rules.times import Instant
from rules.truth import Truth
from rules.vocabulary.accounts import Account


class AwaitedResponse(BaseModel):
    """One thing that a release waits for, with who owes the next act."""

    what: str
    outcome: Truth
    sentence: str
    owes: list[str]
    since: Instant | None
    earliest: Instant | None = Field(description="first instant at which it could come about, or is too late; null: not known")

    @classmethod
    def of(cls, waiting: Awaited) -> AwaitedResponse:
        return cls(
            what=waiting.what,
            outcome=waiting.outcome,
            sentence=waiting.sentence,
            owes=list(waiting.owes),
            since=waiting.since,
            earliest=waiting.earliest,
        )


class SuspendedResponse(BaseModel):
    """A part that fell or was not earned when it was due."""

    amount: str
    since: Instant
    cure_until: Instant | None = Field(description="until when it can be earned again; null: not known, or always")


class TotalResponse(BaseModel):
    """All releases in one unit together. Amounts in two units are never added."""

    unit: str
    accounts: dict[Account, str]

    @classmethod
    def of(cls, unit: str, accounts: Mapping[Account, Decimal]) -> TotalResponse:
        return cls(unit=unit, accounts={account: f"{amount:f}" for account, amount in accounts.items()})


class ReleaseResponse(BaseModel):
    """A release. Amounts are exact, as text; the accounts always add up to nothing."""

    name: str
    title: str
    party: str
    to: str
    unit: str
    amount: str
    terms: str = Field(description="what earns it")
    earned: str | None = Field(description="by how the program stands; null: not known")
    because: str
    balances: dict[Account, str]
    suspended: list[SuspendedResponse]
    waits_for: list[AwaitedResponse]
    next_due: Instant | None = Field(description="when something happens to it if nobody acts")

    @classmethod
    def of(cls, program: Program, name: str, at: datetime) -> ReleaseResponse:
        terms, state, now = program.plan.releases[name], program.releases[name], earned_amount(program, name, at)
        own = [clock.due_at for clock in clocks(program) if clock.name.startswith(f"release.{name}.")]
        return cls(
            name=name,
            title=terms.title,
            party=terms.party,
            to=terms.to,
            unit=terms.unit,
            amount=f"{terms.amount:f}",
            terms=earning_in_words(program.plan, name),
            earned=None if now.amount is None else f"{now.amount:f}",
            because=now.sentence,
            balances={account: f"{amount:f}" for account, amount in state.balances.items()},
            suspended=suspended(program, name),
            waits_for=[AwaitedResponse.of(waiting) for waiting in awaited_by(program, name, at)],
            next_due=min(own, default=None),
        )


def suspended(program: Program, name: str) -> list[SuspendedResponse]:
    """The suspended parts of a release."""
    return [
        SuspendedResponse(amount=f"{part.amount:f}", since=part.since, cure_until=cured_by(program, name, part))
        for part in program.releases[name].suspensions
    ]


class PostingResponse(BaseModel):
    """One entry on a release: what went from which account to which, and why."""

    seq: int
    at: Instant
    out_of: Account
    into: Account
    amount: str
    because: str
    until: Instant | None = Field(description="the end of the time to cure")

    @classmethod
    def of(cls, entry: Entry) -> PostingResponse:
        fact = entry.fact
        if not isinstance(fact, BalanceMoved):
            raise TypeError(f"entry {entry.seq} is no posting")
        return cls(
            seq=entry.seq,
            at=fact.effective_at,
            out_of=fact.out_of,
            into=fact.into,
            amount=f"{fact.amount:f}",
            because=fact.because,
            until=fact.cure_until,
        )


class PostingPage(BaseModel):
    postings: list[PostingResponse]
    next: int | None = Field(description="pass as `after` for the next page; null at the end")
