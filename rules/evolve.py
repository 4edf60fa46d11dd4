"""What an entry makes of a program. Facts say what changed; nothing is decided again here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar, assert_never

from rules import entries as e
from rules.acts import Actor
from rules.entries import Entry
from rules.plan import recorded_plan
from rules.program import (
    CommitmentState,
    Due,
    Evidence,
    EvidenceStatus,
    Finding,
    Incident,
    IncidentStatus,
    MilestoneStatus,
    PhaseStatus,
    Program,
    Stability,
    Standing,
)

V = TypeVar("V")


class NotFoldable(ValueError):
    """Entries that no program can have: they do not start with a start, or skip a number."""


def fold(entries: Iterable[Entry]) -> Program | None:
    """The program that entries add up to; None for no entries. Raises NotFoldable."""
    program: Program | None = None
    for entry in entries:
        program = evolve(program, entry)
    return program


def evolve(program: Program | None, entry: Entry) -> Program:
    """The program after one more entry. Raises NotFoldable."""
    fact = entry.fact
    if program is None:
        if not isinstance(fact, e.ProgramStarted) or entry.seq != 1:
            raise NotFoldable("the first entry of a program starts it")
        return _started(entry, fact)
    if entry.seq != program.seq + 1:
        raise NotFoldable(f"entry {entry.seq} does not follow entry {program.seq}")
    return replace(
        _after(program, entry, fact),
        seq=entry.seq,
        at=entry.at,
        settled_to=_settled_to(program, entry),
    )


def _settled_to(program: Program, entry: Entry) -> datetime:
    # A refused attempt settles nothing, so that a clock found due later strikes as of its time.
    match entry.fact:
        case e.ClockStruck(due_at=due):
            return max(program.settled_to, due)
        case e.AttemptRefused():
            return program.settled_to
        case _:
            return entry.at if entry.actor is not None else program.settled_to


def _started(entry: Entry, fact: e.ProgramStarted) -> Program:
    return Program(
        plan=recorded_plan(fact.document, fact.parameters),
        plan_sha256=fact.plan_sha256,
        title=fact.title,
        started_at=entry.at,
        seq=1,
        at=entry.at,
        settled_to=entry.at,
        members=frozenset(fact.members),
    )


def _after(program: Program, entry: Entry, fact: e.Fact) -> Program:
    match fact:
        case e.ProgramStarted():
            raise NotFoldable("a program is started once")
        case e.MemberAdmitted():
            return replace(program, members=program.members | {fact.member})
        case e.MemberRemoved():
            return replace(program, members=program.members - {fact.member})
        case (
            e.EvidenceRecorded() | e.MeasurementRecorded() | e.EvidenceVerified() | e.EvidenceReturned() | e.EvidenceWithdrawn()
        ):
            return _evidence(program, entry, fact)
        case (
            e.IncidentReported() | e.IncidentConfirmed() | e.IncidentContested() | e.IncidentDismissed() | e.IncidentResolved()
        ):
            return _incident(program, entry, fact)
        case e.ObservationMade() | e.MilestoneDetermined() | e.FindingMade() | e.DeadlineSet() | e.DeadlineMissed():
            return _milestone(program, fact)
        case e.StabilityCounted() | e.StabilityCompleted() | e.StabilityReversed():
            return _stability(program, fact)
        case e.GateChanged() | e.PhaseOpened() | e.PhaseCompleted() | e.PhaseReopened() | e.PhaseSteppedBack():
            return _phase(program, fact)
        case e.CommitmentChanged():
            state = CommitmentState(fact.status, fact.in_force_since, fact.because, fact.broken)
            return replace(program, commitments=put(program.commitments, fact.commitment, state))
        case e.ConsentGiven():
            given = program.consents.get(fact.phase, frozenset()) | {fact.party}
            return replace(program, consents=put(program.consents, fact.phase, given))
        case e.ProgramSuspended() | e.ProgramResumed() | e.ProgramTerminated() | e.ProgramCompleted():
            return _standing(program, fact)
        case e.AttemptRefused() | e.ClockStruck() | e.WarningGiven() | e.PhaseAdvanced():
            return program
    assert_never(fact)


def put(mapping: Mapping[str, V], key: str, value: V) -> Mapping[str, V]:
    """The mapping with one value replaced; the old one stays as it was."""
    return {**mapping, key: value}


def _milestone_with(program: Program, name: str, **changes: Any) -> Program:
    state = replace(program.milestone(name), **changes)
    return replace(program, milestones=put(program.milestones, name, state))


def _evidence(
    program: Program,
    entry: Entry,
    fact: e.EvidenceRecorded | e.MeasurementRecorded | e.EvidenceVerified | e.EvidenceReturned | e.EvidenceWithdrawn,
) -> Program:
    match fact:
        case e.EvidenceRecorded():
            piece = Evidence(
                id=fact.evidence,
                milestone=fact.milestone,
                shows=fact.shows,
                status=EvidenceStatus.RECORDED,
                recorded_by=_acting(entry),
                recorded_at=entry.at,
                happened_at=fact.happened_at,
            )
            return _submitted(
                replace(program, evidence=put(program.evidence, piece.id, piece)),
                fact.milestone,
                entry.at,
            )
        case e.MeasurementRecorded():
            piece = Evidence(
                id=fact.measurement,
                milestone=None,
                shows=None,
                status=EvidenceStatus.RECORDED,
                recorded_by=_acting(entry),
                recorded_at=entry.at,
                measurement=fact,
            )
            program = replace(program, evidence=put(program.evidence, piece.id, piece))
            for milestone, _, _ in program.plan.measured.get(fact.indicator, ()):
                program = _submitted(program, milestone, entry.at)
            return program
        case e.EvidenceVerified():
            piece = replace(
                program.evidence[fact.evidence],
                status=EvidenceStatus.VERIFIED,
                verified_by=_acting(entry),
            )
            return _counted(
                replace(program, evidence=put(program.evidence, piece.id, piece)),
                piece,
                stands=True,
            )
        case e.EvidenceReturned():
            piece = replace(program.evidence[fact.evidence], status=EvidenceStatus.RETURNED)
        case e.EvidenceWithdrawn():
            piece = replace(program.evidence[fact.evidence], status=EvidenceStatus.WITHDRAWN)
    return _counted(replace(program, evidence=put(program.evidence, piece.id, piece)), piece, stands=False)


def _acting(entry: Entry) -> Actor:
    if entry.actor is None:
        raise NotFoldable(f"entry {entry.seq} was caused by nobody")
    return entry.actor


def _submitted(program: Program, name: str, at: datetime) -> Program:
    state = program.milestone(name)
    if state.status is not MilestoneStatus.NOT_STARTED:
        return program
    return _milestone_with(program, name, status=MilestoneStatus.SUBMITTED, first_recorded_at=at)


def _counted(program: Program, piece: Evidence, *, stands: bool) -> Program:
    """Keeps the short lists of evidence that stands, so that no rule reads all of it."""

    def kept(ids: tuple[str, ...]) -> tuple[str, ...]:
        if stands:
            return (*ids, piece.id)
        return tuple(other for other in ids if other != piece.id) if piece.id in ids else ids

    if piece.measurement is not None:
        indicator = piece.measurement.indicator
        ids = kept(program.figures.get(indicator, ()))
        return replace(program, figures=put(program.figures, indicator, ids))
    if piece.milestone is None or piece.shows is None:
        return program
    shown = program.milestone(piece.milestone).shown
    return _milestone_with(program, piece.milestone, shown=put(shown, piece.shows, kept(shown.get(piece.shows, ()))))


def _incident(
    program: Program,
    entry: Entry,
    fact: e.IncidentReported | e.IncidentConfirmed | e.IncidentContested | e.IncidentDismissed | e.IncidentResolved,
) -> Program:
    match fact:
        case e.IncidentReported():
            incident = Incident(
                id=fact.incident,
                kind=fact.incident_kind,
                severity=fact.severity,
                status=IncidentStatus.REPORTED,
                happened_at=fact.happened_at,
                reported_at=entry.at,
                place=fact.place,
                attributed_to=fact.attributed_to,
                confidence=fact.confidence,
                reported_by=_acting(entry),
                related_to=fact.related_to,
            )
        case e.IncidentConfirmed():
            incident = replace(
                program.incidents[fact.incident],
                status=IncidentStatus.CONFIRMED,
                severity=fact.severity,
                attributed_to=fact.attributed_to,
                happened_at=fact.happened_at,
            )
        case e.IncidentContested():
            incident = replace(program.incidents[fact.incident], status=IncidentStatus.CONTESTED)
        case e.IncidentDismissed():
            incident = replace(program.incidents[fact.incident], status=IncidentStatus.DISMISSED)
        case e.IncidentResolved():
            incident = replace(
                program.incidents[fact.incident],
                status=IncidentStatus.RESOLVED,
                resolved_at=fact.resolved_at,
            )
    return replace(program, incidents=put(program.incidents, incident.id, incident))


def _finding(fact: e.FindingMade) -> Finding:
    return Finding(
        outcome=fact.outcome,
        sentence=fact.sentence,
        proposes=fact.proposes,
        made_at=fact.effective_at,
        observable_until=fact.observable_until,
    )


def _milestone(
    program: Program,
    fact: e.ObservationMade | e.MilestoneDetermined | e.FindingMade | e.DeadlineSet | e.DeadlineMissed,
) -> Program:
    match fact:
        case e.FindingMade(stability=str(phase)):
            kept = replace(program.stability[phase], finding=_finding(fact))
            return replace(program, stability=put(program.stability, phase, kept))
        case e.FindingMade():
            return _milestone_with(program, fact.milestone or "", finding=_finding(fact))
        case e.ObservationMade():
            finding = program.milestone(fact.milestone).finding
            observed = replace(finding, observed=True) if finding else None
            return _milestone_with(program, fact.milestone, finding=observed)
        case e.MilestoneDetermined():
            achieved = fact.outcome == "achieved"
            return _milestone_with(
                program,
                fact.milestone,
                status=MilestoneStatus(fact.outcome),
                achieved_at=fact.effective_at if achieved else None,
            )
        case e.DeadlineSet():
            before = program.milestone(fact.milestone).due
            due = Due(
                fact.anchored_at,
                fact.due_original,
                fact.due_revised,
                before.missed_at if before else None,
            )
            return _milestone_with(program, fact.milestone, due=due)
        case e.DeadlineMissed():
            due_now = program.milestone(fact.milestone).due
            missed = replace(due_now, missed_at=fact.effective_at) if due_now else None
            return _milestone_with(program, fact.milestone, due=missed)


def _stability(program: Program, fact: e.StabilityCounted | e.StabilityCompleted | e.StabilityReversed) -> Program:
    match fact:
        case e.StabilityCounted():
            before = program.stability.get(fact.phase)
            state = replace(before, counted=fact) if before else Stability(fact)
        case e.StabilityCompleted():
            state = replace(program.stability[fact.phase], completed_at=fact.effective_at, finding=None)
        case e.StabilityReversed():
            state = replace(program.stability[fact.phase], completed_at=None, finding=None)
    return replace(program, stability=put(program.stability, fact.phase, state))


def _phase(
    program: Program,
    fact: e.GateChanged | e.PhaseOpened | e.PhaseCompleted | e.PhaseReopened | e.PhaseSteppedBack,
) -> Program:
    state = program.phase(fact.phase)
    match fact:
        case e.GateChanged(gate="entry"):
            state = replace(state, entry_met=fact.met, entry_met_at=fact.effective_at if fact.met else None)
        case e.GateChanged():
            state = replace(state, exit_met=fact.met)
        case e.PhaseOpened():
            state = replace(state, status=PhaseStatus.OPEN, opened_at=fact.effective_at)
        case e.PhaseCompleted():
            state = replace(state, status=PhaseStatus.COMPLETE, completed_at=fact.effective_at)
        case e.PhaseReopened():
            state = replace(state, status=PhaseStatus.OPEN, completed_at=None)
        case e.PhaseSteppedBack():
            state = replace(state, status=PhaseStatus.WAITING, opened_at=None, completed_at=None)
    return replace(program, phases=put(program.phases, fact.phase, state))


def _standing(
    program: Program,
    fact: e.ProgramSuspended | e.ProgramResumed | e.ProgramTerminated | e.ProgramCompleted,
) -> Program:
    match fact:
        case e.ProgramSuspended():
            return replace(
                program,
                standing=Standing.SUSPENDED,
                suspensions=(*program.suspensions, (fact.effective_at, None)),
            )
        case e.ProgramResumed():
            (since, _) = program.suspensions[-1]
            return replace(
                program,
                standing=Standing.RUNNING,
                suspensions=(*program.suspensions[:-1], (since, fact.effective_at)),
            )
        case e.ProgramTerminated():
            return replace(program, standing=Standing.TERMINATED, ended_at=fact.effective_at)
        case e.ProgramCompleted():
            return replace(program, standing=Standing.COMPLETED, ended_at=fact.effective_at)
