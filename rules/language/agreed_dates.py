"""Dates that parties agree on, within a window.

agreed_dates:
  vote_day:
    title: The day of the vote
    not_before: {within: P6M, from: {phase: campaign, becomes: open}}
    not_after: {within: P1Y, from: {phase: campaign, becomes: open}}
    agreed_by: joint
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from rules.field_types import Label, Name, StrictModel, Text
from rules.language.criteria import After


class AgreedDate(StrictModel):
    """A day that is agreed on by a procedure, no earlier and no later than its window."""

    title: Label
    not_before: After = Field(description="the first day on which it can lie")
    not_after: After = Field(description="the last one; whoever had to agree has missed it when that has passed")
    agreed_by: Name = Field(description="the procedure that decides it; whose consent it asks for owes the agreement")
    when_missed: Literal["warn", "suspend", "terminate"] | None = Field(
        default=None, description="what follows when the window closes without a day; left out, it is recorded"
    )
    note: Text | None = None

    @property
    def edges(self) -> tuple[After, After]:
        """Both edges of the window."""
        return self.not_before, self.not_after
