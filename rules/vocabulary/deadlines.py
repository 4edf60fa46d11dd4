"""The dates by which milestones are due: set, missed, extended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import Field

from rules.times import Instant
from rules.words import Id, Name, Strict


class DeadlineSet(Strict):
    """A milestone's due date was set, moved or stopped by a pause; the original never changes."""

    kind: Literal["deadline_set"] = "deadline_set"
    milestone: Name
    anchored_at: Instant
    due_original: Instant
    due_revised: Instant | None = Field(default=None, description="none while paused")
    effective_at: Instant


class DeadlineMissed(Strict):
    kind: Literal["deadline_missed"] = "deadline_missed"
    milestone: Name
    effective_at: Instant


class DeadlineExtended(Strict):
    """A milestone is due later by agreement; its original date stays."""

    kind: Literal["deadline_extended"] = "deadline_extended"
    milestone: Name
    to: Instant
    proposal: Id
    effective_at: Instant


@dataclass(frozen=True, slots=True)
class Due:
    """The date triple of a milestone: original, revised by pauses and extensions, and (elsewhere) actual."""

    anchored_at: datetime
    original: datetime
    revised: datetime | None
    missed_at: datetime | None = None
    """The revised date, once it has passed."""
    kept: bool = False
    """It was achieved when it was due, and fell afterwards."""
    extended: Extension | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """That a due date was moved by agreement, at an instant; pauses after it move it on."""

    to: datetime
    agreed_at: datetime
