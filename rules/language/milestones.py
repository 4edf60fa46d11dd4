"""Milestones in the plan language: what shows each, who verifies it and who determines it."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from rules.decimals import Whole
from rules.field_types import Label, Name, StrictModel, Text
from rules.language.criteria import Criterion
from rules.language.grades import Scale
from rules.language.indicators import Target
from rules.language.revision_causes import THAT_COUNT, Cause
from rules.language.text_errors import FieldsError
from rules.language.timetable import Deadline
from rules.language.voting import Agreement, Names
from rules.times import Duration


class Shown(StrictModel):
    """What people record: a document, a statement in words, or the word of each of the parties named."""

    kind: Literal["document", "statement", "attestation"]
    what: Text
    by: tuple[Name, ...] = Field(default=(), description="parties of whom each shows its own; left out, one is enough")
    may_be_restricted: bool = Field(default=False, description="whether it may be kept to named parties and auditors")

    @model_validator(mode="after")
    def _is_somebodys_word(self) -> Shown:
        if self.kind == "attestation" and not self.by:
            raise FieldsError("an attestation is the word of somebody; write by: [PARTY, ...]", "by")
        return self


class Measured(StrictModel):
    kind: Literal["measurement"]
    what: Text
    indicator: Name
    target: Target


Showing: TypeAlias = Annotated[Shown | Measured, Field(discriminator="kind")]


class DeterminationRule(StrictModel):
    """Who decides, after which time to observe; or nobody, when the plan says so outright."""

    by: tuple[Name, ...] = ()
    agree: Agreement | None = Field(
        default=None,
        description="of several: any, all, majority, a number of votes, or a share of the votes of who does not abstain",
    )
    weights: dict[Name, Whole] = Field(default_factory=dict, description="of whose vote is not one vote: how many it is")
    considering: dict[Name, Text] = Field(
        default_factory=dict, description="by name, what whoever determines says something on, each time"
    )
    automatically: bool = False
    scale: Scale | None = Field(default=None, description="how a part of it is told; left out, all or nothing")
    observation: Duration = Field(default="P0D", description="time for the party that owes to observe on a finding")

    @model_validator(mode="after")
    def _is_somebody(self) -> DeterminationRule:
        if bool(self.by) == self.automatically:
            raise FieldsError("name who determines in by: [...], or say automatically: true", "automatically")
        if self.automatically and self.scale:
            raise FieldsError("a part is judged by somebody; name who in by: [...], or leave scale out", "scale")
        if self.considering and self.automatically:
            raise FieldsError("somebody considers; name who in by: [...], or leave considering out", "considering")
        return self

    @property
    def is_voted(self) -> bool:
        """Whether a determination needs votes of several."""
        return len(self.by) > 1 and self.agree not in (None, "any")


class Milestone(StrictModel):
    """A step that is decided on evidence and held while the evidence stands."""

    title: Label
    party: Names = Field(description="who owes it: a party, several, or a body, whose members owe it each")
    shown_by: dict[Name, Showing] = Field(min_length=1)
    verified_by: tuple[Name, ...] = Field(min_length=1, description="parties or bodies")
    verifies_itself: Text | None = Field(
        default=None, description="why whoever owes it may verify what it has recorded itself, by another person"
    )
    determined: DeterminationRule
    due: Deadline | None = None
    owed_while: tuple[Criterion, ...] = Field(
        default=(), description="while these are known not to hold nothing is owed, and its date stands still"
    )
    holds_while: tuple[Criterion, ...] = ()
    final_when: tuple[Criterion, ...] = Field(
        default=(),
        description="once achieved and these hold, it can't be undone: what falls after is shown, and changes nothing",
    )
    reversed_by: tuple[Cause, ...] = Field(
        default=THAT_COUNT, description="causes of a revised figure for which a reversal is proposed"
    )
    waived_by: Name | None = Field(default=None, description="the procedure that can waive it")
    declined_by: Name | None = Field(default=None, description="the procedure that can decide that it is not done")
    note: Text | None = None
