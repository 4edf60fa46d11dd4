"""Due dates of milestones: set, missed, extended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import Field

from rules.field_types import Id, Name, StrictModel
from rules.times import Instant


class DeadlineSet(StrictModel):
    """A milestone's due date was set, moved or stopped by a pause; the original never changes."""

    kind: Literal["deadline_set"] = "deadline_set"
    milestone: Name
    anchored_at: Instant
    due_original: Instant
    due_revised: Instant | None = Field(default=None, description="none while paused")
    effective_at: Instant


class DeadlineMissed(StrictModel):
    kind: Literal["deadline_missed"] = "deadline_missed"
    milestone: Name
    effective_at: Instant


class DeadlineExtended(StrictModel):
    """A milestone is due later by agreement; its original date stays."""

    kind: Literal["deadline_extended"] = "deadline_extended"
    milestone: Name
    to: Instant
    proposal: Id
    effective_at: Instant


@dataclass(frozen=True, slots=True)
class Due:
    """The due date of a milestone: original, and revised by pauses and extensions.

    A date counted in days is the last instant of its day.
    """

    anchored_at: datetime
    original: datetime
    revised: datetime | None
    missed_at: datetime | None = None
    """When the revised date had passed; None again where it was moved by agreement since."""
    missed_original: bool = False
    """It was not achieved by its original date; for ever, whatever was agreed since."""
    kept: bool = False
    """It was achieved when it was due, and fell afterwards."""
    extended: Extension | None = None

    def is_late_originally(self, at: datetime, opened_at: datetime | None) -> bool:
        """Whether it is late against its original date if it has not been achieved before an instant.

        A date that passed before its phase opened was never owed; it is counted anew from the opening.
        """
        return self.missed_original or (self.original < at and (opened_at is None or opened_at <= self.original))


@dataclass(frozen=True, slots=True)
class Extension:
    """An agreed extension of a due date, and when it was agreed; only later pauses move it."""

    to: datetime
    agreed_at: datetime
