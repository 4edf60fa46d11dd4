"""Days that parties agree on: agreed, moved, and not agreed in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeAlias

from pydantic import Field

from rules.field_types import Id, Name, StrictModel
from rules.times import Day, Instant


class DateAgreed(StrictModel):
    """Parties have agreed on a day, or on another one than before."""

    kind: Literal["date_agreed"] = "date_agreed"
    date: Name
    on: Day
    begins_at: Instant = Field(description="when the day begins in the plan's time zone")
    proposal: Id
    effective_at: Instant


class AgreementMissed(StrictModel):
    """The window of a day has closed, and no day was agreed."""

    kind: Literal["agreement_missed"] = "agreement_missed"
    date: Name
    parties: tuple[Name, ...] = Field(description="all who owed the agreement")
    effective_at: Instant


OnAgreedDate: TypeAlias = DateAgreed | AgreementMissed


@dataclass(frozen=True, slots=True)
class AgreedDay:
    """An agreed day, or the window that closed without one."""

    on: date | None = None
    begins_at: datetime | None = None
    original: date | None = None
    """The day that was agreed on first."""
    agreed_at: datetime | None = None
    """When the newest day was agreed on."""
    parties: tuple[str, ...] = ()
    """Who owed the agreement when the window closed."""
    missed_at: datetime | None = None
    """When the window had closed; None again where an amendment has moved it since."""
    missed_original_at: datetime | None = None
    """When the window had first closed without a day; for ever."""

    @property
    def status(self) -> Literal["open", "agreed", "missed"]:
        """Missed is what was not agreed on before its window closed."""
        if self.on is not None:
            return "agreed"
        return "open" if self.missed_at is None else "missed"
