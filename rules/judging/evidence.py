"""Whether evidence may be recorded, verified, returned or withdrawn, and a finding observed on."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias, assert_never

from rules import acts as a
from rules import facts
from rules.entries import Fact
from rules.judging.checks import check_of
from rules.milestones import Attestation, Filed, Measured, Milestone, Statement
from rules.periods import period_end
from rules.program import Program
from rules.refusals import Code, No
from rules.restriction import may_read
from rules.times import written
from rules.vocabulary.evidence import Evidence, EvidenceStatus
from rules.words import did_you_mean

Deed: TypeAlias = a.RecordEvidence | a.RecordMeasurement | a.Verify | a.ReturnEvidence | a.WithdrawEvidence | a.ReadEvidence


def evidence_fact(program: Program, actor: a.Actor, deed: Deed, at: datetime) -> Fact:
    """The fact of an act on evidence. Raises No."""
    match deed:
        case a.RecordEvidence():
            return _recorded(program, actor, deed, at)
        case a.RecordMeasurement():
            return _measured(program, actor, deed, at)
        case a.Verify():
            _check_verifier(program, actor, _to_be_judged(program, deed.evidence))
            return facts.EvidenceVerified(evidence=deed.evidence, note=deed.note)
        case a.ReturnEvidence():
            _check_verifier(program, actor, _to_be_judged(program, deed.evidence))
            return facts.EvidenceReturned(evidence=deed.evidence, reason=deed.reason)
        case a.WithdrawEvidence():
            return _withdrawn(program, actor, deed)
        case a.ReadEvidence():
            return _read(program, actor, _known(program, deed.evidence))
    assert_never(deed)


def milestone_of(program: Program, name: str) -> Milestone:
    """A milestone of the plan. Raises No."""
    if (step := program.plan.milestones.get(name)) is None:
        raise No(
            Code.MILESTONE_UNKNOWN,
            f"{name} is no milestone of the plan.",
            did_you_mean(name, program.plan.milestones),
        )
    return step


def _recorded(program: Program, actor: a.Actor, deed: a.RecordEvidence, at: datetime) -> Fact:
    step = milestone_of(program, deed.milestone)
    _check_free(program, deed.evidence)
    if (how := step.shown_by.get(deed.shows)) is None:
        raise No(
            Code.SHOWING_UNKNOWN,
            f"{deed.milestone} is not shown by {deed.shows}.",
            did_you_mean(deed.shows, step.shown_by),
        )
    match how:
        case Filed() if deed.document is None:
            raise No(
                Code.WRONG_KIND_OF_EVIDENCE,
                f"{deed.shows} is shown by a document.",
                "a document by its sha256",
            )
        case Statement() | Attestation() if deed.text is None:
            raise No(Code.WRONG_KIND_OF_EVIDENCE, f"{deed.shows} is shown in words.", "a text")
        case Attestation(by=parties) if actor.role is not a.Role.REPRESENTATIVE or actor.party not in parties:
            raise No(
                Code.PARTY_MAY_NOT,
                f"{deed.shows} is attested by a representative of {', '.join(parties)}.",
                f"a representative of {' or '.join(parties)}",
            )
        case Measured(indicator=indicator):
            raise No(
                Code.WRONG_KIND_OF_EVIDENCE,
                f"{deed.shows} is shown by figures of {indicator}.",
                f"record_measurement for the indicator {indicator}",
            )
        case _:
            pass
    check_past(deed.happened_at, at)
    _check_restriction(program, deed, step)
    return facts.EvidenceRecorded(
        evidence=deed.evidence,
        milestone=deed.milestone,
        shows=deed.shows,
        happened_at=deed.happened_at,
        document=deed.document,
        text=deed.text,
        reference=deed.reference,
        restricted_to=deed.restricted_to,
    )


def _check_restriction(program: Program, deed: a.RecordEvidence, step: Milestone) -> None:
    """Evidence is kept to some only where the plan foresees it, and never from all who could verify it. Raises No."""
    if deed.restricted_to is None:
        return
    if not getattr(step.shown_by[deed.shows], "may_be_restricted", False):
        raise No(
            Code.NOT_FORESEEN,
            f"The plan does not foresee that {deed.shows} of {deed.milestone} is restricted.",
            "evidence that all may read",
        )
    for name in deed.restricted_to:
        if name not in program.plan.parties and name not in program.plan.bodies:
            raise No(
                Code.PARTY_UNKNOWN,
                f"{name} is no party or body of the plan.",
                did_you_mean(name, [*program.plan.parties, *program.plan.bodies]),
            )
    if not set(step.verified_by).intersection(deed.restricted_to):
        raise No(
            Code.WRONG_RESTRICTION,
            f"Nobody who verifies {deed.milestone} could read it.",
            f"evidence that {' or '.join(step.verified_by)} may read too",
        )


def _read(program: Program, actor: a.Actor, piece: Evidence) -> Fact:
    if not piece.restricted_to:
        raise No(Code.NOT_RESTRICTED, f"{piece.id} is open to all here.", "the ledger, where it stands")
    _check_reader(program, actor, piece)
    return facts.EvidenceRead(evidence=piece.id)


def _check_reader(program: Program, actor: a.Actor, piece: Evidence) -> None:
    if not may_read(program, actor.person, piece):
        raise No(
            Code.RESTRICTED,
            f"{piece.id} is kept to {', '.join(piece.restricted_to)} and auditors.",
            "somebody of these, or an auditor of the program",
        )


def _measured(program: Program, actor: a.Actor, deed: a.RecordMeasurement, at: datetime) -> Fact:
    if (indicator := program.plan.indicators.get(deed.indicator)) is None:
        raise No(
            Code.INDICATOR_UNKNOWN,
            f"{deed.indicator} is no indicator of the plan.",
            did_you_mean(deed.indicator, program.plan.indicators),
        )
    _check_free(program, deed.measurement)
    if deed.unit != indicator.unit:
        raise No(
            Code.WRONG_UNIT,
            f"{indicator.title} is measured in {indicator.unit}, not in {deed.unit}.",
            f"the figure converted to {indicator.unit}, with its source saying so",
        )
    try:
        ends = period_end(deed.period)
    except ValueError:
        raise No(Code.WRONG_PERIOD, f"{deed.period} is no date.", "YYYY, YYYY-MM or YYYY-MM-DD") from None
    if ends > deed.retrieved_at:
        raise No(
            Code.WRONG_PERIOD,
            f"The period {deed.period} was not over when the figure was retrieved.",
            "a figure of a period that had ended",
        )
    check_past(deed.retrieved_at, at)
    if indicator.plausible is not None and not indicator.plausible.holds(deed.value):
        raise No(
            Code.IMPLAUSIBLE,
            f"{deed.value:f} {deed.unit} cannot be; the plan says what is plausible for {indicator.title}.",
            f"a figure of {indicator.plausible}",
        )
    _check_revision(program, deed)
    _check_origin(program, actor, deed)
    return facts.MeasurementRecorded(**deed.model_dump(exclude={"kind"}))


def _check_revision(program: Program, deed: a.RecordMeasurement) -> None:
    """A revised figure takes the place of one of the same kind that stands, and says why. Raises No."""
    if (deed.revises is None) != (deed.cause is None):
        lacks = "which figure it revises" if deed.revises is None else "why the figure is another"
        raise No(Code.WRONG_REVISION, f"This does not say {lacks}.", "revises and cause together, or neither")
    if deed.revises is None:
        return
    piece = _known(program, deed.revises)
    before = piece.measurement
    if before is None or (before.indicator, before.producer, before.period) != (deed.indicator, deed.producer, deed.period):
        raise No(
            Code.WRONG_REVISION,
            f"{deed.revises} is no figure of {deed.indicator} by {deed.producer} for {deed.period}.",
            "the figure of the same indicator, producer and period that was published before",
        )
    if piece.status not in (EvidenceStatus.RECORDED, EvidenceStatus.VERIFIED):
        raise No(
            Code.EVIDENCE_NOT_STANDING,
            f"The figure {deed.revises} is {piece.status}.",
            "a figure that is recorded or verified",
        )


def _check_origin(program: Program, actor: a.Actor, deed: a.RecordMeasurement) -> None:
    """An origin is what a check has read: nobody else gives one, and the service's own checker nothing without. Raises No."""
    if deed.origin is None:
        if actor == a.CHECKS:
            raise No(Code.WRONG_ORIGIN, "The service records no figure that no check has read.", "a figure with its origin")
        return
    if actor.role is not a.Role.CHECKER:
        told = f"An origin says which check has read a figure, and {actor.person} is none."
        raise No(Code.WRONG_ORIGIN, told, "a figure without origin, with its source in words")
    check = check_of(program, deed.origin.check)
    if check.figures_of != deed.indicator:
        told = f"The check {deed.origin.check} does not read {deed.indicator}."
        raise No(Code.WRONG_ORIGIN, told, f"a check of {deed.indicator}")
    producer = program.plan.sources[check.source].producer
    if producer != deed.producer:
        raise No(Code.WRONG_ORIGIN, f"The check {deed.origin.check} reads {producer}, not {deed.producer}.", producer)


