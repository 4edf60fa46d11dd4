"""Programs and what each view of one shows."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from rules.clocks import Clock, clocks
from rules.effects import Truth
from rules.explain import Blocking, blocking_phase
from rules.findings import showing
from rules.program import Evidence, EvidenceStatus, Finding, Program, Standing
from rules.stability import days_left, zone_of
from rules.times import Instant


class ProgramLine(BaseModel):
    """A program in the list of programs."""

    id: UUID
    title: str
    plan: str
    standing: Standing
    open_phases: list[str]
    parties: list[str]
    started_at: Instant
    next_due: Instant | None
    seq: int


class ProgramPage(BaseModel):
    programs: list[ProgramLine]
    next: str | None = Field(description="pass as `after` for the next page; null at the end")


class MemberAnswer(BaseModel):
    person: str
    role: str
    party: str | None


class EvidenceAnswer(BaseModel):
    """A document, statement, attestation or measurement. Its words and bytes stand in the ledger entry and the store."""

    id: str
    milestone: str | None
    shows: str | None
    status: EvidenceStatus
    recorded_by: str
    recorded_for: str | None
    recorded_at: Instant
    happened_at: Instant | None
    verified_by: str | None
    indicator: str | None
    value: str | None
    unit: str | None
    period: str | None
    producer: str | None
    edition: str | None

    @classmethod
    def of(cls, piece: Evidence) -> EvidenceAnswer:
        figure = piece.measurement
        return cls(
            id=piece.id,
            milestone=piece.milestone,
            shows=piece.shows,
            status=piece.status,
            recorded_by=piece.recorded_by.person,
            recorded_for=piece.recorded_by.party,
            recorded_at=piece.recorded_at,
            happened_at=piece.happened_at,
            verified_by=piece.verified_by.person if piece.verified_by else None,
            indicator=figure.indicator if figure else None,
            value=f"{figure.value:f}" if figure else None,
            unit=figure.unit if figure else None,
            period=figure.period if figure else None,
            producer=figure.producer if figure else None,
            edition=figure.edition if figure else None,
        )


class EvidencePage(BaseModel):
    evidence: list[EvidenceAnswer]
    next: str | None = Field(description="pass as `after` for the next page; null at the end")


class CommitmentAnswer(BaseModel):
    name: str
    title: str
    party: str | None
    outside_control: bool
    status: Literal["not_in_force", "in_force", "in_question", "broken"]
    in_force_since: Instant | None
    because: str | None


class IncidentAnswer(BaseModel):
    id: str
    kind: str
    severity: str
    status: str
    happened_at: Instant
    reported_at: Instant
    resolved_at: Instant | None
    place: str
    attributed_to: str | None
    confidence: str
    reported_by: str
    related_to: str | None


class StabilityAnswer(BaseModel):
    status: Literal["counting", "paused", "frozen", "complete"]
    counted_from: Instant
    completes_at: Instant | None
    completed_at: Instant | None
    days_left: int | None = Field(description="local days still to be kept; null while not known")
    time_zone: str
    moved_by: str | None = Field(description="incident that last started the period anew")
    frozen_by: str | None = Field(description="incident that has to be decided first")
    finding: str | None


class BlockingAnswer(BaseModel):
    """One unmet criterion, in plain words, with who owes the next act."""

    phase: str
    gate: Literal["entry", "exit"]
    criterion: str
    outcome: Truth
    sentence: str
    owes: list[str]
    since: Instant | None
    earliest: Instant | None = Field(description="first instant at which it could be met; null: not known")

    @classmethod
    def of(cls, block: Blocking) -> BlockingAnswer:
        return cls(
            phase=block.phase,
            gate=block.gate,
            criterion=block.criterion,
            outcome=block.outcome,
            sentence=block.sentence,
            owes=list(block.owes),
            since=block.since,
            earliest=block.earliest,
        )


class PhaseAnswer(BaseModel):
    name: str
    title: str
    within: str | None
    status: str
    entry_met: bool
    opened_at: Instant | None
    completed_at: Instant | None
    stability: StabilityAnswer | None
    milestones: list[str]
    blocking: list[BlockingAnswer]

    @classmethod
    def of(cls, program: Program, name: str, at: datetime) -> PhaseAnswer:
        rule, state = program.plan.phases[name], program.phase(name)
        return cls(
            name=name,
            title=rule.title,
            within=rule.within,
            status=state.status,
            entry_met=state.entry_met,
            opened_at=state.opened_at,
            completed_at=state.completed_at,
            stability=_stability(program, name, at),
            milestones=list(rule.milestones),
            blocking=[BlockingAnswer.of(block) for block in blocking_phase(program, name, at)],
        )


def _stability(program: Program, name: str, at: datetime) -> StabilityAnswer | None:
    state, rule = program.stability.get(name), program.plan.phases[name].stability
    if state is None or rule is None:
        return None
    return StabilityAnswer(
        status="complete" if state.completed_at else state.counted.status,
        counted_from=state.counted.counted_from,
        completes_at=state.counted.completes_at,
        completed_at=state.completed_at,
        days_left=days_left(program, name, at),
        time_zone=zone_of(program, rule),
        moved_by=state.counted.moved_by,
        frozen_by=state.counted.frozen_by,
        finding=state.finding.sentence if state.finding else None,
    )


class FindingAnswer(BaseModel):
    outcome: Truth
    proposes: Literal["achievement", "reversal"] | None
    sentence: str
    made_at: Instant
    observable_until: Instant | None
    observed: bool

    @classmethod
    def of(cls, finding: Finding) -> FindingAnswer:
        return cls(
            outcome=finding.outcome,
            proposes=finding.proposes,
            sentence=finding.sentence,
            made_at=finding.made_at,
            observable_until=finding.observable_until,
            observed=finding.observed,
        )


class ShowingAnswer(BaseModel):
    name: str
    kind: str
    what: str
    outcome: Truth
    sentence: str
    evidence: list[str] = Field(description="ids of the verified evidence that stands")


class MilestoneAnswer(BaseModel):
    """A milestone with its date triple: due_original, due_revised, achieved_at (the actual)."""

    name: str
    title: str
    phase: str
    party: str
    status: str
    shown_by: list[ShowingAnswer]
    verified_by: list[str]
    determined_by: list[str]
    finding: FindingAnswer | None
    due_original: Instant | None
    due_revised: Instant | None
    missed_at: Instant | None
    achieved_at: Instant | None

    @classmethod
    def of(cls, program: Program, name: str, at: datetime) -> MilestoneAnswer:
        step, state = program.plan.milestones[name], program.milestone(name)
        return cls(
            name=name,
            title=step.title,
            phase=program.plan.phase_of[name],
            party=step.party,
            status=state.status,
            shown_by=[_showing(program, name, key, at) for key in step.shown_by],
            verified_by=list(step.verified_by),
            determined_by=list(step.determined.by),
            finding=FindingAnswer.of(state.finding) if state.finding else None,
            due_original=state.due.original if state.due else None,
            due_revised=state.due.revised if state.due else None,
            missed_at=state.due.missed_at if state.due else None,
            achieved_at=state.achieved_at,
        )


def _showing(program: Program, milestone: str, key: str, at: datetime) -> ShowingAnswer:
    how = program.plan.milestones[milestone].shown_by[key]
    judged = showing(program, milestone, key, at)
    pieces: list[str] = list(program.milestone(milestone).shown.get(key, ()))
    if how.kind == "measurement":
        pieces = list(program.figures.get(how.indicator, ()))
    return ShowingAnswer(
        name=key, kind=how.kind, what=how.what, outcome=judged.outcome, sentence=judged.sentence, evidence=pieces[-100:]
    )


class ClockAnswer(BaseModel):
    name: str
    kind: str
    phase: str
    due_at: Instant
    note: str

    @classmethod
    def of(cls, clock: Clock) -> ClockAnswer:
        return cls(name=clock.name, kind=clock.kind, phase=clock.phase, due_at=clock.due_at, note=clock.note)


class ProgramAnswer(BaseModel):
    """A program as it stands, by its newest entry `seq`."""

    id: UUID
    title: str
    plan: str
    plan_sha256: str
    standing: Standing
    started_at: Instant
    ended_at: Instant | None
    seq: int
    time_zone: str
    phases: list[PhaseAnswer]
    commitments: list[CommitmentAnswer]
    incidents: list[IncidentAnswer]
    members: list[MemberAnswer]
    clocks: list[ClockAnswer]

    @classmethod
    def of(cls, id: UUID, program: Program, at: datetime) -> ProgramAnswer:  # noqa: A002  the field's name
        members = sorted(program.members, key=lambda m: (m.person, m.role, m.party or ""))
        return cls(
            id=id,
            title=program.title,
            plan=program.plan.plan,
            plan_sha256=program.plan_sha256,
            standing=program.standing,
            started_at=program.started_at,
            ended_at=program.ended_at,
            seq=program.seq,
            time_zone=program.plan.time_zone,
            phases=[PhaseAnswer.of(program, name, at) for name in program.plan.phases],
            commitments=[_commitment(program, name) for name in program.plan.commitments],
            incidents=incidents(program),
            members=[MemberAnswer(person=m.person, role=m.role, party=m.party) for m in members],
            clocks=[ClockAnswer.of(clock) for clock in clocks(program)],
        )


def _commitment(program: Program, name: str) -> CommitmentAnswer:
    rule, state = program.plan.commitments[name], program.commitments.get(name)
    return CommitmentAnswer(
        name=name,
        title=rule.title,
        party=rule.party,
        outside_control=rule.outside_control,
        status=state.status if state else "not_in_force",
        in_force_since=state.in_force_since if state else None,
        because=state.because if state else None,
    )


def incidents(program: Program) -> list[IncidentAnswer]:
    """Every incident, newest first by when it happened."""
    return [
        IncidentAnswer(
            id=incident.id,
            kind=incident.kind,
            severity=incident.severity,
            status=incident.status,
            happened_at=incident.happened_at,
            reported_at=incident.reported_at,
            resolved_at=incident.resolved_at,
            place=incident.place,
            attributed_to=incident.attributed_to,
            confidence=incident.confidence,
            reported_by=incident.reported_by.person,
            related_to=incident.related_to,
        )
        for incident in sorted(program.incidents.values(), key=lambda held: held.happened_at, reverse=True)
    ]
