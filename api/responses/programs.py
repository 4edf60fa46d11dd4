"""Response models of programs, members, commitments and incidents."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from api.responses.agreed_dates import AgreedDateResponse
from api.responses.family import ChildResponse, ParentResponse, children_of, parent_of
from api.responses.phases import ClockResponse, PhaseResponse
from rules.program import Program
from rules.reactions.clocks import clocks
from rules.times import Instant
from rules.vocabulary.standing import Standing


class ProgramLine(BaseModel):
    """A program in the list of programs."""

    id: UUID
    title: str
    plan: str
    standing: Standing
    open_phases: list[str]
    parties: list[str]
    started_at: Instant
    next_due: Instant | None = Field(description="when something happens if nobody acts; null: nothing does")
    overdue: bool = Field(description="something is still owed whose date has passed")
    overdue_since: Instant | None = Field(description="when the first of these dates had passed")
    seq: int
    parent_id: UUID | None = Field(description="the program of which it is a child")
    name_in_parent: str | None


class ProgramPage(BaseModel):
    programs: list[ProgramLine]
    next: str | None = Field(description="pass as `after` for the next page; null at the end")


class CountsResponse(BaseModel):
    """How many programs there are."""

    programs: int
    by_standing: dict[Standing, int]
    overdue: int = Field(description="those in which something is overdue now")


class MemberResponse(BaseModel):
    person: str
    role: str
    party: str | None


class CommitmentResponse(BaseModel):
    name: str
    title: str
    party: str | None
    outside_control: bool
    status: Literal["not_in_force", "in_force", "in_question", "broken", "relieved"]
    in_force_since: Instant | None
    because: str | None


SPAN = "the last instant at which it may have happened; null: it is known to have happened at happened_at"


class TestimonyResponse(BaseModel):
    id: str
    given_by: str
    given_at: Instant
    severity: str
    happened_at: Instant
    happened_until: Instant | None = Field(default=None, description=SPAN)
    attributed_to: str | None
    check: str | None
    taken_back: bool


class IncidentResponse(BaseModel):
    id: str
    kind: str
    severity: str
    status: str
    happened_at: Instant
    happened_until: Instant | None = Field(default=None, description=SPAN)
    reported_at: Instant
    resolved_at: Instant | None
    place: str
    attributed_to: str | None
    confidence: str
    reported_by: str
    related_to: str | None
    milestone: str | None = Field(description="the milestone that it is about")
    questioned: bool = Field(description="it was decided otherwise than an account says since")
    accounts: list[TestimonyResponse] = Field(description="what is said of it, by whom; the texts are in the ledger")


class ProgramResponse(BaseModel):
    """A program as it stands, or as it was known `at` an instant, by its newest entry `seq`."""

    id: UUID
    at: Instant = Field(description="the instant that this is told for: now, or the one asked for")
    title: str
    plan: str
    plan_sha256: str
    standing: Standing
    started_at: Instant
    ended_at: Instant | None
    seq: int
    time_zone: str
    parent: ParentResponse | None
    programs: list[ChildResponse] = Field(description="its child programs, as they have reported")
    phases: list[PhaseResponse]
    agreed_dates: list[AgreedDateResponse] = Field(description="days that parties agree on, in the order of the plan")
    commitments: list[CommitmentResponse]
    incidents: list[IncidentResponse]
    members: list[MemberResponse]
    clocks: list[ClockResponse]

    @classmethod
    def of(cls, id: UUID, program: Program, at: datetime) -> ProgramResponse:  # noqa: A002  the field's name
        return cls(
            id=id,
            at=at,
            title=program.title,
            plan=program.plan.plan,
            plan_sha256=program.plan_sha256,
            standing=program.standing,
            started_at=program.started_at,
            ended_at=program.ended_at,
            seq=program.seq,
            time_zone=program.plan.time_zone,
            parent=parent_of(program),
            programs=children_of(id, program),
            phases=[PhaseResponse.of(program, name, at) for name in program.plan.phases],
            agreed_dates=[AgreedDateResponse.of(program, name) for name in program.plan.agreed_dates],
            commitments=[_commitment(program, name) for name in program.plan.commitments],
            incidents=incidents(program),
            members=members(program),
            clocks=[ClockResponse.of(clock, at) for clock in clocks(program)],
        )


def members(program: Program) -> list[MemberResponse]:
    """All memberships, by person."""
    held = sorted(program.members, key=lambda m: (m.person, m.role, m.party or ""))
    return [MemberResponse(person=m.person, role=m.role, party=m.party) for m in held]


def _commitment(program: Program, name: str) -> CommitmentResponse:
    rule, state = program.plan.commitments[name], program.commitments.get(name)
    return CommitmentResponse(
        name=name,
        title=rule.title,
        party=rule.party,
        outside_control=rule.outside_control,
        status=state.status if state else "not_in_force",
        in_force_since=state.in_force_since if state else None,
        because=state.because if state else None,
    )


def incidents(program: Program) -> list[IncidentResponse]:
    """All incidents, newest first by when they happened."""
    return [
        IncidentResponse(
            id=incident.id,
            kind=incident.kind,
            severity=incident.severity,
            status=incident.status,
            happened_at=incident.happened_at,
            happened_until=incident.happened_until,
            reported_at=incident.reported_at,
            resolved_at=incident.resolved_at,
            place=incident.place,
            attributed_to=incident.attributed_to,
            confidence=incident.confidence,
            reported_by=incident.reported_by.person,
            related_to=incident.related_to,
            milestone=incident.milestone,
            questioned=incident.questioned,
            accounts=[TestimonyResponse(**asdict(account)) for account in incident.accounts],
        )
        for incident in sorted(program.incidents.values(), key=lambda held: held.happened_at, reverse=True)
    ]
