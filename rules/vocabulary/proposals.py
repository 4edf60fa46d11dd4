"""Proposals: decisions submitted to the parties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias

from pydantic import Field

from rules.field_types import Id, Name, Sha256, StrictModel, Text
from rules.times import Instant
from rules.vocabulary.amendments import Version
from rules.vocabulary.consents import ProposalConsented, ProposalConsentTakenBack
from rules.vocabulary.matters import Matter
from rules.vocabulary.members import Actor


class Propose(StrictModel):
    """Puts a decision before those whose consent a procedure asks for; to propose is not to consent."""

    kind: Literal["propose"] = "propose"
    proposal: Id = Field(description="a name for it, of your choice, by which it is called from then on")
    procedure: Name
    matter: Matter
    reason: Text


class ObjectTo(StrictModel):
    """Objects to a proposal: silence no longer adopts it, and a veto ends it. A later consent takes it back."""

    kind: Literal["object_to"] = "object_to"
    proposal: Id
    reason: Text


class GiveNotice(StrictModel):
    """Proves that a party has had notice of a proposal; from then its silence counts."""

    kind: Literal["give_notice"] = "give_notice"
    proposal: Id
    party: Name
    proof: Text = Field(description="how and when it was served")


class WithdrawProposal(StrictModel):
    """Takes back a proposal that has not been decided."""

    kind: Literal["withdraw_proposal"] = "withdraw_proposal"
    proposal: Id
    reason: Text


class ProposalMade(StrictModel):
    kind: Literal["proposal_made"] = "proposal_made"
    proposal: Id
    procedure: Name
    matter: Matter
    reason: Text
    effects: Sha256 = Field(description="hash of what would follow if it were adopted now")


class ObjectionMade(StrictModel):
    kind: Literal["objection_made"] = "objection_made"
    proposal: Id
    party: Name
    reason: Text


class NoticeGiven(StrictModel):
    kind: Literal["notice_given"] = "notice_given"
    proposal: Id
    party: Name
    proof: Text


class ProposalWithdrawn(StrictModel):
    kind: Literal["proposal_withdrawn"] = "proposal_withdrawn"
    proposal: Id
    reason: Text


class ProposalChanged(StrictModel):
    """What a proposal would do is no longer what it was consented to: the consents are lifted."""

    kind: Literal["proposal_changed"] = "proposal_changed"
    proposal: Id
    effects: Sha256
    lifted: tuple[Name, ...] = Field(description="parties whose consent no longer counts")
    matter: Matter | None = Field(default=None, description="an amendment, joined with one adopted before it")
    because: Text
    effective_at: Instant


class ProposalAdopted(StrictModel):
    kind: Literal["proposal_adopted"] = "proposal_adopted"
    proposal: Id
    by_silence: tuple[Name, ...] = Field(default=(), description="parties that had notice and did not object")
    effective_at: Instant


class ProposalFailed(StrictModel):
    """A proposal was vetoed, was not adopted in time, or can no longer be adopted."""

    kind: Literal["proposal_failed"] = "proposal_failed"
    proposal: Id
    how: Literal["vetoed", "lapsed", "overtaken", "conflicting"]
    because: Text
    effective_at: Instant


class SilenceExtended(StrictModel):
    kind: Literal["silence_extended"] = "silence_extended"
    proposal: Id
    to: Instant
    effective_at: Instant


OnProposal: TypeAlias = (
    ProposalMade
    | ProposalConsented
    | ProposalConsentTakenBack
    | ObjectionMade
    | NoticeGiven
    | ProposalWithdrawn
    | ProposalChanged
    | ProposalAdopted
    | ProposalFailed
    | SilenceExtended
)


class ProposalStatus(StrEnum):
    OPEN = "open"
    ADOPTED = "adopted"
    WITHDRAWN = "withdrawn"
    VETOED = "vetoed"
    LAPSED = "lapsed"
    OVERTAKEN = "overtaken"
    CONFLICTING = "conflicting"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A decision that is put before the parties, and where it stands.

    `effects` is the hash of what would follow from its adoption; the consents are to these effects.
    `amends` is the version of the plan that it was made under.
    """

    id: str
    procedure: str
    matter: Matter
    reason: str
    made_by: Actor
    made_at: datetime
    effects: str
    amends: Version
    asked_since: datetime
    """When it was made, or came to have other effects: what was answered before is asked again."""
    status: ProposalStatus = ProposalStatus.OPEN
    consents: frozenset[str] = frozenset()
    consented_in: Mapping[str, int] = field(default_factory=dict)
    """By party, the ledger's entry of its newest consent."""
    objections: frozenset[str] = frozenset()
    notices: Mapping[str, datetime] = field(default_factory=dict)
    silence_until: datetime | None = None
    """An extended end of the silence; None: as the procedure says."""
    decided_at: datetime | None = None
    because: str | None = None
