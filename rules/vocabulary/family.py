"""Child programs and the parent: the agreement on them, and their reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from rules.field_types import Chosen, Label, Name, PlanText, Sha256, StrictModel, Text, WhenSuspended
from rules.text_formats import PROGRAM_ID
from rules.times import Instant
from rules.vocabulary.members import Member


class ChildPlan(StrictModel):
    """What is agreed for a child program: its plan, as the program's own, and who is a member of it beside the parent's."""

    document: PlanText
    parameters: dict[Name, Chosen] = Field(default_factory=dict)
    members: tuple[Member, ...] = Field(default=(), max_length=200)
    programs: dict[Name, ChildPlan] | None = Field(default=None, description="its own child programs")


ProgramId = Annotated[str, Field(pattern=PROGRAM_ID)]


class Parent(StrictModel):
    """Of which program a program is a child, under which name, and whether a suspension reaches it."""

    program: ProgramId
    name: Name
    when_suspended: WhenSuspended


class MilestoneReported(StrictModel):
    """Where a milestone of a child program stands; `counts` says whether gates may count it."""

    milestone: Name
    status: Label
    counts: bool
    achieved_at: Instant | None = None
    sentence: Text | None = Field(default=None, description="what it lacks")
    owes: tuple[Name, ...] = ()


class ReportChild(StrictModel):
    """Says in a program how a child program of it stands, as of the child's entry `child_seq`."""

    kind: Literal["report_child"] = "report_child"
    program: Name
    child: ProgramId
    child_seq: Annotated[int, Field(ge=1, lt=2**53)]
    child_head: Sha256
    standing: Literal["running", "frozen", "suspended", "completed", "terminated"]
    milestones: tuple[MilestoneReported, ...] = ()
    lacks: Text | None = Field(default=None, description="what blocks it first")
    owes: tuple[Name, ...] = Field(default=(), description="who owes that")
    next_due: Instant | None = None


class ReportParent(StrictModel):
    """Says in a child program whether its parent holds it back, as of the parent's entry `parent_seq`."""

    kind: Literal["report_parent"] = "report_parent"
    parent_seq: Annotated[int, Field(ge=1, lt=2**53)]
    parent_head: Sha256
    holds: bool
    reason: Text


class ChildReported(StrictModel):
    """How a child program stands. Its head, kept here as well, vouches for the child's ledger up to there."""

    kind: Literal["child_reported"] = "child_reported"
    program: Name
    child: ProgramId
    child_seq: int
    child_head: Sha256
    standing: Literal["running", "frozen", "suspended", "completed", "terminated"]
    milestones: tuple[MilestoneReported, ...] = ()
    lacks: Text | None = None
    owes: tuple[Name, ...] = ()
    next_due: Instant | None = None


class ParentReported(StrictModel):
    """Whether the parent program holds this one back; its head is kept for the same reason."""

    kind: Literal["parent_reported"] = "parent_reported"
    parent_seq: int
    parent_head: Sha256
    holds: bool
    reason: Text


class ChildOpened(StrictModel):
    """A phase has opened a child program; its ledger begins when the clock room has started it."""

    kind: Literal["child_opened"] = "child_opened"
    program: Name
    effective_at: Instant


OnFamily: TypeAlias = ChildOpened | ChildReported | ParentReported


@dataclass(frozen=True, slots=True)
class Child:
    """A child program that has been opened, and what it reported last."""

    opened_at: datetime
    report: ChildReported | None = None
    reported_at: datetime | None = None

    @property
    def seq(self) -> int:
        """The child's entry as of which it reported; 0 before its first report."""
        return self.report.child_seq if self.report else 0

    @property
    def standing(self) -> str | None:
        return self.report.standing if self.report else None

    def milestone(self, name: str) -> MilestoneReported | None:
        """What it reported of a milestone; None where nothing has happened there yet."""
        reported = self.report.milestones if self.report else ()
        return next((one for one in reported if one.milestone == name), None)


@dataclass(frozen=True, slots=True)
class ParentState:
    """The parent program: what was agreed, and whether it holds this one back as of its entry `seq`."""

    agreed: Parent
    seq: int = 0
    holds: bool = False
    reason: str = ""
