"""Response models of what is owed: in one program with suggested acts, and across programs from the projection."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from api.responses.next_acts import ActResponse, NextActs
from db.due_dates import DueDate
from db.owed import OwedItem
from rules.explanations.outstanding import OutstandingAct, outstanding_at
from rules.explanations.owing import OwedKind, owed_in_words
from rules.program import Program
from rules.times import Instant


class OwedDates(BaseModel):
    """One act that is owed, and its dates."""

    party: str
    kind: OwedKind
    name: str = Field(description="the milestone, phase, commitment, proposal, dispute, incident or agreed date")
    title: str
    since: Instant
    due: Instant | None = Field(description="of this act; null: it has no date of its own, or none while it is paused")
    milestone_due_original: Instant | None
    milestone_due_revised: Instant | None
    overdue_since: Instant | None = Field(description="when its date, or its milestone's, had passed; null: it is not overdue")
    binding: bool = Field(description="false: its date is indicative")


class OwedOfProgramResponse(OwedDates):
    """The same with a sentence, and with the acts by which it is done."""

    sentence: str
    acts: list[ActResponse]

    @classmethod
    def all_of(
        cls,
        program_id: UUID,
        program: Program,
        at: datetime,
        *,
        party: str | None = None,
        kind: OwedKind | None = None,
    ) -> list[OwedOfProgramResponse]:
        next_acts = NextActs(program_id, program, at)
        asked = [
            one for one in outstanding_at(program, at) if party in {None, one.owed.party} and kind in {None, one.owed.kind}
        ]
        return [cls.of(program, one, next_acts, at) for one in asked]

    @classmethod
    def of(cls, program: Program, one: OutstandingAct, next_acts: NextActs, at: datetime) -> OwedOfProgramResponse:
        owed, due, overdue_from = one.owed, one.milestone_due, one.overdue_from
        return cls(
            party=owed.party,
            kind=owed.kind,
            name=owed.name,
            title=one.title,
            sentence=owed_in_words(program, owed, at),
            since=owed.since,
            due=owed.due,
            milestone_due_original=due.original if due else None,
            milestone_due_revised=due.revised if due else None,
            overdue_since=overdue_from if overdue_from is not None and overdue_from <= at else None,
            binding=owed.binding,
            acts=next_acts.of(owed),
        )


class OwedLineResponse(OwedDates):
    """The same across programs. `GET /programs/{program}/owed` has its sentence and its acts."""

    program: UUID
    program_title: str

    @classmethod
    def of(cls, line: OwedItem) -> OwedLineResponse:
        return cls(
            program=line.program_id,
            program_title=line.program_title,
            party=line.party,
            kind=line.kind,
            name=line.name,
            title=line.title,
            since=line.since,
            due=line.due,
            milestone_due_original=line.milestone_due_original,
            milestone_due_revised=line.milestone_due_revised,
            overdue_since=line.overdue_since,
            binding=line.binding,
        )


class OwedPage(BaseModel):
    owed: list[OwedLineResponse]
    next: str | None = Field(description="pass as `after` for the next page; null at the end")


class DateResponse(BaseModel):
    """When a milestone is due, or what else happens on a date if nobody acts."""

    at: Instant
    program: UUID
    program_title: str
    kind: str = Field(description="deadline: a milestone is due; else the kind of clock")
    name: str = Field(description="of the clock in its program")
    phase: str
    title: str
    milestone: str | None = Field(description="null: it is about no due date")
    party: str | None = Field(description="who owes the milestone")
    status: str | None = Field(description="of the milestone")
    due_original: Instant | None
    due_revised: Instant | None
    achieved_at: Instant | None

    @classmethod
    def of(cls, date: DueDate) -> DateResponse:
        return cls(
            at=date.at,
            program=date.program_id,
            program_title=date.program_title,
            kind=date.kind,
            name=date.name,
            phase=date.phase,
            title=date.title,
            milestone=date.milestone,
            party=date.party,
            status=date.status,
            due_original=date.original,
            due_revised=date.revised,
            achieved_at=date.achieved_at,
        )


class DatePage(BaseModel):
    dates: list[DateResponse]
    next: str | None = Field(description="pass as `after` for the next page; null at the end")