def _check_free(program: Program, evidence: str) -> None:
    if evidence in program.evidence:
        raise No(
            Code.ID_TAKEN,
            f"There is evidence {evidence} already; nothing recorded is overwritten.",
            "a new id; withdraw the old evidence if it is to stand no more",
        )


def check_past(happened_at: datetime | None, at: datetime) -> None:
    """Facts lie in the past of their recording. Raises No."""
    if happened_at is not None and happened_at > at:
        raise No(
            Code.IN_THE_FUTURE,
            f"{written(happened_at)} has not come yet; it is {written(at)}.",
            "an instant that has passed",
        )


def _known(program: Program, evidence: str) -> Evidence:
    if (piece := program.evidence.get(evidence)) is None:
        raise No(
            Code.EVIDENCE_UNKNOWN,
            f"There is no evidence {evidence}.",
            "the id of recorded evidence",
        )
    return piece


def _to_be_judged(program: Program, evidence: str) -> Evidence:
    piece = _known(program, evidence)
    if piece.status is not EvidenceStatus.RECORDED:
        raise No(
            Code.EVIDENCE_ALREADY_JUDGED,
            f"The evidence {evidence} is {piece.status} already.",
            "evidence that is recorded and not yet verified, returned or withdrawn",
        )
    return piece


def _milestones_shown(program: Program, piece: Evidence) -> list[str]:
    if piece.milestone is not None:
        return [piece.milestone] if piece.milestone in program.plan.milestones else []
    indicator = piece.measurement.indicator if piece.measurement else ""
    return [milestone for milestone, _, _ in program.plan.measured.get(indicator, ())]


