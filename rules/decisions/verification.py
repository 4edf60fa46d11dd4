"""Decisions on verification: who may verify or return a piece of evidence, and when."""

from __future__ import annotations

from rules import acts as a
from rules import facts
from rules.authority import may, roles_in_words
from rules.decisions.recorded import evidence_of
from rules.decisions.restriction import check_reader
from rules.entries import Fact
from rules.program import Program
from rules.queries.verifiers import allowed_verifiers, named_verifiers, verifies_itself
from rules.refusals import Code, Refusal
from rules.vocabulary.evidence import Evidence, EvidenceStatus, Judged


def unjudged_evidence(program: Program, evidence: str) -> Evidence:
    """A piece of evidence that is neither verified nor returned. Raises Refusal."""
    piece = evidence_of(program, evidence)
    if piece.status is not EvidenceStatus.RECORDED:
        raise Refusal(
            Code.EVIDENCE_ALREADY_JUDGED,
            f"The evidence {evidence} is {piece.status} already.",
            "evidence that is recorded and not yet verified, returned or withdrawn",
        )
    return piece


def could_verify(program: Program, actor: a.Actor, piece: Evidence) -> bool:
    """Whether an actor could verify a piece now, apart from the statement required for unfiled documents."""
    member = a.Member(person=actor.person, role=actor.role, party=actor.party)
    if program.ended_at is not None or not may(actor.role, "verify") or member not in program.members:
        return False
    try:
        check_verifier(program, actor, unjudged_evidence(program, piece.id))
    except Refusal:
        return False
    return True


def check_verifier(program: Program, actor: a.Actor, piece: Evidence) -> None:
    """Requires a verifier whom the plan names, of another person and party than the recorder. Raises Refusal."""
    named, may = named_verifiers(program, piece), allowed_verifiers(program, piece)
    recorder = piece.recorded_by
    accepted = roles_in_words("verify", sorted(may)) if may else "evidence that somebody of another party has recorded"
    check_reader(program, actor, piece)
    if actor.party not in named:
        who = " or ".join(sorted(named)) or "nobody: nothing counts it"
        raise Refusal(Code.PARTY_MAY_NOT, f"This is verified by {who}, not by {actor.party}.", accepted)
    if actor.person == recorder.person:
        text = f"{actor.person} has recorded this evidence and cannot verify it."
        raise Refusal(Code.RECORDER_IS_VERIFIER, text, f"{accepted}, and another person" if may else accepted)
    if actor.party == recorder.party and not verifies_itself(program, piece):
        raise Refusal(Code.PARTY_VERIFIES_ITSELF, f"{actor.party} has recorded this evidence and cannot verify it.", accepted)


def verification_taken_back_fact(program: Program, actor: a.Actor, evidence: str, reason: str) -> Fact:
    """The fact that a verification was a mistake. Raises Refusal."""
    judged = _own_judgement(program, actor, evidence, EvidenceStatus.VERIFIED)
    return facts.VerificationTakenBack(evidence=evidence, entry=judged.entry, reason=reason)


def return_taken_back_fact(program: Program, actor: a.Actor, evidence: str, reason: str) -> Fact:
    """The fact that a return was a mistake. Raises Refusal."""
    judged = _own_judgement(program, actor, evidence, EvidenceStatus.RETURNED)
    return facts.ReturnTakenBack(evidence=evidence, entry=judged.entry, reason=reason)


def _own_judgement(program: Program, actor: a.Actor, evidence: str, status: EvidenceStatus) -> Judged:
    """The standing verification or return, if the actor's own party or body made it. Raises Refusal."""
    piece = evidence_of(program, evidence)
    if piece.status is not status or piece.judged is None:
        raise Refusal(
            Code.NOTHING_TO_TAKE_BACK,
            f"The evidence {evidence} is {piece.status}{', by a check of the plan' if piece.accepted_by else ''}.",
            f"evidence that somebody has {status}",
        )
    judge = piece.judged.by
    if actor.party != judge.party:
        who = f"{judge.person}, or another verifier of {judge.party}"
        raise Refusal(Code.PARTY_MAY_NOT, f"{evidence} was {status} by {judge.person} of {judge.party}.", who)
    return piece.judged
