"""The fold of evidence and measurements: recorded, verified, returned, withdrawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from rules import effects, facts
from rules.entries import Entry, caused_by
from rules.fold.milestones import with_milestone
from rules.persistent_map import with_item
from rules.program import Program
from rules.vocabulary.evidence import Evidence, EvidenceStatus, Judged, OnEvidence
from rules.vocabulary.milestones import MilestoneStatus


def fold_evidence(program: Program, entry: Entry, fact: OnEvidence) -> Program:
    """The program after an entry on evidence or a measurement."""
    match fact:
        case facts.EvidenceRecorded():
            piece = Evidence(
                id=fact.evidence,
                milestone=fact.milestone,
                shows=fact.shows,
                status=EvidenceStatus.RECORDED,
                recorded_by=caused_by(entry),
                recorded_at=entry.at,
                entries=(entry.seq,),
                happened_at=fact.happened_at,
                document=fact.document.sha256 if fact.document else None,
                filed=bool(fact.filed),
                restricted_to=fact.restricted_to or (),
            )
            return _mark_submitted(_fold_recording(program, piece), fact.milestone, entry.at)
        case facts.MeasurementRecorded():
            piece = Evidence(
                id=fact.measurement,
                milestone=None,
                shows=None,
                status=EvidenceStatus.RECORDED,
                recorded_by=caused_by(entry),
                recorded_at=entry.at,
                entries=(entry.seq,),
                measurement=fact,
                document=fact.document.sha256 if fact.document else None,
                filed=bool(fact.filed),
            )
            program = _fold_recording(program, piece)
            for milestone, _, _ in program.plan.measured.get(fact.indicator, ()):
                program = _mark_submitted(program, milestone, entry.at)
            return program
        case facts.DocumentFiled():
            piece = _update(program, entry, fact.evidence, filed=True)
            return program.changed(evidence=with_item(program.evidence, piece.id, piece))
        case facts.EvidenceVerified():
            piece = _update(
                program,
                entry,
                fact.evidence,
                status=EvidenceStatus.VERIFIED,
                verified_by=caused_by(entry),
                judged=Judged(caused_by(entry), entry.seq),
                seen_at=fact.seen_at,
            )
            return _update_indexes(_fold_judgement(_fold_decision(program, piece, entry.at), piece), piece, stands=True)
        case effects.FigureAccepted():
            verified = EvidenceStatus.VERIFIED
            piece = _update(program, entry, fact.measurement, status=verified, accepted_by=fact.check)
            return _update_indexes(_fold_judgement(program, piece), piece, stands=True)
        case facts.EvidenceReturned():
            judged = Judged(caused_by(entry), entry.seq, fact.reason)
            piece = _update(program, entry, fact.evidence, status=EvidenceStatus.RETURNED, judged=judged)
            program = _fold_return(_fold_decision(program, piece, entry.at), piece, fact.reason)
        case facts.EvidenceWithdrawn():
            piece = _update(program, entry, fact.evidence, status=EvidenceStatus.WITHDRAWN)
        case facts.VerificationTakenBack() | facts.ReturnTakenBack():
            return _undo_judgement(program, _update(program, entry, fact.evidence))
    return _update_indexes(_fold_judgement(_restart_duty(program, piece, entry.at), piece), piece, stands=False)


def _update(program: Program, entry: Entry, name: str, **changes: Any) -> Evidence:
    """The program with changes to a recorded piece of evidence, and one more entry about it."""
    piece = program.evidence[name]
    return replace(piece, entries=(*piece.entries, entry.seq), **changes)


def _fold_recording(program: Program, piece: Evidence) -> Program:
    return program.changed(evidence=with_item(program.evidence, piece.id, piece), unjudged=(*program.unjudged, piece.id))


def _fold_judgement(program: Program, piece: Evidence) -> Program:
    left = tuple(other for other in program.unjudged if other != piece.id)
    return program.changed(evidence=with_item(program.evidence, piece.id, piece), unjudged=left)


def _undo_judgement(program: Program, was: Evidence) -> Program:
    """The program in which a piece waits for a verifier again, at its old position."""
    piece = replace(was, status=EvidenceStatus.RECORDED, verified_by=None, seen_at=None, judged=None)
    waiting = {*program.unjudged, piece.id}
    unjudged = tuple(name for name in program.evidence if name in waiting)
    program = program.changed(evidence=with_item(program.evidence, piece.id, piece), unjudged=unjudged)
    program = _update_indexes(program, piece, stands=False)
    return _last_return(program, piece, was.judged) if was.judged and was.judged.reason is not None else program


def _last_return(program: Program, piece: Evidence, judged: Judged) -> Program:
    """The return reason of a showing, taken from the newest piece that is still returned."""
    milestone, shows = piece.milestone or "", piece.shows or ""
    if milestone not in program.plan.milestones or program.milestone(milestone).returned.get(shows) != judged.reason:
        return program
    others = (one for one in program.evidence.values() if (one.milestone, one.shows) == (milestone, shows))
    still = [one.judged for one in others if one.status is EvidenceStatus.RETURNED and one.judged is not None]
    newest = max(still, key=lambda one: one.entry, default=None)
    state = program.milestone(milestone)
    left = {name: why for name, why in state.returned.items() if name != shows}
    if newest is not None and newest.reason is not None and not state.shown.get(shows):
        left[shows] = newest.reason
    return with_milestone(program, milestone, returned=left)


def _mark_submitted(program: Program, name: str, at: datetime) -> Program:
    state = program.milestone(name)
    if state.status is not MilestoneStatus.NOT_STARTED:
        return program
    return with_milestone(program, name, status=MilestoneStatus.SUBMITTED, first_recorded_at=at)


def _update_indexes(program: Program, piece: Evidence, *, stands: bool) -> Program:
    """Maintains the indexes of standing evidence, so that no rule scans all of it."""

    def kept(ids: tuple[str, ...]) -> tuple[str, ...]:
        if stands:
            return (*ids, piece.id)
        return tuple(other for other in ids if other != piece.id) if piece.id in ids else ids

    if piece.measurement is not None:
        indicator = piece.measurement.indicator
        if indicator not in program.plan.indicators:
            return program
        ids = kept(program.figures.get(indicator, ()))
        return program.changed(figures=with_item(program.figures, indicator, ids))
    step = program.plan.milestones.get(piece.milestone or "")
    if step is None or piece.milestone is None or piece.shows is None or piece.shows not in step.shown_by:
        return program  # an amendment has removed it from the plan
    state = program.milestone(piece.milestone)
    left = {shows: why for shows, why in state.returned.items() if shows != piece.shows or not stands}
    shown = with_item(state.shown, piece.shows, kept(state.shown.get(piece.shows, ())))
    return with_milestone(program, piece.milestone, shown=shown, returned=left)


def _restart_duty(program: Program, piece: Evidence, at: datetime) -> Program:
    """Restarts the duty to show evidence from now on."""
    for milestone, shows in _shown_by(program, piece):
        lost = with_item(program.milestone(milestone).lost_at, shows, at)
        program = with_milestone(program, milestone, lost_at=lost)
    return program


def _shown_by(program: Program, piece: Evidence) -> list[tuple[str, str]]:
    if piece.measurement is not None:
        return [(name, shows) for name, shows, _ in program.plan.measured.get(piece.measurement.indicator, ())]
    known = piece.milestone in program.plan.milestones
    return [(piece.milestone, piece.shows)] if known and piece.milestone and piece.shows else []


def _fold_decision(program: Program, piece: Evidence, at: datetime) -> Program:
    if piece.milestone is None or piece.milestone not in program.plan.milestones:
        return program
    return with_milestone(program, piece.milestone, judged_at=at)


def _fold_return(program: Program, piece: Evidence, reason: str) -> Program:
    if piece.milestone is None or piece.shows is None or piece.milestone not in program.plan.milestones:
        return program
    before = program.milestone(piece.milestone).returned
    return with_milestone(program, piece.milestone, returned=with_item(before, piece.shows, reason))
