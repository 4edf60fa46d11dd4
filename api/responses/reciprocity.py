"""Response models of reciprocity: what each party owes and has done."""

from __future__ import annotations

from datetime import datetime
from typing import get_args

from pydantic import BaseModel, Field

from rules.explanations.owing import Owed, OwedKind, owed_in_words
from rules.explanations.reciprocity import AccountItem, How, PartyAccount, reciprocity
from rules.program import Program
from rules.times import Instant


class OwedResponse(BaseModel):
    """One act that is owed now."""

    kind: OwedKind
    name: str = Field(description="the milestone, phase, commitment, proposal, dispute or incident")
    sentence: str
    since: Instant
    due: Instant | None = Field(description="null: it has no date, or none while it is paused")
    binding: bool = Field(description="false: its date is indicative")

    @classmethod
    def of(cls, program: Program, owed: Owed, at: datetime) -> OwedResponse:
        sentence = owed_in_words(program, owed, at)
        return cls(kind=owed.kind, name=owed.name, sentence=sentence, since=owed.since, due=owed.due, binding=owed.binding)


class ReckonedResponse(BaseModel):
    """One thing that was kept, late, waived or broken, and since when."""

    how: How
    what: str
    name: str
    binding: bool
    since: Instant
    until: Instant | None = Field(description="late: when it was achieved; broken: when it was kept again")

    @classmethod
    def of(cls, one: AccountItem) -> ReckonedResponse:
        return cls(how=one.how, what=one.what, name=one.name, binding=one.binding, since=one.since, until=one.until)


class Tally(BaseModel):
    kept: int
    late: int = Field(description="by dates as they stand, after pauses and by what was agreed since")
    late_original: int = Field(description="by the original dates, whatever was agreed since")
    waived: int
    declined: int = Field(description="of which it was decided together that they are not done")
    broken: int

    @classmethod
    def of(cls, account: PartyAccount, *, binding: bool) -> Tally:
        def count(how: How) -> int:
            return account.count(how, binding=binding)

        return cls(**{how: count(how) for how in get_args(How)})


class ReciprocityResponse(BaseModel):
    """Where one party or joint body stands. What no party controls scores nobody."""

    party: str
    owed: list[OwedResponse]
    binding: Tally
    not_binding: Tally = Field(description="by dates that are indicative")
    reckoned: list[ReckonedResponse] = Field(description="what the tallies count")
    stands_still_since: Instant | None = Field(description="null: it moves, owes nothing, or nobody counts")
    horizon_ends: Instant | None

    @classmethod
    def all_of(cls, program: Program, at: datetime) -> list[ReciprocityResponse]:
        return [cls._of(program, account, at) for account in reciprocity(program, at)]

    @classmethod
    def _of(cls, program: Program, account: PartyAccount, at: datetime) -> ReciprocityResponse:
        return cls(
            party=account.party,
            owed=[OwedResponse.of(program, owed, at) for owed in account.owed],
            binding=Tally.of(account, binding=True),
            not_binding=Tally.of(account, binding=False),
            reckoned=[ReckonedResponse.of(one) for one in account.reckoned],
            stands_still_since=account.stall.since if account.stall else None,
            horizon_ends=account.stall.horizon_ends if account.stall else None,
        )
