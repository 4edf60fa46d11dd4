"""Findings on milestones, and observations on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import Field

from rules.dates import has_passed
from rules.field_types import Name, StrictModel, Text
from rules.times import Instant
from rules.truth import Truth
from rules.vocabulary.unknown import Why


class Observe(StrictModel):
    """Answers a finding before it is determined."""

    kind: Literal["observe"] = "observe"
    milestone: Name
    text: Text


class ObservationMade(StrictModel):
    kind: Literal["observation_made"] = "observation_made"
    milestone: Name
    text: Text


class FindingMade(StrictModel):
    """What the evidence shows by itself, or (`by` somebody) how who determines intends to see it. It decides nothing."""

    kind: Literal["finding_made"] = "finding_made"
    milestone: Name | None = None
    stability: Name | None = None
    outcome: Truth
    proposes: Literal["achievement", "grading", "reversal"] | None = None
    sentence: Text
    unknown: Why | None = Field(default=None, description="with indeterminate: why a figure tells nothing")
    observable_until: Instant | None = None
    by: Name | None = Field(default=None, description="whose preliminary view it is; left out, what the evidence shows")
    effective_at: Instant


@dataclass(frozen=True, slots=True)
class Finding:
    outcome: Truth
    sentence: str
    proposes: Literal["achievement", "grading", "reversal"] | None
    made_at: datetime
    observable_until: datetime | None
    observed: bool = False
    unknown: Why | None = None
    observed_at: datetime | None = None
    by: str | None = None
    """The party or body whose preliminary view it is; None: what the evidence shows by itself."""
    heard: tuple[str, ...] = ()
    """Of several that owe, those who have observed on it. It is `observed` once all have."""
    of_evidence: Finding | None = None
    """With a preliminary view: what the evidence showed by itself when it was given."""
    entry: int | None = None
    """The ledger's entry that holds it."""
    observations: tuple[int, ...] = ()
    """The entries of what was observed on it."""

    @property
    def shown(self) -> Finding | None:
        """The finding on the evidence itself, below a preliminary one by whoever determines."""
        return self.of_evidence if self.by is not None else self

    def is_observable(self, at: datetime, zone: str) -> bool:
        """Whether its time to observe still runs and is not used."""
        return not self.observed and self.observable_until is not None and not has_passed(self.observable_until, at, zone)
