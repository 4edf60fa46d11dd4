"""How disputes are referred from one stage to the next, and what returns unless it is decided otherwise.

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

from pydantic import Field

from rules.times import Duration
from rules.words import Label, Name, Strict, Text


class Stage(Strict):
    """Before whom a dispute lies, and for how long."""

    title: Label
    before: tuple[Name, ...] = Field(min_length=1, description="parties or bodies; an authority of any of them settles it")
    within: Duration = Field(description="then it is referred to the next stage, or stays unsettled after the last")
    extended_by: Name | None = Field(default=None, description="the procedure that can give it more time")


class Ladder(Strict):
    """The stages that a dispute goes through, in their order."""

    title: Label
    raised_by: tuple[Name, ...] = Field(default=(), description="parties; left out, any")
    stages: dict[Name, Stage] = Field(min_length=1, max_length=20)
    note: Text | None = None


class Snapback(Strict):
    """What lapses at the end of a notice unless it is decided to keep it: criteria `no_snapback` fail from then on."""

    title: Label
    invoked_by: tuple[Name, ...] = Field(min_length=1, description="parties")
    only_after: Name | None = Field(default=None, description="a ladder: only on a dispute that it left unsettled")
    within: Duration = Field(description="from the notice until it takes effect")
    kept_by: Name = Field(description="the procedure that averts it, and lifts it afterwards")
    then: Literal["warn", "suspend", "terminate"] = Field(default="warn", description="what becomes of the program")
    note: Text | None = None
