"""Consents of parties: to the opening of a phase, to its completion, and to a proposal."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import Field, model_validator

from rules.field_types import Id, Name, Seq, Sha256, StrictModel, Text


class Consent(StrictModel):
    """A party's consent to what a phase asks it for next, opening or completion, or to a proposal.

    It can be bound to the effects that it was shown.
    """

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


class ConsentGiven(StrictModel):
    """To the opening of a phase, or to its completion."""

    kind: Literal["consent_given"] = "consent_given"
    phase: Name
    party: Name
    to: Literal["completion"] | None = Field(default=None, description="left out, to the opening")
    effects: Sha256 | None = None


class ConsentTakenBack(StrictModel):
    """A party consents no more to the opening of a phase, or to its completion."""

    kind: Literal["consent_taken_back"] = "consent_taken_back"
    phase: Name
    party: Name
    to: Literal["completion"] | None = Field(default=None, description="left out, to the opening")
    entry: Seq = Field(description="of the consent")
    reason: Text


class ProposalConsented(StrictModel):
    kind: Literal["proposal_consented"] = "proposal_consented"
    proposal: Id
    party: Name
    effects: Sha256 = Field(description="hash of the effects that the consent is to")


class ProposalConsentTakenBack(StrictModel):
    """A party consents no more to a proposal that is open. Its silence counts again from a new notice."""

    kind: Literal["proposal_consent_taken_back"] = "proposal_consent_taken_back"
    proposal: Id
    party: Name
    entry: Seq = Field(description="of the consent")
    reason: Text


OnConsent: TypeAlias = ConsentGiven | ConsentTakenBack
