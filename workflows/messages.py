"""Messages to and from workflows: the state of a program, and recorded entries. No rules and no documents.

A field that is added later needs a default, so that old histories can be replayed.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import TypeAlias

from pydantic import BaseModel

Version: TypeAlias = tuple[int, int]
"""Epoch of the record and number of the newest entry; a higher version supersedes all lower ones."""


class ClockState(BaseModel):
    """A running clock of a phase; `due_at` in UTC."""

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


class ChildRef(BaseModel):
    """A child program by its parent's id and its name there."""

    parent: str
    name: str


class ChildState(BaseModel):
    """An opened child program. `standing` is its last report; `holds` is whether its parent holds it back."""

    name: str
    program: str
    title: str
    plan: str
    standing: str
    holds: bool


class ProgramState(BaseModel):
    """A program as of entry `seq`; 0 for a child program that is opened and not recorded yet.

    `head` is a prefix of that entry's leaf, `epoch` the epoch of the record. `news` is a digest that changes when the program
    has something to report to its parent; `checks` is a digest that changes when schedules must change.
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
    parent: ChildRef | None = None
    news: str = ""
    checks: str = ""
    sealed: bool = False
    """Whether names and titles are left out of search attributes, which the codec does not encrypt."""

    @property
    def version(self) -> Version:
        return self.epoch, self.seq

    @property
    def has_ended(self) -> bool:
        return self.standing in ("completed", "terminated")


class Headline(BaseModel):
    """A summary of one entry: number, time, actor with role and party, and a sentence."""

    seq: int
    at: datetime
    by: str
    what: str


class ProgramChange(BaseModel):
    """New entries and the state after them. `more` is the number of entries omitted before the first one."""

    entries: list[Headline] = []
    more: int = 0
    state: ProgramState


class ProgramInput(BaseModel):
    """The input of a program's workflow, also at continue-as-new."""

    change: ProgramChange
    children: dict[str, bool] = {}
    """Opened children, and whether each was last told to be held back."""

    reported: str = ""
    """The `news` last reported to the parent."""

    checks: str = ""
    """The `checks` that schedules were last updated to."""


class CheckRef(BaseModel):
    """A check by its program and its name in the plan."""

    program: str
    name: str


class CheckResult(BaseModel):
    """The outcome of a run, and the number of recorded acts."""

    outcome: str
    sentence: str
    recorded: int = 0


def program_workflow(program: str) -> str:
    """The id of a program's workflow."""
    return f"program/{program}"


def check_schedule(program: str, check: str, *, sealed: bool = False) -> str:
    """The schedule id of a check, which Temporal extends by the time of a run. Sealed, the name is hashed."""
    suffix = sha256(f"{program}/{check}".encode()).hexdigest()[:16] if sealed else check
    return f"program/{program}/check/{suffix}"
