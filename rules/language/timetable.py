"""Deadlines, their force, and the calendar windows that stop clocks.

due:
  earliest_of:                                          # or one date: within and from
    - {within: P1Y, from: {milestone: announced}}
    - {within: P6M, from: {phase: talks, becomes: complete}}
  force: long_stop
  when_missed: suspend
  paused_while_broken: [truce]
  resumes_after: P14D
  paused_in: [elections]
"""

from __future__ import annotations

from functools import cached_property
from typing import Literal, TypeAlias

from pydantic import Field, model_validator

from rules.field_types import Label, Name, StrictModel, Text
from rules.language.criteria import After, Anchor
from rules.language.text_errors import FieldsError
from rules.times import Duration, Instant, parse_duration

Qualifying: TypeAlias = Literal[
    "evidence_recorded",
    "measurement_recorded",
    "evidence_verified",
    "evidence_returned",
    "observation_made",
    "milestone_determined",
    "incident_reported",
    "incident_confirmed",
    "incident_contested",
    "incident_dismissed",
    "incident_resolved",
    "account_given",
    "consent_given",
    "phase_advanced",
    "proposal_made",
    "proposal_consented",
    "objection_made",
]
"""Facts that somebody causes for a party, and by which it can show that it moves."""

Force: TypeAlias = Literal["binding", "long_stop", "indicative"]

NO_ANCHOR = "a duration needs an anchor; write from: {phase: ..., becomes: open} or {milestone: ...} or {date: ...}"


class Window(StrictModel):
    """A time in which clocks that name it stand still, and nobody is held to them: elections, a recess."""

    title: Label
    from_: Instant = Field(alias="from")
    to: Instant = Field(description="the first instant after it")
    note: Text | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Window:
        if self.to <= self.from_:
            raise FieldsError("the window ends before it has begun", "to")
        return self


class Deadline(StrictModel):
    """A date by which a milestone is due: original, revised by pauses, and actual are all kept."""

    within: Duration | None = None
    from_: Anchor | None = Field(default=None, alias="from")
    earliest_of: tuple[After, ...] = Field(
        default=(), description="instead of one date: several, of which whichever comes earlier counts"
    )
    force: Force = "binding"
    when_missed: Literal["warn", "suspend", "terminate"] | None = Field(
        default=None, description="what follows; left out, that it was missed is recorded"
    )
    paused_while_broken: tuple[Name, ...] = Field(default=(), description="commitments")
    resumes_after: Duration | None = Field(
        default=None, description="quiet time after a pause until the date runs again; left out, at once"
    )
    paused_in: tuple[Name, ...] = Field(default=(), description="windows of the calendar")
    extended_by: Name | None = Field(default=None, description="the procedure that can extend it")

    @model_validator(mode="after")
    def _is_dated(self) -> Deadline:
        if self.earliest_of:
            if self.within is not None or self.from_ is not None or len(self.earliest_of) == 1:
                raise FieldsError("write one date as within and from, or several as earliest_of; not both", "earliest_of")
        elif self.within is None:
            raise ValueError("is due when? write within: P30D and from: {...}, or earliest_of: [...]")
        elif self.from_ is None:
            raise ValueError(NO_ANCHOR)
        return self

    @model_validator(mode="after")
    def _weighs_what_it_does(self) -> Deadline:
        if self.force == "long_stop" and self.when_missed is None:
            raise FieldsError("a long stop stops something; say when_missed: warn, suspend or terminate", "force")
        if not self.scores and self.when_missed in ("suspend", "terminate"):
            raise FieldsError(
                f"an {self.force} date stops nothing; leave when_missed out, or say force: long_stop", "when_missed"
            )
        if self.resumes_after is not None and not self.paused_while_broken:
            raise FieldsError("resumes_after is for a date with paused_while_broken: [COMMITMENT, ...]", "resumes_after")
        return self

    @cached_property
    def dates(self) -> tuple[After, ...]:
        """The dates of which the earliest counts; mostly one."""
        if self.within is None or self.from_ is None:
            return self.earliest_of
        return (After.model_construct(within=self.within, from_=self.from_),)

    @property
    def scores(self) -> bool:
        """Whether missing it counts as late; an indicative date is only shown."""
        return self.force in ("binding", "long_stop")


class Inactivity(StrictModel):
    """How long a party or body may owe something and do nothing that counts."""

    within: Duration = Field(description="from its last qualifying act, or from when it began to owe something")
    qualifying: tuple[Qualifying, ...] = Field(min_length=1, description="facts that show that it moves")
    horizon: Duration = Field(description="from when a stall is found: how far the others look before they act on it")
    paused_in: tuple[Name, ...] = Field(default=(), description="windows of the calendar")
    note: Text | None = None

    @model_validator(mode="after")
    def _takes_time(self) -> Inactivity:
        if parse_duration(self.within).sign() == 0:
            raise FieldsError("nobody stands still in no time; say within how long something has to be done", "within")
        return self
