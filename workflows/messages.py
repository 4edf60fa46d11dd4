"""What is sent to and from workflows: where a program stands, and what was recorded. Never a rule, never a document.

A field added later needs a default, or the histories of running programs could not be replayed.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import TypeAlias

from pydantic import BaseModel

Version: TypeAlias = tuple[int, int]
"""Epoch of the record and number of its newest entry: a later version stands for everything before it."""


class ClockState(BaseModel):
    """A running clock of a phase."""

    name: str
    kind: str
    due_at: datetime
    note: str


class PhaseState(BaseModel):
    """A phase that is open or has clocks."""

    name: str
    title: str
    status: str
    clocks: list[ClockState] = []

    @property
    def next_clock(self) -> ClockState | None:
        return min(self.clocks, key=lambda clock: (clock.due_at, clock.name), default=None)


class ChildOf(BaseModel):
    """A child program by its parent's id and its name there."""

    parent: str
    name: str


class ChildState(BaseModel):
    """A child program that has been opened. `standing` is what it reported last, `holds` whether its parent holds it back."""

    name: str
    program: str
    title: str
    plan: str
    standing: str
    holds: bool


class ProgramState(BaseModel):
    """A program as of its ledger entry `seq`; 0 for a child program that is opened and not yet recorded.

    `head` is the beginning of that entry's hash, `epoch` that of the record. `news` is another text whenever the program has
    something to say to its parent, `checks` whenever schedules have to change.
    """

    program: str
    title: str
    plan: str
    standing: str
    seq: int
    head: str = ""
    epoch: int = 0
    next_due: datetime | None = None
    waiting_for: list[str] = []
    phases: list[PhaseState]
    children: list[ChildState] = []
    parent: ChildOf | None = None
    news: str = ""
    checks: str = ""
    sealed: bool = False
    """Whether names and titles are kept out of what Temporal can read: search attributes are no payloads."""

    @property
    def version(self) -> Version:
        return self.epoch, self.seq

    @property
    def has_ended(self) -> bool:
        return self.standing in ("completed", "terminated")


class Headline(BaseModel):
    """One entry of the ledger by its number: when it was recorded, who acted in which role for whom, and what it says."""

    seq: int
    at: datetime
    by: str
    what: str


class Change(BaseModel):
    """What was recorded, and how the program stands after it. `more` entries before the first of these are left out."""

    entries: list[Headline] = []
    more: int = 0
    state: ProgramState


class Carried(BaseModel):
    """What a program's workflow begins with, and carries over when its history is cut."""

    change: Change
    children: dict[str, bool] = {}
    """Those that are opened, and whether they were last told to be held back."""

    reported: str = ""
    """The news that the parent has been told."""

    checks: str = ""
    """What the schedules of checks were last made to match."""


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


def check_schedule(program: str, check: str, *, sealed: bool = False) -> str:
    """The id of a check's schedule; a run's workflow has it with the time of the run behind it. Sealed, it tells no name."""
    suffix = sha256(f"{program}/{check}".encode()).hexdigest()[:16] if sealed else check
    return f"program/{program}/check/{suffix}"
