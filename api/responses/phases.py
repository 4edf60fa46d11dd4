"""Response models of phases, milestones and clocks."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from api.responses.windows import WindowResponse, window_of
from rules.explanations.explain import Blocking, blocking_phase
from rules.language.timetable import Force
from rules.program import Program
from rules.queries.filing import unfiled_evidence
from rules.queries.findings import judge_showing
from rules.queries.lateness import lateness
from rules.queries.stability import days_left
from rules.reactions.clocks import Clock
from rules.times import Instant
from rules.truth import Truth
from rules.vocabulary.determinations import Decision, Vote
from rules.vocabulary.findings import Finding
from rules.vocabulary.unknown import Why


class StabilityResponse(BaseModel):
    status: Literal["counting", "paused", "frozen", "complete"]
    counted_from: Instant
    completes_at: Instant | None
    completed_at: Instant | None
    days_left: int | None = Field(description="local days still to be kept; null while not known")
    time_zone: str
    moved_by: str | None = Field(description="incident that last started the period anew")
    frozen_by: str | None = Field(description="incident that has to be decided first")
    unseen_by: str | None = Field(description="check that does not speak of all its days yet")
    finding: str | None


class BlockingResponse(BaseModel):
    """One unmet criterion, in plain words, with who owes the next act."""

    phase: str
    gate: Literal["entry", "exit"]
    criterion: str
    outcome: Truth
    sentence: str
    unknown: Why | None = Field(description="where a figure that it needs tells nothing: of which kind that is")
    owes: list[str]
    since: Instant | None
    earliest: Instant | None = Field(description="first instant at which it could be met; null: not known")

    @classmethod
    def of(cls, block: Blocking) -> BlockingResponse:
        return cls(
            phase=block.phase,
            gate=block.gate,
            criterion=block.criterion,
            outcome=block.outcome,
            sentence=block.sentence,
            unknown=block.unknown,
            owes=list(block.owes),
            since=block.since,
            earliest=block.earliest,
        )


class PhaseResponse(BaseModel):
    name: str
    title: str
    within: str | None
    status: str
    entry_met: bool
    window: WindowResponse | None = Field(
        default=None, description="in which it can open, by its entry gate; null: at any time"
    )
    opened_at: Instant | None
    completed_at: Instant | None
    stability: StabilityResponse | None
    milestones: list[str]
    blocking: list[BlockingResponse]

    @classmethod
    def of(cls, program: Program, name: str, at: datetime) -> PhaseResponse:
        rule, state = program.plan.phases[name], program.phase(name)
        return cls(
            name=name,
            title=rule.title,
            within=rule.within,
            status=state.told,
            entry_met=state.entry_met,
            window=window_of(program, name),
            opened_at=state.opened_at,
            completed_at=state.completed_at,
            stability=_stability(program, name, at),
            milestones=list(rule.milestones),
            blocking=[BlockingResponse.of(block) for block in blocking_phase(program, name, at)],
        )


def _stability(program: Program, name: str, at: datetime) -> StabilityResponse | None:
    state, rule = program.stability.get(name), program.plan.phases[name].stability
    if state is None or rule is None:
        return None
    return StabilityResponse(
        status="complete" if state.completed_at else state.counted.status,
        counted_from=state.counted.counted_from,
        completes_at=state.counted.completes_at,
        completed_at=state.completed_at,
        days_left=days_left(program, name, at),
        time_zone=program.plan.time_zone,
        moved_by=state.counted.moved_by,
        frozen_by=state.counted.frozen_by,
        unseen_by=state.counted.unseen_by,
        finding=state.finding.sentence if state.finding else None,
    )


class FindingResponse(BaseModel):
    outcome: Truth
    proposes: Literal["achievement", "grading", "reversal"] | None
    sentence: str
    made_at: Instant
    unknown: Why | None = Field(description="with indeterminate: why a figure tells nothing")
    observable_until: Instant | None
    observed: bool

    @classmethod
    def of(cls, finding: Finding) -> FindingResponse:
        return cls(
            outcome=finding.outcome,
            proposes=finding.proposes,
            sentence=finding.sentence,
            made_at=finding.made_at,
            unknown=finding.unknown,
            observable_until=finding.observable_until,
            observed=finding.observed,
        )


class ShowingResponse(BaseModel):
    name: str
    kind: str
    what: str
    outcome: Truth
    sentence: str
    unknown: Why | None = Field(description="with indeterminate: why a figure tells nothing")
    evidence: list[str] = Field(description="ids of the verified evidence that stands")
    unfiled: list[str] = Field(description="those of them whose document is not filed: its bytes are nowhere here")


class VoteResponse(BaseModel):
    """What one of those who determine a milestone has said of it, and why."""

    party: str
    by: str = Field(description="the person who said it")
    outcome: str
    grade: str | None = Field(description="of what is achieved in part, on the milestone's scale; null: in whole, or nothing")
    reason: str
    considered: dict[str, str] = Field(description="by consideration that the plan names, what was said on it")
    at: Instant
    entry: int = Field(description="of the ledger")

    @classmethod
    def of(cls, who: str, vote: Vote) -> VoteResponse:
        grade = vote.share if vote.grade is None else vote.grade
        return cls(
            party=who,
            by=vote.by,
            outcome=vote.outcome,
            grade=f"{grade:f}" if vote.outcome == "partly_achieved" and grade is not None else None,
            reason=vote.reason,
            considered=dict(vote.considered),
            at=vote.at,
            entry=vote.entry,
        )


class DecisionResponse(BaseModel):
    """The newest determination of a milestone that was not taken back."""

    outcome: str
    at: Instant
    reason: str
    entry: int = Field(description="of the ledger")
    made_by: list[VoteResponse] = Field(description="who made it, and why each of several did; none: the plan itself")
    finding: int | None = Field(description="entry of the finding that stood when it was made")
    observations: list[int] = Field(description="entries of what was observed on that finding")

    @classmethod
    def of(cls, decision: Decision) -> DecisionResponse:
        return cls(
            outcome=decision.outcome,
            at=decision.at,
            reason=decision.reason,
            entry=decision.entry,
            made_by=[VoteResponse.of(who, vote) for who, vote in decision.made_by.items()],
            finding=decision.finding,
            observations=list(decision.observations),
        )


class MilestoneResponse(BaseModel):
    """A milestone with its date triple: due_original, due_revised, achieved_at (the actual)."""

    name: str
    title: str
    phase: str
    owed_by: list[str] = Field(description="the parties that owe it, each of them")
    status: str
    shown_by: list[ShowingResponse]
    verified_by: list[str]
    determined_by: list[str]
    decision: DecisionResponse | None = Field(description="who determined what last, when and why; null: nobody yet")
    agree: str | None = Field(
        description="how many of several have to: any, all, majority, a number or share of votes; null: one"
    )
    votes: list[VoteResponse] = Field(description="of several that determine it, who has voted on its present finding")
    finding: FindingResponse | None
    force: Force | None = Field(description="of its date: only who misses a binding date or a long stop is late; null: no date")
    due_original: Instant | None
    due_revised: Instant | None
    missed_at: Instant | None
    days_late_original: int | None = Field(description="local days after the original date; null: no date, or waived")
    days_late_revised: int | None = Field(description="and after the revised one; null also while it is paused")
    waived: bool = Field(description="it counts for gates though it is not achieved")
    waived_until: Instant | None = Field(description="null: not waived, or for good")
    achieved_at: Instant | None
    final_at: Instant | None = Field(description="since when it can't be undone; null: it can be reversed")
    relieved: bool = Field(description="nothing is owed for it now, since what it is owed under does not hold")
    declined_at: Instant | None = Field(description="when it was decided that it is not done")
    happened_at: Instant | None = Field(description="when it was done, as its verified evidence says; null: it says nothing")
    scale: Literal["ordinal", "share"] | None = Field(description="how a part of it is told; null: all or nothing")
    grade: str | None = Field(description="on that scale, 0 to 3 or 0 to 1; null: nothing of it is held")

    @classmethod
    def of(cls, program: Program, name: str, at: datetime) -> MilestoneResponse:
        step, state = program.plan.milestones[name], program.milestone(name)
        late = lateness(program, name, at)
        return cls(
            name=name,
            title=step.title,
            phase=program.plan.phase_of[name],
            owed_by=list(program.plan.owed_by[name]),
            status=state.status,
            shown_by=[_showing(program, name, key, at) for key in step.shown_by],
            verified_by=list(step.verified_by),
            determined_by=list(step.determined.by),
            decision=DecisionResponse.of(state.decision) if state.decision else None,
            agree=step.determined.agree,
            votes=[VoteResponse.of(who, vote) for who, vote in state.votes.items()],
            finding=FindingResponse.of(state.finding) if state.finding else None,
            force=step.due.force if step.due else None,
            due_original=state.due.original if state.due else None,
            due_revised=state.due.revised if state.due else None,
            missed_at=state.due.missed_at if state.due else None,
            days_late_original=late.original if late else None,
            days_late_revised=late.revised if late else None,
            waived=state.waived is not None,
            waived_until=state.waived.until if state.waived else None,
            achieved_at=state.achieved_at,
            final_at=state.final_at,
            relieved=state.is_relieved,
            declined_at=state.declined_at,
            happened_at=state.happened_at,
            scale=step.determined.scale,
            grade=f"{state.grade:f}" if state.grade is not None else None,
        )


def _showing(program: Program, milestone: str, key: str, at: datetime) -> ShowingResponse:
    how = program.plan.milestones[milestone].shown_by[key]
    judged = judge_showing(program, milestone, key, at)
    pieces: list[str] = list(program.milestone(milestone).shown.get(key, ()))
    if how.kind == "measurement":
        pieces = list(program.figures.get(how.indicator, ()))
    return ShowingResponse(
        name=key,
        kind=how.kind,
        what=how.what,
        outcome=judged.outcome,
        sentence=judged.sentence,
        unknown=judged.unknown,
        evidence=pieces[-100:],
        unfiled=unfiled_evidence(program, pieces[-100:]),
    )


class ClockResponse(BaseModel):
    name: str
    kind: str
    phase: str
    due_at: Instant
    note: str
    overdue: bool = Field(description="it is due, and has not struck yet; the next act settles it all the same")

    @classmethod
    def of(cls, clock: Clock, at: datetime) -> ClockResponse:
        return cls(
            name=clock.name,
            kind=clock.kind,
            phase=clock.phase,
            due_at=clock.due_at,
            note=clock.note,
            overdue=clock.due_at < at,
        )
