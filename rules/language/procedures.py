"""Decision procedures: whose consent is needed, who has a veto, and what silence means.

procedures:
joint_decision:
title: A decision of both parties
proposed_by: [us, iraq]
adopted_when: [{consent: [us, iraq]}]       # consensus; a quorum is {at_least: {count: 2, of: [...]}}
vetoed_by: [us]                             # an objection of these ends it
silence: P14D                               # whoever has had notice and says nothing consents
within: P90D                                # lapses if it has not been adopted by then
"""

from __future__ import annotations

from pydantic import Field, field_validator

from rules.field_types import Label, Name, StrictModel, Text
from rules.language.criteria import Criterion, consents_asked
from rules.times import Duration


class Procedure(StrictModel):
    """A way to decide. Consensus, quorum and further conditions are criteria, as in a gate."""

    title: Label
    proposed_by: tuple[Name, ...] = Field(min_length=1, description="parties or bodies")
    adopted_when: tuple[Criterion, ...] = Field(min_length=1, description="consents, and whatever else must hold")
    vetoed_by: tuple[Name, ...] = Field(default=(), description="parties whose objection ends a proposal")
    on_behalf: dict[Name, Name] = Field(default_factory=dict, description="by party, the party or body that may consent for it")
    silence: Duration | None = Field(
        default=None, description="after proof of notice to all that are asked; who has not objected by then consents"
    )
    within: Duration | None = Field(default=None, description="lapses when it is not adopted by then")
    paused_in: tuple[Name, ...] = Field(default=(), description="windows of the calendar in which neither time runs")
    note: Text | None = None

    @field_validator("adopted_when")
    @classmethod
    def _asks_somebody(cls, criteria: tuple[Criterion, ...]) -> tuple[Criterion, ...]:
        if not consents_asked(*criteria):
            raise ValueError("a procedure asks for the consent of somebody: {consent: [PARTY, ...]}")
        return criteria

    @property
    def asked(self) -> tuple[str, ...]:
        """The parties whose consent the procedure requires, without duplicates."""
        return consents_asked(*self.adopted_when)


class AmendmentClass(StrictModel):
    """Changes of the plan that are decided by one procedure."""

    procedure: Name
    may_change: tuple[Label, ...] = Field(
        default=("**",), min_length=1, max_length=20, description="places in the plan; * is one name, ** any number of them"
    )
    note: Text | None = None
