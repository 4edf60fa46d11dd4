"""The fold of proposals: made, consented to, objected to, decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from rules import effects, facts
from rules.entries import Entry, caused_by
from rules.persistent_map import with_item
from rules.program import Program
from rules.vocabulary.proposals import OnProposal, Proposal, ProposalStatus


def fold_proposal(program: Program, entry: Entry, fact: OnProposal) -> Program:
    """The program after a fact on a proposal."""
    match fact:
        case facts.ProposalMade():
            made = Proposal(
                id=fact.proposal,
                procedure=fact.procedure,
                matter=fact.matter,
                reason=fact.reason,
                made_by=caused_by(entry),
                made_at=entry.at,
                asked_since=entry.at,
                effects=fact.effects,
                amends=program.version,
            )
            return program.changed(proposals=with_item(program.proposals, made.id, made))
        case facts.ProposalConsented():
            before = program.proposals[fact.proposal]
            consents = before.consents | {fact.party}
            objections, consented_in = before.objections - {fact.party}, with_item(before.consented_in, fact.party, entry.seq)
            return _update(program, before, consents=consents, objections=objections, consented_in=consented_in)
        case facts.ProposalConsentTakenBack():
            before = program.proposals[fact.proposal]
            # Consent by silence is lifted too, and needs a new notice.
            notices = {party: at for party, at in before.notices.items() if party != fact.party}
            return _update(program, before, consents=before.consents - {fact.party}, notices=notices, silence_until=None)
        case facts.ObjectionMade():
            before = program.proposals[fact.proposal]
            objections = before.objections | {fact.party}
            return _update(program, before, objections=objections, consents=before.consents - {fact.party})
        case facts.NoticeGiven():
            before = program.proposals[fact.proposal]
            return _update(program, before, notices=with_item(before.notices, fact.party, entry.at))
        case facts.ProposalWithdrawn():
            return _fold_decision(program, fact.proposal, ProposalStatus.WITHDRAWN, fact.reason, entry.at)
        case effects.ProposalChanged():
            before = program.proposals[fact.proposal]
            return _update(
                program,
                before,
                effects=fact.effects,
                matter=fact.matter or before.matter,
                amends=program.version if fact.matter is not None else before.amends,
                # Consent by silence is lifted too, and needs a new notice.
                consents=frozenset(),
                asked_since=fact.effective_at,
                notices={},
                silence_until=None,
            )
        case effects.ProposalAdopted():
            return _fold_decision(program, fact.proposal, ProposalStatus.ADOPTED, None, fact.effective_at)
        case effects.ProposalFailed():
            return _fold_decision(program, fact.proposal, ProposalStatus(fact.how), fact.because, fact.effective_at)
        case effects.SilenceExtended():
            return _update(program, program.proposals[fact.proposal], silence_until=fact.to)


def _fold_decision(program: Program, name: str, status: ProposalStatus, because: str | None, at: datetime) -> Program:
    return _update(program, program.proposals[name], status=status, because=because, decided_at=at)


def _update(program: Program, before: Proposal, **changes: Any) -> Program:
    return program.changed(proposals=with_item(program.proposals, before.id, replace(before, **changes)))
