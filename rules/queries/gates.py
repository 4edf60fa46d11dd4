"""Evaluation of criteria: met, not met, or indeterminate. Indeterminate opens nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import assert_never

from rules import dates
from rules.figures.selection import judge_figure
from rules.language import criteria as c
from rules.language.voting import are_enough, votes_of
from rules.program import Program
from rules.queries.anchors import occurred_at
from rules.queries.incidents import matching
from rules.queries.lateness import lateness
from rules.queries.windows import is_closed
from rules.truth import Truth, conjunction
from rules.vocabulary.phases import PhaseStatus
from rules.vocabulary.standing import Standing

MET, NOT_MET, INDETERMINATE = Truth.MET, Truth.NOT_MET, Truth.INDETERMINATE


def judge_gate(program: Program, consents: Collection[str], criteria: Iterable[c.Criterion], at: datetime) -> Truth:
    """The truth value of a gate; `consents` are the parties that have consented to it. An empty gate is met."""
    return conjunction(judge_criterion(program, consents, criterion, at) for criterion in criteria)


def at_least(count: int, parts: Iterable[Truth]) -> Truth:
    """Met if `count` are; indeterminate if the unknown ones could still make it so."""
    held = list(parts)
    met, open_ = held.count(MET), held.count(INDETERMINATE)
    if met >= count:
        return MET
    return INDETERMINATE if met + open_ >= count else NOT_MET


def judge_criterion(program: Program, consents: Collection[str], criterion: c.Criterion, at: datetime) -> Truth:  # noqa: C901, PLR0912  one arm a criterion
    """The truth value of one criterion at an instant."""
    match criterion:
        case c.All(all=parts):
            return judge_gate(program, consents, parts, at)
        case c.AnyOf(any=parts):
            return at_least(1, (judge_criterion(program, consents, part, at) for part in parts))
        case c.AtLeast(at_least=c.Several(count=count, of=parts)):
            return at_least(count, (judge_criterion(program, consents, part, at) for part in parts))
        case c.MilestoneAchieved(milestone=name):
            return _truth(program.milestone(name).counts)
        case c.MilestoneGraded(graded=c.Graded(milestone=name, at_least=least)):
            grade = program.milestone(name).grade
            return _truth(grade is not None and grade >= least)
        case c.OutcomeIs(outcome=asked):
            return _truth(program.milestone(asked.milestone).told in asked.is_)
        case c.PhaseOver(phase=name):
            return _truth(program.phase(name).told in ("complete", "closed"))
        case c.PhaseComplete(phase=name):
            return _truth(program.phase(name).status is PhaseStatus.COMPLETE)
        case c.StabilityKept(stability=name):
            return _stability(program, name, at)
        case c.CommitmentHolds(commitment=name):
            return _commitment(program, name)
        case c.ConsentsGiven(consent=votes):
            given = votes_of([party for party in votes.by if party in consents], votes.weights)
            return _truth(are_enough(votes.agree, given, votes_of(votes.by, votes.weights)))
        case c.NoOpenIncident(no_open_incident=trigger):
            return _quiet(program, trigger)
        case c.NoOpenDispute(no_open_dispute=ladder):
            return _truth(not any(one.ladder == ladder and one.is_unsettled for one in program.disputes.values()))
        case c.NoSnapback(no_snapback=name):
            held = program.snapbacks.get(name)
            return _truth(held is None or held.in_effect_since is None)
        case c.Assessed(assessed=asked):
            return _assessed(program, asked)
        case c.NotBefore(not_before=after):
            since = occurred_at(program, after.from_)
            return _truth(since is not None and dates.start_of_date(since, after.within, program.plan.time_zone) <= at)
        case c.NotAfter(not_after=edge):
            return _truth(not is_closed(program, edge, at))
        case c.InTime(days_late=asked):
            return _in_time(program, asked, at)
        case c.FigureHolds(figure=asked):
            return judge_figure(program, asked, at)[0]
        case c.ProgramComplete(program=name):
            child = program.children.get(name)
            return _truth(child is not None and child.standing == Standing.COMPLETED)
        case c.ProgramMilestone(program_milestone=of):
            child = program.children.get(of.program)
            reported = child.milestone(of.milestone) if child else None
            return _truth(reported is not None and reported.counts)
    assert_never(criterion)


def _truth(holds: object) -> Truth:
    return MET if holds else NOT_MET


def _stability(program: Program, phase: str, at: datetime) -> Truth:
    state = program.stability.get(phase)
    if state is None:
        return NOT_MET
    if state.completed_at is not None:
        return MET
    ends = state.counted.completes_at
    unseen = state.counted.unseen_by is not None and ends is not None and ends <= at
    return INDETERMINATE if unseen or state.counted.status == "frozen" else NOT_MET


def _assessed(program: Program, asked: c.AssessedAs) -> Truth:
    said = program.milestone(asked.milestone).assessments.get(asked.by)
    if said is None or said.means == "unknown":
        return INDETERMINATE
    return _truth(said.means in ("met", asked.at_least))


def _in_time(program: Program, asked: c.DaysLate, at: datetime) -> Truth:
    if not program.milestone(asked.milestone).counts:
        return NOT_MET
    late = lateness(program, asked.milestone, at)
    return _truth(late is None or (late.against(asked.against) or 0) <= asked.at_most)


def _commitment(program: Program, name: str) -> Truth:
    state = program.commitments.get(name)
    if state is None:
        return NOT_MET
    match state.status:
        case "in_force" | "relieved":
            return MET
        case "in_question":
            return INDETERMINATE
        case "broken":
            return NOT_MET
    assert_never(state.status)


def _quiet(program: Program, trigger: c.Trigger) -> Truth:
    quiet = MET
    for incident in matching(program, (trigger,)):
        if incident.is_open_question:
            quiet = INDETERMINATE
        elif incident.resolved_at is None:
            return NOT_MET
    return quiet