def _check_verifier(program: Program, actor: a.Actor, piece: Evidence) -> None:
    verifiers = {
        name for milestone in _milestones_shown(program, piece) for name in program.plan.milestones[milestone].verified_by
    }
    if piece.measurement is not None:
        indicator = piece.measurement.indicator
        rule = program.plan.indicators.get(indicator)  # an amendment may have taken it out
        verifiers |= program.plan.paid_by.get(indicator, frozenset()) | set(rule.verified_by if rule else ())
    named = " or ".join(sorted(verifiers)) or "nobody: nothing counts it"
    _check_reader(program, actor, piece)
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


def _withdrawn(program: Program, actor: a.Actor, deed: a.WithdrawEvidence) -> Fact:
    piece = _known(program, deed.evidence)
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


def observed(program: Program, actor: a.Actor, deed: a.Observe) -> Fact:
    """The fact of an observation on a finding. Raises No."""
    step = milestone_of(program, deed.milestone)
    if program.milestone(deed.milestone).finding is None:
        raise No(
            Code.FINDING_MISSING,
            "There is no finding to observe on yet.",
            "an observation once there is one",
        )
    if actor.party != step.party:
        raise No(
            Code.PARTY_MAY_NOT,
            f"{step.party} owes this and observes on it.",
            f"a representative of {step.party}",
        )
    return facts.ObservationMade(milestone=deed.milestone, text=deed.text)
