"""Dispute ladders, their stages, and snapbacks.

disputes:
compliance:
title: Disputes over compliance
stages:
commission: {title: The joint commission, before: [commission], within: P15D, extended_by: consensus}
ministers: {title: The ministers, before: [north, south], within: P15D}
snapbacks:
relief:
title: Relief ends unless it is decided to go on
invoked_by: [north]
only_after: compliance              # a dispute of this ladder that no stage has settled
within: P30D                        # takes effect then, unless it is kept by
kept_by: continuation
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from rules.field_types import Label, Name, StrictModel, Text
from rules.language.criteria import Anchor
from rules.language.text_errors import FieldsError
from rules.times import Duration


class Stage(StrictModel):
    """Before whom a dispute lies, and for how long."""

    title: Label
    before: tuple[Name, ...] = Field(min_length=1, description="parties or bodies; an authority of any of them settles it")
    within: Duration = Field(description="then it is referred to the next stage, or stays unsettled after the last")
    extended_by: Name | None = Field(default=None, description="the procedure that can give it more time")


class Ladder(StrictModel):
    """The stages that a dispute goes through, in their order."""

    title: Label
    raised_by: tuple[Name, ...] = Field(default=(), description="parties; left out, any")
    stages: dict[Name, Stage] = Field(min_length=1, max_length=20)
    note: Text | None = None


class Snapback(StrictModel):
    """What lapses at the end of a notice unless it is decided to keep it: criteria `no_snapback` fail from then on."""

    title: Label
    invoked_by: tuple[Name, ...] = Field(default=(), description="parties; or from, where it needs nobody")
    from_: Anchor | None = Field(
        default=None,
        alias="from",
        description="the event from which it lapses by itself, and anew from each time that it is kept",
    )
    only_after: Name | None = Field(default=None, description="a ladder: only on a dispute that it left unsettled")
    within: Duration = Field(description="from the notice until it takes effect")
    kept_by: Name = Field(description="the procedure that averts it, and lifts it afterwards")
    then: Literal["warn", "suspend", "terminate"] = Field(default="warn", description="what becomes of the program")
    note: Text | None = None

    @model_validator(mode="after")
    def _begins_somehow(self) -> Snapback:
        if bool(self.invoked_by) == (self.from_ is not None):
            raise ValueError(
                "say who invokes it, invoked_by: [PARTY], or what it lapses after by itself, from: EVENT; one of the two"
            )
        if self.only_after is not None and self.from_ is not None:
            raise FieldsError("what lapses by itself is invoked on no dispute; leave only_after out", "only_after")
        return self
