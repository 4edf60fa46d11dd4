"""What workflows hear: where a program stands and which clocks run. Never a rule, never a document.

A field added later needs a default, or the histories of running programs could not be replayed.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel


class ClockHeard(BaseModel):
    """A running clock of a phase."""

    name: str
    kind: str
    due_at: datetime
    note: str


class PhaseHeard(BaseModel):
    """A phase that is open or has clocks."""

    name: str
    title: str
    status: str
    clocks: list[ClockHeard]


class ChildOf(BaseModel):
    """A child program by its parent's id and its name there."""

    parent: str
    name: str


class ChildHeard(BaseModel):
    """A child program that has been opened. `standing` is what it reported last, `holds` whether its parent holds it back."""

    name: str
    program: str
    title: str
    plan: str
    standing: str
    holds: bool


class ProgramHeard(BaseModel):
    """A program as of its ledger entry `seq`; 0 for a child program that is opened and not yet recorded.

    `news` is another text whenever the program has something to say to its parent.
    """

    program: str
    title: str
    plan: str
    standing: str
    seq: int
    next_due: datetime | None = None
    phases: list[PhaseHeard]
    children: list[ChildHeard] = []
    parent: ChildOf | None = None
    news: str = ""
    checks: str = ""
    """Another text whenever schedules of checks must be looked at; empty for a plan without checks."""

    @property
    def has_ended(self) -> bool:
        return self.standing in ("completed", "terminated")


class Following(BaseModel):
    """The state of a program's workflow, carried over when its history is cut."""

    heard: ProgramHeard
    phases: list[str] = []
    children: dict[str, bool] = {}
    """Those that are opened, and whether they were last told to be held back."""

    reported: str = ""
    """The news that the parent has heard."""

    checks: str = ""
    """What the schedules of checks were last made to match."""

    at_once: bool = False
    """Whether phases and children are told at once. A workflow that was begun before this could be tells them one after the
    other until its history is cut, since it must replay."""


class Waiting(BaseModel):
    """The state of a phase's workflow, carried over when its history is cut."""

    program: str
    seq: int
    phase: PhaseHeard


class Strike(BaseModel):
    """A phase's clock is due: let the law take it into effect."""

    program: str
    phase: str


class Struck(BaseModel):
    """The phase after the strike."""

    seq: int
    phase: PhaseHeard


class CheckOf(BaseModel):
    """A check by its program and its name in the plan."""

    program: str
    name: str


class Checked(BaseModel):
    """What a run has come to, and how many acts it has recorded."""

    outcome: str
    sentence: str
    recorded: int = 0


def program_workflow(program: str) -> str:
    """The id of a program's workflow."""
    return f"program/{program}"


def phase_workflow(program: str, phase: str) -> str:
    """The id of the workflow of one of its phases."""
    return f"program/{program}/phase/{phase}"


def check_schedule(program: str, check: str) -> str:
    """The id of a check's schedule; a run's workflow has it with the time of the run behind it."""
    return f"program/{program}/check/{check}"
