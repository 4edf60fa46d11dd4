"""Decisions on taking consents back: always before they have taken effect, later only where the plan allows it."""

from __future__ import annotations

from rules import acts as a
from rules import facts
from rules.decisions.phases import check_phase
from rules.decisions.proposals import open_proposal
from rules.entries import Fact
from rules.explanations.consents import consent_in_words
from rules.program import Program
from rules.refusals import Code, Refusal
from rules.vocabulary.mistakes import Consented
from rules.vocabulary.phases import Gate, PhaseStatus


def consent_taken_back_fact(program: Program, actor: a.Actor, consent: Consented, reason: str) -> Fact:
    """The fact that the actor's party takes its consent back. Raises Refusal."""
    party = actor.party or ""
    if consent.proposal is not None:
        proposal = open_proposal(program, consent.proposal)
        if party not in proposal.consents:
            raise _nothing(party, f"the proposal {proposal.id}")
        entry = proposal.consented_in[party]
        return facts.ProposalConsentTakenBack(proposal=proposal.id, party=party, entry=entry, reason=reason)
    phase = consent.phase or ""
    check_phase(program, phase)
    gates: tuple[Gate, ...] = ("exit", "entry")  # the newest one first
    given = next((gate for gate in gates if party in program.consented(phase, gate)), None)
    if given is None:
        raise _nothing(party, f"the phase {phase}")
    _check_effect(program, phase, given)
    return facts.ConsentTakenBack(
        phase=phase,
        party=party,
        to="completion" if given == "exit" else None,
        entry=program.consented_in[phase, given, party],
        reason=reason,
    )


def _nothing(party: str, what: str) -> Refusal:
    return Refusal(
        Code.NOTHING_TO_TAKE_BACK, f"No consent of {party} to {what} stands.", "a phase or proposal that it consents to"
    )


def _check_effect(program: Program, phase: str, gate: Gate) -> None:
    """A consent that took effect can be taken back only where the plan allows it. Raises Refusal."""
    status = program.phase(phase).status
    in_effect = status is not PhaseStatus.WAITING if gate == "entry" else status is PhaseStatus.COMPLETE
    if in_effect and program.plan.phases[phase].consents_taken_back == "before_effect":
        raise Refusal(
            Code.CONSENT_IN_EFFECT,
            f"The consent to the {consent_in_words(gate)} of {phase} has taken effect: the phase is {status}.",
            "a consent that has not taken effect yet; or a proposal, a dispute or a suspension, as the plan has them",
        )
