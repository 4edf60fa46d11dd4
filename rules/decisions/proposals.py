"""Decisions on proposals: proposing, consenting, objecting, serving notice, withdrawing."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias, assert_never

from rules import acts as a
from rules import facts
from rules.authority import may, roles_in_words
from rules.decisions.matters import accepted_plan, procedure_of
from rules.entries import Fact
from rules.program import Program
from rules.queries.signature import effects_hash
from rules.reactions.proposals import signature_effects
from rules.refusals import Code, Refusal
from rules.vocabulary import matters as m
from rules.vocabulary.proposals import Proposal, ProposalStatus

Deed: TypeAlias = a.Propose | a.ObjectTo | a.GiveNotice | a.WithdrawProposal | a.Consent


def proposal_fact(program: Program, actor: a.Actor, deed: Deed, at: datetime) -> Fact:
    """The fact of an act on a proposal. Raises Refusal."""
    match deed:
        case a.Propose():
            return _proposal_made(program, actor, deed, at)
        case a.Consent():
            return _consent_fact(program, actor, deed)
        case a.ObjectTo():
            return _objection_fact(program, actor, deed)
        case a.GiveNotice():
            return _notice_fact(program, actor, deed)
        case a.WithdrawProposal():
            proposal = open_proposal(program, deed.proposal)
            if actor.party != proposal.made_by.party:
                raise Refusal(
                    Code.PARTY_MAY_NOT,
                    f"The proposal {proposal.id} was made by {proposal.made_by.party}.",
                    roles_in_words("withdraw_proposal", [proposal.made_by.party or ""]),
                )
            return facts.ProposalWithdrawn(proposal=proposal.id, reason=deed.reason)
    assert_never(deed)


def _consent_fact(program: Program, actor: a.Actor, deed: a.Consent) -> Fact:
    """The fact of a party's consent to a proposal, bound to its effects. Raises Refusal."""
    proposal = open_proposal(program, deed.proposal or "")
    party = _speaking_for(program, proposal, actor, deed.on_behalf_of)
    if party in proposal.consents:
        raise Refusal(Code.CONSENT_ALREADY_GIVEN, f"{party} has consented already.", "nothing more is needed")
    if deed.effects is not None and deed.effects != proposal.effects:
        raise Refusal(
            Code.EFFECTS_CHANGED,
            "The consent is bound to effects that the proposal would no longer have.",
            f"a consent to the effects {proposal.effects}",
        )
    return facts.ProposalConsented(proposal=proposal.id, party=party, effects=proposal.effects)


def _proposal_made(program: Program, actor: a.Actor, deed: a.Propose, at: datetime) -> Fact:
    procedure = procedure_of(program, deed.procedure)
    if deed.proposal in program.proposals:
        raise Refusal(Code.ID_TAKEN, f"There is a proposal {deed.proposal} already.", "an id that is not taken")
    if actor.party not in procedure.proposed_by:
        raise Refusal(
            Code.PARTY_MAY_NOT,
            f"By {deed.procedure} {' or '.join(procedure.proposed_by)} may propose, not {actor.party}.",
            roles_in_words("propose", procedure.proposed_by),
        )
    if isinstance(deed.matter, m.Amend):
        accepted_plan(deed.matter.document, deed.matter.parameters, program.agreed)
    would = effects_hash(signature_effects(program, deed.proposal, deed.procedure, deed.matter, at).entries)
    return facts.ProposalMade(
        proposal=deed.proposal, procedure=deed.procedure, matter=deed.matter, reason=deed.reason, effects=would
    )


def _objection_fact(program: Program, actor: a.Actor, deed: a.ObjectTo) -> Fact:
    proposal = open_proposal(program, deed.proposal)
    procedure = procedure_of(program, proposal.procedure)
    party = actor.party or ""
    if party not in (*procedure.asked, *procedure.vetoed_by):
        raise Refusal(
            Code.CONSENT_NOT_ASKED,
            f"{proposal.procedure} does not ask {party}.",
            roles_in_words("object_to", (*procedure.asked, *procedure.vetoed_by)),
        )
    if party in proposal.objections:
        raise Refusal(Code.OBJECTION_ALREADY_MADE, f"{party} has objected already.", "nothing more is needed")
    return facts.ObjectionMade(proposal=proposal.id, party=party, reason=deed.reason)


def _notice_fact(program: Program, actor: a.Actor, deed: a.GiveNotice) -> Fact:
    proposal = open_proposal(program, deed.proposal)
    procedure = procedure_of(program, proposal.procedure)
    if deed.party not in procedure.asked:
        raise Refusal(
            Code.CONSENT_NOT_ASKED,
            f"{proposal.procedure} does not ask {deed.party}.",
            f"notice to {' or '.join(procedure.asked)}",
        )
    if deed.party in proposal.notices:
        raise Refusal(Code.NOTICE_ALREADY_GIVEN, f"{deed.party} has had notice already.", "nothing more is needed")
    if not may(actor.role, "prove_notice_to_another") and actor.party != deed.party:
        raise Refusal(
            Code.PARTY_MAY_NOT,
            f"{actor.party} cannot prove that {deed.party} had notice.",
            f"an acknowledgement by {deed.party} itself, or the proof of {roles_in_words('prove_notice_to_another')}",
        )
    return facts.NoticeGiven(proposal=proposal.id, party=deed.party, proof=deed.proof)


def open_proposal(program: Program, name: str) -> Proposal:
    """A proposal that is not decided yet. Raises Refusal."""
    if (proposal := program.proposals.get(name)) is None:
        raise Refusal(Code.PROPOSAL_UNKNOWN, f"There is no proposal {name}.", "the id of a proposal")
    if proposal.status is not ProposalStatus.OPEN:
        raise Refusal(Code.PROPOSAL_DECIDED, f"The proposal {name} is {proposal.status}.", "an open proposal")
    return proposal


def _speaking_for(program: Program, proposal: Proposal, actor: a.Actor, on_behalf_of: str | None) -> str:
    """The party for which the actor consents or objects. Raises Refusal."""
    procedure = procedure_of(program, proposal.procedure)
    party = on_behalf_of or actor.party or ""
    if party not in procedure.asked:
        raise Refusal(
            Code.CONSENT_NOT_ASKED,
            f"{proposal.procedure} does not ask for the consent of {party}.",
            roles_in_words("consent", procedure.asked),
        )
    if party != actor.party and procedure.on_behalf.get(party) != actor.party:
        raise Refusal(
            Code.PARTY_MAY_NOT,
            f"{actor.party} does not consent for {party}.",
            roles_in_words("consent", filter(None, (party, procedure.on_behalf.get(party)))),
        )
    return party
