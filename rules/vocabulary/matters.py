"""Matters: what can be proposed, one class for each kind of joint decision."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias, assert_never

from pydantic import Field

from rules.field_types import Chosen, Id, Name, PlanText, StrictModel
from rules.times import Day, DayOrInstant, Instant


class Waive(StrictModel):
    """That a milestone counts as achieved for gates, for a time or for good."""

    kind: Literal["waive"] = "waive"
    milestone: Name
    until: Instant | None = Field(default=None, description="left out, for good")


class Decline(StrictModel):
    """That a milestone is not done: for good, and nobody's failure. Gates count it where they say so."""

    kind: Literal["decline"] = "decline"
    milestone: Name


class Extend(StrictModel):
    """That a milestone is due later. The original date stays on record beside the new one."""

    kind: Literal["extend"] = "extend"
    milestone: Name
    to: Instant


class ReviseTimetable(StrictModel):
    """That several milestones are due later, all of them or none. The original dates stay on record."""

    kind: Literal["revise_timetable"] = "revise_timetable"
    to: dict[Name, DayOrInstant] = Field(
        min_length=2, max_length=300, description="by milestone its new date; a day lasts through its day"
    )


class AgreeDate(StrictModel):
    """On which day something is to be, within the window that the plan gives it."""

    kind: Literal["agree_date"] = "agree_date"
    date: Name = Field(description="one of the plan's agreed_dates")
    on: Day


class ExtendSilence(StrictModel):
    """That the silence on another proposal ends later. Decided by all that are asked, each in so many words."""

    kind: Literal["extend_silence"] = "extend_silence"
    proposal: Id
    to: Instant


class ExtendStage(StrictModel):
    """That a dispute lies longer before the stage where it is."""

    kind: Literal["extend_stage"] = "extend_stage"
    dispute: Id
    stage: Name = Field(description="where the dispute lies; once it is referred, there is nothing to extend")
    to: Instant


class Keep(StrictModel):
    """That a snapback which has been invoked is averted, or lifted where it is in effect."""

    kind: Literal["keep"] = "keep"
    snapback: Name


class Amend(StrictModel):
    """That the program goes on under another text of its plan."""

    kind: Literal["amend"] = "amend"
    document: PlanText
    parameters: dict[Name, Chosen] = Field(default_factory=dict)


Matter: TypeAlias = Annotated[
    Waive | Decline | Extend | ReviseTimetable | AgreeDate | ExtendSilence | ExtendStage | Keep | Amend,
    Field(discriminator="kind"),
]


def subjects_of(matter: Matter) -> tuple[str, ...]:
    """The names that a matter is about; empty for an amendment, which is about the whole plan."""
    match matter:
        case Waive() | Decline() | Extend():
            return (matter.milestone,)
        case ReviseTimetable():
            return tuple(matter.to)
        case AgreeDate():
            return (matter.date,)
        case ExtendSilence():
            return (matter.proposal,)
        case ExtendStage():
            return (matter.dispute,)
        case Keep():
            return (matter.snapback,)
        case Amend():
            return ()
    assert_never(matter)
