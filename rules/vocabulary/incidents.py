"""Incidents: reported, contested, confirmed or dismissed. Accounts of them stand in `rules.vocabulary.testimony`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, Self, TypeAlias

from pydantic import Field, model_validator

from rules.field_types import Id, Label, Name, Seq, StrictModel, Text
from rules.times import Instant
from rules.vocabulary.members import Actor
from rules.vocabulary.origin import Origin
from rules.vocabulary.testimony import AccountGiven, AccountTakenBack, Stands, Testimony


class ReportIncident(StrictModel):
    """Reports an event; nothing is decided by the report."""

    kind: Literal["report_incident"] = "report_incident"
    incident: Id = Field(description="a name for it, of your choice, by which it is called from then on")
    incident_kind: Name
    severity: Name
    happened_at: Instant
    happened_until: Instant | None = Field(
        default=None, description="where only a span is known: the last instant at which it may have happened"
    )
    place: Label
    attributed_to: Name | None = Field(default=None, description="who is said to have done it; left out, nobody is")
    confidence: Literal["low", "medium", "high"] = "medium"
    account: Text = Field(description="what happened, in words")
    related_to: Id | None = Field(default=None, description="the incident that this one answers")
    milestone: Name | None = Field(default=None, description="the milestone that it is about")
    origin: Origin | None = Field(default=None, description="of a check alone: the answers that it was read from")


class ConfirmIncident(StrictModel):
    """Establishes that an incident happened, and as what."""

    kind: Literal["confirm_incident"] = "confirm_incident"
    incident: Id
    severity: Name | None = None
    attributed_to: Name | None = None
    happened_at: Instant | None = None
    reason: Text


class ContestIncident(StrictModel):
    """A party disputes an incident; clocks that it touches freeze until it is decided."""

    kind: Literal["contest_incident"] = "contest_incident"
    incident: Id
    reason: Text


class DismissIncident(StrictModel):
    """Establishes that an incident did not happen, or is none of the plan's."""

    kind: Literal["dismiss_incident"] = "dismiss_incident"
    incident: Id
    reason: Text


class ResolveIncident(StrictModel):
    """Establishes that a confirmed incident is over."""

    kind: Literal["resolve_incident"] = "resolve_incident"
    incident: Id
    resolved_at: Instant | None = Field(default=None, description="left out, when this is recorded")
    reason: Text


class Correction(StrictModel):
    """What was said wrongly of an incident; what is left out stays as it was said."""

    incident_kind: Name | None = None
    severity: Name | None = None
    happened_at: Instant | None = None
    place: Label | None = None
    attributed_to: Name | None = None
    attributed_to_nobody: Literal[True] | None = Field(default=None, description="it is not known who did it")
    reason: Text

    @model_validator(mode="after")
    def _blames_somebody_or_nobody(self) -> Self:
        if self.attributed_to is not None and self.attributed_to_nobody:
            raise ValueError("attribute it to somebody or to nobody, one of the two")
        return self


class CorrectIncident(Correction):
    """Puts right what was said of an incident: before it is decided by who reported it, after that by who decides."""

    kind: Literal["correct_incident"] = "correct_incident"
    incident: Id


class IncidentReported(StrictModel):
    kind: Literal["incident_reported"] = "incident_reported"
    incident: Id
    incident_kind: Name
    severity: Name
    happened_at: Instant
    happened_until: Instant | None = None
    place: Label
    attributed_to: Name | None = None
    confidence: Literal["low", "medium", "high"]
    account: Text
    related_to: Id | None = None
    milestone: Name | None = None
    origin: Origin | None = None


class IncidentConfirmed(StrictModel):
    kind: Literal["incident_confirmed"] = "incident_confirmed"
    incident: Id
    severity: Name
    attributed_to: Name | None = None
    happened_at: Instant
    happened_until: Instant | None = None
    reason: Text


class IncidentContested(StrictModel):
    kind: Literal["incident_contested"] = "incident_contested"
    incident: Id
    reason: Text


class IncidentDismissed(StrictModel):
    kind: Literal["incident_dismissed"] = "incident_dismissed"
    incident: Id
    reason: Text


class IncidentResolved(StrictModel):
    kind: Literal["incident_resolved"] = "incident_resolved"
    incident: Id
    resolved_at: Instant
    reason: Text


class IncidentCorrected(StrictModel):
    """What was said wrongly of an incident is put right, by who said it or, once it was decided, by who decides.

    Before it is decided it `stands` as all accounts of it together say, of which the report's own is put right.
    """

    kind: Literal["incident_corrected"] = "incident_corrected"
    incident: Id
    entry: Seq = Field(description="that said so before: the report, the decision or a correction")
    incident_kind: Name
    severity: Name
    happened_at: Instant
    place: Label
    attributed_to: Name | None = None
    stands: Stands | None = None
    reason: Text


OnIncident: TypeAlias = (
    IncidentReported
    | IncidentConfirmed
    | IncidentContested
    | IncidentDismissed
    | IncidentResolved
    | IncidentCorrected
    | AccountGiven
    | AccountTakenBack
)


class IncidentStatus(StrEnum):
    REPORTED = "reported"
    CONTESTED = "contested"
    CONFIRMED = "confirmed"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Incident:
    id: str
    kind: str
    severity: str
    status: IncidentStatus
    happened_at: datetime
    reported_at: datetime
    place: str
    attributed_to: str | None
    confidence: str
    reported_by: Actor
    told_in: int = 0
    """The ledger's entry that last said what it is: its report, its decision or a correction."""
    resolved_at: datetime | None = None
    related_to: str | None = None
    milestone: str | None = None
    accounts: tuple[Testimony, ...] = ()
    contested_by_party: bool = False
    decided_at: datetime | None = None
    """When it was last confirmed or dismissed."""
    questioned: bool = False
    """It was decided otherwise than an account says since."""
    happened_until: datetime | None = None
    """Where only a span is known: the last instant at which it may have happened."""

    @property
    def latest(self) -> datetime:
        """The last instant at which it may have happened."""
        return self.happened_until or self.happened_at

    @property
    def blamed(self) -> set[str]:
        """To whom it is attributed: by the decision, or while undecided by any standing account."""
        is_settled = self.is_established and not self.questioned
        told = () if is_settled else tuple(account.attributed_to for account in self.accounts if not account.taken_back)
        return {who for who in (self.attributed_to, *told) if who is not None}

    @property
    def told_by(self) -> set[str]:
        """Who has reported it or given a standing account."""
        return {self.reported_by.person, *(account.given_by for account in self.accounts if not account.taken_back)}

    @property
    def is_open_question(self) -> bool:
        return self.status in (IncidentStatus.REPORTED, IncidentStatus.CONTESTED)

    @property
    def is_established(self) -> bool:
        return self.status in (IncidentStatus.CONFIRMED, IncidentStatus.RESOLVED)
