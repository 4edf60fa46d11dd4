"""Response models of the differences between two instants."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from rules.entries import Entry
from rules.explanations.differences import Difference, Noun
from rules.language.plan import Plan
from rules.sentences import fact_sentence
from rules.times import Instant


class DifferenceResponse(BaseModel):
    """One thing that reads otherwise."""

    noun: Noun
    name: str
    before: str | None = Field(description="null: it was not there")
    after: str | None = Field(description="null: it is not there")
    sentence: str

    @classmethod
    def of(cls, one: Difference) -> DifferenceResponse:
        return cls(noun=one.noun, name=one.name, before=one.before, after=one.after, sentence=one.sentence)


class RecordedResponse(BaseModel):
    """An entry of the ledger, in a sentence."""

    seq: int
    recorded_at: Instant
    happened_at: Instant | None = Field(description="when it happened or took effect; null: when it was recorded")
    person: str | None = Field(description="null: it follows by the plan")
    party: str | None
    sentence: str

    @classmethod
    def of(cls, entry: Entry, plan: Plan) -> RecordedResponse:
        happened_at: datetime | None = getattr(entry.fact, "happened_at", None) or getattr(entry.fact, "effective_at", None)
        return cls(
            seq=entry.seq,
            recorded_at=entry.at,
            happened_at=happened_at,
            person=entry.actor.person if entry.actor else None,
            party=entry.actor.party if entry.actor else None,
            sentence=fact_sentence(entry.fact, plan),
        )


class ChangesResponse(BaseModel):
    """What differs between two instants, and what was recorded after the first and up to the second, in pages."""

    since: Instant
    until: Instant
    since_seq: int = Field(description="the newest entry at the first instant")
    until_seq: int
    differences: list[DifferenceResponse]
    recorded: list[RecordedResponse]
    next: int | None = Field(description="pass as `after` for the next page of `recorded`; null at the end")
