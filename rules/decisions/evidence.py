"""Decisions on evidence: recording, reading, verifying, returning, withdrawing. Figures are treated alike."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TypeAlias, assert_never

from rules import acts as a
from rules import facts
from rules.authority import by, may
from rules.decisions.documents import check_seen, document_filed
from rules.decisions.measurements import measured
from rules.decisions.milestones import milestone_of
from rules.decisions.recorded import check_free, check_past, check_since_start, known
from rules.decisions.restriction import check_restriction, read
from rules.decisions.verification import check_verifier, to_be_judged
from rules.entries import Fact
from rules.field_types import did_you_mean
from rules.language.milestones import Measured, Shown
from rules.program import Program
from rules.refusals import Code, No
from rules.vocabulary.evidence import EvidenceStatus

Deed: TypeAlias = (
    a.RecordEvidence | a.RecordMeasurement | a.FileDocument | a.Verify | a.ReturnEvidence | a.WithdrawEvidence | a.ReadEvidence
)


def evidence_fact(program: Program, actor: a.Actor, deed: Deed, at: datetime, filed: Collection[str]) -> Fact | None:
    """The fact of an act on evidence; None where it says nothing new. `filed` are documents by hash. Raises No."""
    match deed:
        case a.RecordEvidence():
            return _recorded(program, actor, deed, at, filed)
        case a.RecordMeasurement():
            return measured(program, actor, deed, at, filed)
        case a.FileDocument():
            return document_filed(program, deed.evidence, filed)
        case a.Verify():
            piece = to_be_judged(program, deed.evidence)
            check_verifier(program, actor, piece)
            check_seen(piece, deed.seen_at)
            return facts.EvidenceVerified(evidence=deed.evidence, note=deed.note, seen_at=deed.seen_at)
        case a.ReturnEvidence():
            check_verifier(program, actor, to_be_judged(program, deed.evidence))
            return facts.EvidenceReturned(evidence=deed.evidence, reason=deed.reason)
        case a.WithdrawEvidence():
            return _withdrawn(program, actor, deed)
        case a.ReadEvidence():
            return read(program, actor, known(program, deed.evidence))
    assert_never(deed)


def _recorded(program: Program, actor: a.Actor, deed: a.RecordEvidence, at: datetime, filed: Collection[str]) -> Fact:
    step = milestone_of(program, deed.milestone)
    check_free(program, deed.evidence)
    if (how := step.shown_by.get(deed.shows)) is None:
        raise No(
            Code.SHOWING_UNKNOWN,
            f"{deed.milestone} is not shown by {deed.shows}.",
            did_you_mean(deed.shows, step.shown_by),
        )
    match how:
        case Shown(kind="document") if deed.document is None:
            raise No(
                Code.WRONG_KIND_OF_EVIDENCE,
                f"{deed.shows} is shown by a document.",
                "a document by its sha256",
            )
        case Shown(kind="statement" | "attestation") if deed.text is None:
            raise No(Code.WRONG_KIND_OF_EVIDENCE, f"{deed.shows} is shown in words.", "a text")
        case Shown(kind="attestation", by=parties) if not may(actor.role, "attest") or actor.party not in parties:
            raise No(
                Code.PARTY_MAY_NOT,
                f"{deed.shows} is attested by {by('attest')} of each of {', '.join(parties)}.",
                by("attest", parties),
            )
        case Shown(by=parties) if parties and actor.party not in parties:
            raise No(
                Code.PARTY_MAY_NOT,
                f"{deed.shows} is shown by each of {', '.join(parties)} for itself, not by {actor.party}.",
                by("record_evidence", parties),
            )
        case Measured(indicator=indicator):
            raise No(
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


def _withdrawn(program: Program, actor: a.Actor, deed: a.WithdrawEvidence) -> Fact:
    piece = known(program, deed.evidence)
    if piece.status not in (EvidenceStatus.RECORDED, EvidenceStatus.VERIFIED):
        raise No(
            Code.EVIDENCE_NOT_STANDING,
            f"The evidence {deed.evidence} is {piece.status}.",
            "evidence that is recorded or verified",
        )
    recorder = piece.recorded_by
    same_party = actor.party is not None and actor.party == recorder.party
    if actor.person != recorder.person and not same_party:
        raise No(
            Code.PARTY_MAY_NOT,
            f"Evidence is withdrawn by who recorded it: {recorder.person}.",
            f"{recorder.person}, or a colleague of the same party",
        )
    return facts.EvidenceWithdrawn(evidence=deed.evidence, reason=deed.reason)
