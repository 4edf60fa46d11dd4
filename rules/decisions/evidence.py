"""Decisions on evidence: recording, reading, verifying, returning, withdrawing. Figures are treated alike."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TypeAlias, assert_never

from rules import acts as a
from rules import facts
from rules.authority import may, roles_in_words
from rules.decisions.documents import check_document_seen, filing_fact
from rules.decisions.measurements import measurement_fact
from rules.decisions.milestones import milestone_of
from rules.decisions.recorded import check_free, check_past, check_since_start, evidence_of
from rules.decisions.restriction import check_restriction, reading_fact
from rules.decisions.verification import check_verifier, unjudged_evidence
from rules.entries import Fact
from rules.field_types import did_you_mean
from rules.language.milestones import Measured, Shown
from rules.program import Program
from rules.refusals import Code, Refusal
from rules.vocabulary.evidence import EvidenceStatus

Deed: TypeAlias = (
    a.RecordEvidence | a.RecordMeasurement | a.FileDocument | a.Verify | a.ReturnEvidence | a.WithdrawEvidence | a.ReadEvidence
)


def evidence_fact(program: Program, actor: a.Actor, deed: Deed, at: datetime, filed: Collection[str]) -> Fact | None:
    """The fact of an act on evidence; None if it changes nothing. `filed` are documents by hash. Raises Refusal."""
    match deed:
        case a.RecordEvidence():
            return _recording_fact(program, actor, deed, at, filed)
        case a.RecordMeasurement():
            return measurement_fact(program, actor, deed, at, filed)
        case a.FileDocument():
            return filing_fact(program, deed.evidence, filed)
        case a.Verify():
            piece = unjudged_evidence(program, deed.evidence)
            check_verifier(program, actor, piece)
            check_document_seen(piece, deed.seen_at)
            return facts.EvidenceVerified(evidence=deed.evidence, note=deed.note, seen_at=deed.seen_at)
        case a.ReturnEvidence():
            check_verifier(program, actor, unjudged_evidence(program, deed.evidence))
            return facts.EvidenceReturned(evidence=deed.evidence, reason=deed.reason)
        case a.WithdrawEvidence():
            return _withdrawal_fact(program, actor, deed)
        case a.ReadEvidence():
            return reading_fact(program, actor, evidence_of(program, deed.evidence))
    assert_never(deed)


def _recording_fact(program: Program, actor: a.Actor, deed: a.RecordEvidence, at: datetime, filed: Collection[str]) -> Fact:
    step = milestone_of(program, deed.milestone)
    check_free(program, deed.evidence)
    if (how := step.shown_by.get(deed.shows)) is None:
        raise Refusal(
            Code.SHOWING_UNKNOWN,
            f"{deed.milestone} is not shown by {deed.shows}.",
            did_you_mean(deed.shows, step.shown_by),
        )
    match how:
        case Shown(kind="document") if deed.document is None:
            raise Refusal(
                Code.WRONG_KIND_OF_EVIDENCE,
                f"{deed.shows} is shown by a document.",
                "a document by its sha256",
            )
        case Shown(kind="statement" | "attestation") if deed.text is None:
            raise Refusal(Code.WRONG_KIND_OF_EVIDENCE, f"{deed.shows} is shown in words.", "a text")
        case Shown(kind="attestation", by=parties) if not may(actor.role, "attest") or actor.party not in parties:
            raise Refusal(
                Code.PARTY_MAY_NOT,
                f"{deed.shows} is attested by {roles_in_words('attest')} of each of {', '.join(parties)}.",
                roles_in_words("attest", parties),
            )
        case Shown(by=parties) if parties and actor.party not in parties:
            raise Refusal(
                Code.PARTY_MAY_NOT,
                f"{deed.shows} is shown by each of {', '.join(parties)} for itself, not by {actor.party}.",
                roles_in_words("record_evidence", parties),
            )
        case Measured(indicator=indicator):
            raise Refusal(
                Code.WRONG_KIND_OF_EVIDENCE,
                f"{deed.shows} is shown by figures of {indicator}.",
                f"record_measurement for the indicator {indicator}",
            )
        case _:
            pass
    check_past(deed.happened_at, at, program.plan.time_zone)
    check_since_start(program, deed.happened_at)
    check_restriction(program, actor, deed, step)
    return facts.EvidenceRecorded(
        evidence=deed.evidence,
        milestone=deed.milestone,
        shows=deed.shows,
        happened_at=deed.happened_at,
        document=deed.document,
        text=deed.text,
        reference=deed.reference,
        restricted_to=deed.restricted_to,
        filed=deed.document.sha256 in filed if deed.document else None,
    )


def _withdrawal_fact(program: Program, actor: a.Actor, deed: a.WithdrawEvidence) -> Fact:
    piece = evidence_of(program, deed.evidence)
    if piece.status not in (EvidenceStatus.RECORDED, EvidenceStatus.VERIFIED):
        raise Refusal(
            Code.EVIDENCE_NOT_STANDING,
            f"The evidence {deed.evidence} is {piece.status}.",
            "evidence that is recorded or verified",
        )
    recorder = piece.recorded_by
    same_party = actor.party is not None and actor.party == recorder.party
    if actor.person != recorder.person and not same_party:
        raise Refusal(
            Code.PARTY_MAY_NOT,
            f"Evidence is withdrawn by who recorded it: {recorder.person}.",
            f"{recorder.person}, or a colleague of the same party",
        )
    return facts.EvidenceWithdrawn(evidence=deed.evidence, reason=deed.reason)
