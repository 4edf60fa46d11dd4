"""Mistakes: acts that whoever did them takes back, one class for each kind.

The old entry stays recorded and the new one names it. What rested on it is evaluated again. The facts stand with their nouns.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from rules.field_types import Id, Name, StrictModel, Text
from rules.vocabulary.members import Member


class Verification(StrictModel):
    """That a piece of evidence, or a figure, was verified."""

    kind: Literal["verification"] = "verification"
    evidence: Id


class Return(StrictModel):
    """That a piece of evidence, or a figure, was returned."""

    kind: Literal["return"] = "return"
    evidence: Id


class Determination(StrictModel):
    """The newest determination of a milestone, or that a kept stability period was reversed."""

    kind: Literal["determination"] = "determination"
    milestone: Name | None = None
    stability: Name | None = Field(default=None, description="a phase")

    @model_validator(mode="after")
    def _is_about_one_thing(self) -> Determination:
        if (self.milestone is None) == (self.stability is None):
            raise ValueError("name a milestone or a stability period, one of the two")
        return self


class Consented(StrictModel):
    """The caller's party's newest consent to a phase, or its consent to a proposal that is open."""

    kind: Literal["consent"] = "consent"
    phase: Name | None = None
    proposal: Id | None = None

    @model_validator(mode="after")
    def _is_to_one_thing(self) -> Consented:
        if (self.phase is None) == (self.proposal is None):
            raise ValueError("name a phase or a proposal, one of the two")
        return self


class Admission(StrictModel):
    """That somebody was admitted in a role. What they have done in it stands until it is taken back itself."""

    kind: Literal["admission"] = "admission"
    member: Member


Mistake: TypeAlias = Annotated[Verification | Return | Determination | Consented | Admission, Field(discriminator="kind")]


class TakeBack(StrictModel):
    """Takes back an act that was a mistake. It stays on record; what stood on it is found again."""

    kind: Literal["take_back"] = "take_back"
    mistake: Mistake
    reason: Text
