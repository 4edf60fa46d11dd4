"""Automated checks: their reports and pauses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from rules.field_types import Label, Name, StrictModel, Text
from rules.times import Day
from rules.vocabulary.origin import Fetch
from rules.vocabulary.readings import Unread


class ReportCheck(StrictModel):
    """Says what an automated check has come to, where that is something else than it said last."""

    kind: Literal["report_check"] = "report_check"
    check: Name
    outcome: Literal["read"] | Unread = Field(description="that it has read figures or events, or why there were none")
    sentence: Annotated[Text, Field(max_length=1000)]
    edition: Label | None = Field(default=None, description="with read: the producer's")
    covers_until: Day | None = Field(default=None, description="of a feed: the last day of which it speaks")
    fetched: tuple[Fetch, ...] = Field(default=(), max_length=200)
    adapter: Label | None = None
    version: Label | None = Field(default=None, description="of the adapter")


class PauseCheck(StrictModel):
    """Stops the runs of a check until it is resumed; what it has recorded stands."""

    kind: Literal["pause_check"] = "pause_check"
    check: Name
    reason: Text


class ResumeCheck(StrictModel):
    """Lets a paused check run again."""

    kind: Literal["resume_check"] = "resume_check"
    check: Name
    reason: Text


class CheckReported(StrictModel):
    """What a check has come to; a later run that comes to the same is not recorded again."""

    kind: Literal["check_reported"] = "check_reported"
    check: Name
    outcome: Literal["read"] | Unread
    sentence: Text
    edition: Label | None = None
    covers_until: Day | None = None
    fetched: tuple[Fetch, ...] = ()
    adapter: Label | None = None
    version: Label | None = None


class CheckPaused(StrictModel):
    kind: Literal["check_paused"] = "check_paused"
    check: Name
    reason: Text


class CheckResumed(StrictModel):
    kind: Literal["check_resumed"] = "check_resumed"
    check: Name
    reason: Text


OnCheck: TypeAlias = CheckReported | CheckPaused | CheckResumed


@dataclass(frozen=True, slots=True)
class CheckState:
    """What an automated check reported last, since when it is paused, and when it was last resumed."""

    report: CheckReported | None = None
    reported_at: datetime | None = None
    covers_until: date | None = None
    """The last day of which a feed has ever spoken."""
    paused_at: datetime | None = None
    paused_because: str | None = None
    resumed_at: datetime | None = None
