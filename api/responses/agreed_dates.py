"""Response models of agreed dates and their windows."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from rules.explanations.agreed_dates import awaited_agreement
from rules.program import Program
from rules.queries.windows import window_closes_at, window_opens_at
from rules.times import Day, Instant
from rules.vocabulary.agreed_dates import AgreedDay


class AgreedDateResponse(BaseModel):
    name: str
    title: str
    status: Literal["open", "agreed", "missed"] = Field(description="missed: the window closed without a day")
    not_before: Instant | None = Field(description="when its window opens; null: what it is counted from has not come")
    not_after: Instant | None = Field(description="the last instant of its window; null as well while the program is stopped")
    agreed_by: str = Field(description="the procedure that decides it")
    owed_by: list[str] = Field(description="who has to agree, and has not yet")
    on: Day | None = Field(description="the day that was agreed on")
    original: Day | None = Field(description="the day that was agreed on first")
    agreed_at: Instant | None
    missed_at: Instant | None

    @classmethod
    def of(cls, program: Program, name: str) -> AgreedDateResponse:
        rule, day = program.plan.agreed_dates[name], program.agreed_dates.get(name, AgreedDay())
        return cls(
            name=name,
            title=rule.title,
            status=day.status,
            not_before=window_opens_at(program, rule.not_before),
            not_after=window_closes_at(program, rule.not_after),
            agreed_by=rule.agreed_by,
            owed_by=list(awaited_agreement(program, name)),
            on=day.on,
            original=day.original,
            agreed_at=day.agreed_at,
            missed_at=day.missed_at,
        )
