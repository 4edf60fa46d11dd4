"""The program as a whole: started, suspended, resumed, ended."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, TypeAlias

from pydantic import Field

from rules.field_types import Chosen, Label, Name, PlanText, Sha256, StrictModel, Text
from rules.times import Instant
from rules.vocabulary.family import ChildPlan, Parent
from rules.vocabulary.members import Member


class StartProgram(StrictModel):
    """Starts a program from the text of a plan and the values of its parameters.

    The text is recorded as it was written, so that what was agreed can be read as it was agreed; so
    are the plans of its child programs, which open later. `parent` is for the clock room alone.
    """

    kind: Literal["start_program"] = "start_program"
    document: PlanText
    parameters: dict[Name, Chosen] = Field(default_factory=dict)
    title: Label | None = None
    members: tuple[Member, ...] = Field(default=(), max_length=200)
    programs: dict[Name, ChildPlan] | None = Field(default=None, description="child programs that the plan declares")
    parent: Parent | None = None


class SuspendProgram(StrictModel):
    """Stops clocks and gates at once; evidence and incidents are still accepted."""

    kind: Literal["suspend_program"] = "suspend_program"
    reason: Text


class ResumeProgram(StrictModel):
    """Ends a suspension."""

    kind: Literal["resume_program"] = "resume_program"
    reason: Text


class TerminateProgram(StrictModel):
    """Ends the program for good."""

    kind: Literal["terminate_program"] = "terminate_program"
    reason: Text


class ProgramStarted(StrictModel):
    kind: Literal["program_started"] = "program_started"
    document: PlanText
    parameters: dict[Name, str | int]
    plan_sha256: Sha256
    title: Label
    members: tuple[Member, ...]
    programs: dict[Name, ChildPlan] | None = None
    parent: Parent | None = None


class ProgramSuspended(StrictModel):
    """By somebody, or (`because` of a gate that closed) by the plan."""

    kind: Literal["program_suspended"] = "program_suspended"
    reason: Text
    effective_at: Instant


class ProgramResumed(StrictModel):
    kind: Literal["program_resumed"] = "program_resumed"
    reason: Text
    effective_at: Instant


class ProgramTerminated(StrictModel):
    kind: Literal["program_terminated"] = "program_terminated"
    reason: Text
    effective_at: Instant


class ProgramFrozen(StrictModel):
    """Nobody has suspended the program; it stands still because its parent does, and goes on with it."""

    kind: Literal["program_frozen"] = "program_frozen"
    reason: Text
    effective_at: Instant


class ProgramThawed(StrictModel):
    kind: Literal["program_thawed"] = "program_thawed"
    effective_at: Instant


class ProgramCompleted(StrictModel):
    kind: Literal["program_completed"] = "program_completed"
    effective_at: Instant


OnStanding: TypeAlias = ProgramSuspended | ProgramResumed | ProgramTerminated | ProgramCompleted | ProgramFrozen | ProgramThawed


class Standing(StrEnum):
    RUNNING = "running"
    FROZEN = "frozen"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    TERMINATED = "terminated"
