"""Consents of parties: to the opening of a phase, and to a proposal."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from rules.words import Id, Name, Sha256, Strict


class Consent(Strict):
    """A party's consent to the opening of a phase or to a proposal, bound on wish to the effects it was shown."""

    kind: Literal["consent"] = "consent"
    phase: Name | None = None
    proposal: Id | None = None
    on_behalf_of: Name | None = Field(default=None, description="a party that the procedure lets the actor consent for")
    effects: Sha256 | None = Field(default=None, description="hash of the effects shown by preview or by the proposal")

    @model_validator(mode="after")
    def _is_to_one_thing(self) -> Consent:
        if (self.phase is None) == (self.proposal is None):
            raise ValueError("consent to a phase or to a proposal, one of the two")
        return self


class ConsentGiven(Strict):
    """To the opening of a phase."""

    kind: Literal["consent_given"] = "consent_given"
    phase: Name
    party: Name
    effects: Sha256 | None = None


class ProposalConsented(Strict):
    kind: Literal["proposal_consented"] = "proposal_consented"
    proposal: Id
    party: Name
    effects: Sha256 = Field(description="hash of the effects that the consent is to")
