"""Who may verify or return a piece of evidence, and when."""

from __future__ import annotations

from rules import acts as a
from rules.judging.recorded import known
from rules.judging.restriction import check_reader
from rules.program import Program
from rules.refusals import Code, No
from rules.vocabulary.evidence import Evidence, EvidenceStatus


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


def check_verifier(program: Program, actor: a.Actor, piece: Evidence) -> None:
    """Who verifies is whom the plan names, another person than recorded it, and of another party. Raises No."""
    verifiers = {
        name for milestone in _milestones_shown(program, piece) for name in program.plan.milestones[milestone].verified_by
    }
    if piece.measurement is not None:
        indicator = piece.measurement.indicator
        rule = program.plan.indicators.get(indicator)  # an amendment may have taken it out
        verifiers |= program.plan.paid_by.get(indicator, frozenset()) | set(rule.verified_by if rule else ())
    named = " or ".join(sorted(verifiers)) or "nobody: nothing counts it"
    check_reader(program, actor, piece)
    if actor.party not in verifiers:
        raise No(
            Code.PARTY_MAY_NOT,
            f"This is verified by {named}, not by {actor.party}.",
            f"a verifier of {named}",
        )
    recorder = piece.recorded_by
    if actor.person == recorder.person:
        raise No(
            Code.RECORDER_IS_VERIFIER,
            f"{actor.person} has recorded this evidence and cannot verify it.",
            "another person of another party",
        )
    if actor.party == recorder.party:
        raise No(
            Code.PARTY_VERIFIES_ITSELF,
            f"{actor.party} has recorded this evidence and cannot verify it.",
            f"a verifier of {' or '.join(sorted(verifiers - {actor.party})) or 'another party'}",
        )


def _milestones_shown(program: Program, piece: Evidence) -> list[str]:
    if piece.milestone is not None:
        return [piece.milestone] if piece.milestone in program.plan.milestones else []
    indicator = piece.measurement.indicator if piece.measurement else ""
    return [milestone for milestone, _, _ in program.plan.measured.get(indicator, ())]
