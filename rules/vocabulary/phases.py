"""Phases and their gates: met, opened, completed, stepped back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias

from rules.field_types import Name, StrictModel, Text
from rules.times import Instant


class AdvancePhase(StrictModel):
    """Opens a phase whose entry gate is met."""

    kind: Literal["advance_phase"] = "advance_phase"
    phase: Name


class PhaseAdvanced(StrictModel):
    kind: Literal["phase_advanced"] = "phase_advanced"
    phase: Name


Gate: TypeAlias = Literal["entry", "exit"]
"""Entry opens a phase, exit completes it."""


class GateChanged(StrictModel):
    """A gate began or ceased to be met."""

    kind: Literal["gate_changed"] = "gate_changed"
    phase: Name
    gate: Gate
    met: bool
    because: Text | None = None
    effective_at: Instant


class PhaseOpened(StrictModel):
    kind: Literal["phase_opened"] = "phase_opened"
    phase: Name
    effective_at: Instant


class PhaseCompleted(StrictModel):
    kind: Literal["phase_completed"] = "phase_completed"
    phase: Name
    effective_at: Instant


class PhaseReopened(StrictModel):
    """A completed phase is open again, because what it rested on has fallen."""

    kind: Literal["phase_reopened"] = "phase_reopened"
    phase: Name
    effective_at: Instant


class PhaseSteppedBack(StrictModel):
    """An open phase waits again, because its entry gate has closed."""

    kind: Literal["phase_stepped_back"] = "phase_stepped_back"
    phase: Name
    effective_at: Instant


class PhaseClosed(StrictModel):
    """What closes a phase for good has come about."""

    kind: Literal["phase_closed"] = "phase_closed"
    phase: Name
    effective_at: Instant


class WarningGiven(StrictModel):
    kind: Literal["warning_given"] = "warning_given"
    phase: Name
    sentence: Text
    effective_at: Instant


OnPhase: TypeAlias = GateChanged | PhaseOpened | PhaseCompleted | PhaseReopened | PhaseSteppedBack | PhaseClosed


class PhaseStatus(StrEnum):
    WAITING = "waiting"
    OPEN = "open"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class PhaseState:
    status: PhaseStatus = PhaseStatus.WAITING
    entry_met: bool = False
    exit_met: bool = False
    opened_at: datetime | None = None
    completed_at: datetime | None = None
    entry_met_at: datetime | None = None
    closed_at: datetime | None = None
    """When it was closed for good. It waits, and opens no more."""

    @property
    def told(self) -> str:
        """Its state in one word."""
        return "closed" if self.closed_at else self.status.value
