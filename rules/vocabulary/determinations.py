"""Determinations: decisions on findings about a milestone or a stability period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple, TypeAlias

from pydantic import Field, model_validator

from rules.decimals import Figure, Whole
from rules.field_types import Name, Seq, StrictModel, Text
from rules.times import Instant

Outcome: TypeAlias = Literal["achieved", "partly_achieved", "not_achieved", "reversed"]


class Determine(StrictModel):
    """Decides a milestone, or that a kept stability period was not kept after all.

    With `preliminary` it decides nothing yet: it says why a milestone would be determined as not achieved, so that the party
    that owes it can observe on that before.
    """

    kind: Literal["determine"] = "determine"
    milestone: Name | None = None
    stability: Name | None = Field(default=None, description="or the phase whose stability period was not kept")
    outcome: Literal["achieved", "partly_achieved", "not_achieved", "reversed", "abstained"]
    grade: Whole | None = Field(default=None, description="of what is achieved in part: how much, from 0 to 3")
    share: Figure | None = Field(default=None, description="or how much as a share, from 0 to 1")
    preliminary: bool | None = Field(
        default=None, description="of what is not achieved: a view that can be observed on before it is decided"
    )
    reason: Text
    considered: dict[Name, Text] | None = Field(
        default=None, description="what is said on each consideration that the plan names"
    )

    @model_validator(mode="after")
    def _is_a_view_of_a_failure(self) -> Determine:
        if self.preliminary and (self.outcome != "not_achieved" or self.grade is not None or self.share is not None):
            raise ValueError("a preliminary view is one of not_achieved, without a grade; other outcomes rest on what is shown")
        return self

    @model_validator(mode="after")
    def _is_about_one_thing(self) -> Determine:
        if (self.milestone is None) == (self.stability is None):
            raise ValueError("determine a milestone or a stability period, one of the two")
        return self


class MilestoneDetermined(StrictModel):
    """By somebody, or (`automatically`) by the plan that all parties have agreed to."""

    kind: Literal["milestone_determined"] = "milestone_determined"
    milestone: Name
    outcome: Outcome
    grade: Whole | None = None
    share: Figure | None = None
    reason: Text
    automatically: bool = False
    considered: dict[Name, Text] | None = Field(default=None, description="what was said on each named consideration")
    happened_at: Instant | None = Field(default=None, description="with achieved: when the deed was done, as its evidence says")
    finding: Seq | None = Field(default=None, description="entry of the finding that stood when it was made")
    observations: tuple[Seq, ...] | None = Field(default=None, description="entries of what was observed on that finding")
    effective_at: Instant


class VoteCast(StrictModel):
    """One of several that determine a milestone has said how. What enough of them say is determined."""

    kind: Literal["vote_cast"] = "vote_cast"
    milestone: Name
    outcome: Literal["achieved", "partly_achieved", "not_achieved", "reversed", "abstained"]
    grade: Whole | None = None
    share: Figure | None = None
    reason: Text
    considered: dict[Name, Text] | None = None
    effective_at: Instant


class Choice(NamedTuple):
    """What is determined: an outcome, and how much on the milestone's scale."""

    outcome: Outcome
    grade: int | None
    share: Decimal | None


@dataclass(frozen=True, slots=True)
class Vote:
    """One vote on a determination, with its reason and its ledger entry."""

    outcome: Outcome | Literal["abstained"]
    grade: int | None
    share: Decimal | None
    reason: str
    considered: Mapping[str, str]
    at: datetime
    entry: int
    by: str
    """The person who said it."""

    @property
    def choice(self) -> Choice | None:
        """What it is a vote for; None of an abstention."""
        return None if self.outcome == "abstained" else Choice(self.outcome, self.grade, self.share)


@dataclass(frozen=True, slots=True)
class Decision:
    """The newest determination of a milestone: outcome, time, reason and supporting entries.

    `made_by` holds the vote of each party or body; empty if the plan determined it automatically.
    """

    outcome: Outcome
    at: datetime
    reason: str
    entry: int
    made_by: Mapping[str, Vote]
    finding: int | None
    observations: tuple[int, ...]

    @property
    def people(self) -> str:
        """Who made it, in words."""
        return ", ".join(dict.fromkeys(vote.by for vote in self.made_by.values())) or "the plan itself"


class DeterminationTakenBack(StrictModel):
    """A determination was a mistake: the milestone stands as before it, and what its evidence shows is found again."""

    kind: Literal["determination_taken_back"] = "determination_taken_back"
    milestone: Name
    entry: Seq = Field(description="of the determination")
    outcome: Outcome = Field(description="that was determined")
    reason: Text
    effective_at: Instant


class StabilityReversed(StrictModel):
    kind: Literal["stability_reversed"] = "stability_reversed"
    phase: Name
    reason: Text
    effective_at: Instant


class StabilityReversalTakenBack(StrictModel):
    """That a kept period was reversed was a mistake: it is kept, unless it is found again that it was not."""

    kind: Literal["stability_reversal_taken_back"] = "stability_reversal_taken_back"
    phase: Name
    entry: Seq = Field(description="of the reversal")
    reason: Text
    effective_at: Instant
