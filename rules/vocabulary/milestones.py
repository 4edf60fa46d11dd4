"""Milestones: their facts and their state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal, TypeAlias

from pydantic import Field

from rules.field_types import Id, Name, StrictModel
from rules.times import Instant, Interval
from rules.vocabulary.assessments import Assessment
from rules.vocabulary.deadlines import DeadlineExtended, DeadlineMissed, DeadlineSet, Due
from rules.vocabulary.determinations import Decision, DeterminationTakenBack, MilestoneDetermined, Vote, VoteCast
from rules.vocabulary.findings import Finding, FindingMade, ObservationMade


class MilestoneWaived(StrictModel):
    kind: Literal["milestone_waived"] = "milestone_waived"
    milestone: Name
    until: Instant | None = None
    proposal: Id
    effective_at: Instant


class MilestoneDeclined(StrictModel):
    """It was decided by a procedure that a milestone is not done."""

    kind: Literal["milestone_declined"] = "milestone_declined"
    milestone: Name
    proposal: Id
    effective_at: Instant


class MilestoneFinal(StrictModel):
    """A milestone that is achieved can't be undone any more."""

    kind: Literal["milestone_final"] = "milestone_final"
    milestone: Name
    effective_at: Instant


class ReliefChanged(StrictModel):
    """A milestone is not owed for now, or is owed again."""

    kind: Literal["relief_changed"] = "relief_changed"
    milestone: Name
    relieved: tuple[tuple[Instant, Instant | None], ...] = Field(description="when it was not owed; without an end: now")
    effective_at: Instant


class WaiverExpired(StrictModel):
    kind: Literal["waiver_expired"] = "waiver_expired"
    milestone: Name
    effective_at: Instant


OnMilestone: TypeAlias = (
    ObservationMade
    | MilestoneDetermined
    | VoteCast
    | DeterminationTakenBack
    | FindingMade
    | DeadlineSet
    | DeadlineMissed
    | MilestoneWaived
    | MilestoneDeclined
    | MilestoneFinal
    | ReliefChanged
    | WaiverExpired
    | DeadlineExtended
)


class MilestoneStatus(StrEnum):
    NOT_STARTED = "not_started"
    SUBMITTED = "submitted"
    ACHIEVED = "achieved"
    PARTLY_ACHIEVED = "partly_achieved"
    NOT_ACHIEVED = "not_achieved"
    REVERSED = "reversed"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Waiver:
    """A milestone counts for gates without being achieved, until an instant; None: for good."""

    proposal: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class MilestoneState:
    """`shown` holds, by showing, the ids of the verified evidence that stands, oldest first."""

    status: MilestoneStatus = MilestoneStatus.NOT_STARTED
    shown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    returned: Mapping[str, str] = field(default_factory=dict)
    """By showing, why the newest evidence for it was returned, where none has been verified since."""
    lost_at: Mapping[str, datetime] = field(default_factory=dict)
    """By showing, when evidence for it was last returned or withdrawn."""
    owed_again_at: datetime | None = None
    """When it was last determined as not, or not all, achieved, or a waiver of it ended."""
    reversals: tuple[Interval, ...] = ()
    """When it was reversed, and until when it was achieved again."""
    judged_at: datetime | None = None
    """When the newest evidence for it, figures apart, was verified or returned."""
    finding: Finding | None = None
    found_at: Mapping[str, datetime] = field(default_factory=dict)
    """By outcome, when it was last found to be so, having been found otherwise or not at all before."""
    due: Due | None = None
    achieved_at: datetime | None = None
    happened_at: datetime | None = None
    """When what was achieved had been done, where its verified evidence says so."""
    first_recorded_at: datetime | None = None
    grade: Decimal | None = None
    """On the milestone's scale, where it has one and something of it is achieved."""
    decision: Decision | None = None
    """Its newest determination that was not taken back."""
    votes: Mapping[str, Vote] = field(default_factory=dict)
    """By whom, what some of several that determine it have said of its present finding."""
    final_at: datetime | None = None
    """Since when it can't be undone."""
    relieved: tuple[Interval, ...] = ()
    """When it was not owed, because what it is owed under did not hold."""
    declined_at: datetime | None = None
    before: MilestoneState | None = None
    """As it stood before its newest determination; None where that was taken back."""
    waived: Waiver | None = None
    assessments: Mapping[str, Assessment] = field(default_factory=dict)
    """By assessor, its newest."""

    @property
    def determined_at(self) -> datetime | None:
        """When it was last determined."""
        return self.decision.at if self.decision else None

    @property
    def is_relieved(self) -> bool:
        """Whether it is not owed for now."""
        return bool(self.relieved) and self.relieved[-1][1] is None

    @property
    def told(self) -> str:
        """Its state in one word."""
        return "waived" if self.waived else self.status.value

    @property
    def counts(self) -> bool:
        """Whether gates count it: achieved, or waived."""
        return self.status is MilestoneStatus.ACHIEVED or self.waived is not None
