"""Decisions on verification: who may verify or return a piece of evidence, and when."""

from __future__ import annotations

from rules import acts as a
from rules import facts
from rules.authority import by, may
from rules.decisions.recorded import known
from rules.decisions.restriction import check_reader
from rules.entries import Fact
from rules.program import Program
from rules.queries.verifiers import named_to_verify, verifies_itself, who_verifies
from rules.refusals import Code, No
from rules.vocabulary.evidence import Evidence, EvidenceStatus, Judged


def to_be_judged(program: Program, evidence: str) -> Evidence:
    """A piece of evidence that nobody has judged yet. Raises No."""
    piece = known(program, evidence)
    if piece.status is not EvidenceStatus.RECORDED:
        raise No(
            Code.EVIDENCE_ALREADY_JUDGED,
            f"The evidence {evidence} is {piece.status} already.",
            "evidence that is recorded and not yet verified, returned or withdrawn",
        )
    return piece


def could_verify(program: Program, actor: a.Actor, piece: Evidence) -> bool:
    """Whether somebody could verify a piece now, apart from saying where they have seen a document that is not filed."""
    member = a.Member(person=actor.person, role=actor.role, party=actor.party)
    if program.ended_at is not None or not may(actor.role, "verify") or member not in program.members:
        return False
    try:
        check_verifier(program, actor, to_be_judged(program, piece.id))
    except No:
        return False
    return True


def check_verifier(program: Program, actor: a.Actor, piece: Evidence) -> None:
    """Who verifies is whom the plan names, another person than recorded it, and of another party. Raises No."""
    named, may = named_to_verify(program, piece), who_verifies(program, piece)
    recorder = piece.recorded_by
    accepted = by("verify", sorted(may)) if may else "evidence that somebody of another party has recorded"
    check_reader(program, actor, piece)
    if actor.party not in named:
        who = " or ".join(sorted(named)) or "nobody: nothing counts it"
        raise No(Code.PARTY_MAY_NOT, f"This is verified by {who}, not by {actor.party}.", accepted)
    if actor.person == recorder.person:
        told = f"{actor.person} has recorded this evidence and cannot verify it."
        raise No(Code.RECORDER_IS_VERIFIER, told, f"{accepted}, and another person" if may else accepted)
    if actor.party == recorder.party and not verifies_itself(program, piece):
        raise No(Code.PARTY_VERIFIES_ITSELF, f"{actor.party} has recorded this evidence and cannot verify it.", accepted)


def verification_taken_back(program: Program, actor: a.Actor, evidence: str, reason: str) -> Fact:
    """The fact that a verification was a mistake. Raises No."""
    judged = _judged(program, actor, evidence, EvidenceStatus.VERIFIED)
    return facts.VerificationTakenBack(evidence=evidence, entry=judged.entry, reason=reason)


def return_taken_back(program: Program, actor: a.Actor, evidence: str, reason: str) -> Fact:
    """The fact that a return was a mistake. Raises No."""
    judged = _judged(program, actor, evidence, EvidenceStatus.RETURNED)
    return facts.ReturnTakenBack(evidence=evidence, entry=judged.entry, reason=reason)


def _judged(program: Program, actor: a.Actor, evidence: str, status: EvidenceStatus) -> Judged:
    """The judgement that stands, if the actor or somebody of the same party or body has passed it. Raises No."""
    piece = known(program, evidence)
    if piece.status is not status or piece.judged is None:
        raise No(
            Code.NOTHING_TO_TAKE_BACK,
            f"The evidence {evidence} is {piece.status}{', by a check of the plan' if piece.accepted_by else ''}.",
            f"evidence that somebody has {status}",
        )
    judge = piece.judged.by
    if actor.party != judge.party:
        who = f"{judge.person}, or another verifier of {judge.party}"
        raise No(Code.PARTY_MAY_NOT, f"{evidence} was {status} by {judge.person} of {judge.party}.", who)
    return piece.judged
