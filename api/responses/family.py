"""Response models of a program's parent, children and family tree."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from api.responses.phases import BlockingResponse
from rules.acts import MilestoneReported
from rules.family import child_id
from rules.program import Program
from rules.times import Instant


class ParentResponse(BaseModel):
    program: UUID
    name: str = Field(description="what this program is called there")
    when_suspended: Literal["suspend", "freeze", "leave"]
    holds: bool = Field(description="the parent holds this program back")


class ChildResponse(BaseModel):
    """A child program by its last report to this one."""

    id: UUID
    name: str
    title: str
    plan: str
    opened_in: str
    when_suspended: Literal["suspend", "freeze", "leave"]
    standing: str = Field(description="not_opened, opened, or the standing that it reported")
    opened_at: Instant | None
    reported_at: Instant | None
    seq: int = Field(description="the child's entry as of which it reported; 0 before its first report")
    milestones: list[MilestoneReported]
    lacks: str | None
    owes: list[str]
    next_due: Instant | None


class OpenPhaseResponse(BaseModel):
    name: str
    title: str


class FamilyResponse(BaseModel):
    """A program and, under it, its children. What the caller may not see is told as its parent's ledger tells it."""

    id: UUID
    name: str | None = Field(description="what its parent calls it; null where it is no child")
    title: str
    plan: str
    standing: str = Field(description="not_opened for a child whose phase is not open yet")
    open_phases: list[OpenPhaseResponse] | None = Field(description="null: not the caller's to see, or not opened")
    blocking: BlockingResponse | None = Field(description="what blocks it first")
    children: list[FamilyResponse]


def parent_of(program: Program) -> ParentResponse | None:
    if (parent := program.parent) is None:
        return None
    agreed = parent.agreed
    return ParentResponse(
        program=UUID(agreed.program), name=agreed.name, when_suspended=agreed.when_suspended, holds=parent.holds
    )


def children_of(id: UUID, program: Program) -> list[ChildResponse]:  # noqa: A002  the field's name
    """The child programs that the plan declares, in its order."""
    return [_child(id, program, name) for name in program.plan.programs]


def _child(parent: UUID, program: Program, name: str) -> ChildResponse:
    rule, child = program.plan.programs[name], program.children.get(name)
    report = child.report if child else None
    return ChildResponse(
        id=child_id(parent, name),
        name=name,
        title=rule.title,
        plan=rule.plan,
        opened_in=rule.opened_in,
        when_suspended=rule.when_suspended,
        standing=(child.standing or "opened") if child else "not_opened",
        opened_at=child.opened_at if child else None,
        reported_at=child.reported_at if child else None,
        seq=child.seq if child else 0,
        milestones=list(report.milestones) if report else [],
        lacks=report.lacks if report else None,
        owes=list(report.owes) if report else [],
        next_due=report.next_due if report else None,
    )
