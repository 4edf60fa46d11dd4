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


class ProgramHeard(BaseModel):
    """A program as of its ledger entry `seq`."""

    program: str
    title: str
    plan: str
    standing: str
    seq: int
    next_due: datetime | None = None
    phases: list[PhaseHeard]

    @property
    def has_ended(self) -> bool:
        return self.standing in ("completed", "terminated")


class Following(BaseModel):
    """The state of a program's workflow, carried over when its history is cut."""

    heard: ProgramHeard
    phases: list[str] = []


class Waiting(BaseModel):
    """The state of a phase's workflow, carried over when its history is cut."""

    program: str
    seq: int
    phase: PhaseHeard


class Strike(BaseModel):
    """A phase's clock is due: let the law take it into effect."""

    program: str
    phase: str
    act: str


class Struck(BaseModel):
    """The phase after the strike."""

    seq: int
    phase: PhaseHeard


def program_workflow(program: str) -> str:
    """The id of a program's workflow."""
    return f"program/{program}"


def phase_workflow(program: str, phase: str) -> str:
    """The id of the workflow of one of its phases."""
    return f"program/{program}/phase/{phase}"
