"""Relief: an obligation is lifted while its condition is known not to hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from rules import effects
from rules.effects import Effect
from rules.language import criteria as c
from rules.language.criteria import Criterion
from rules.program import Program
from rules.queries.affected import Agenda, on
from rules.queries.gates import judge_gate
from rules.queries.incidents import matching, span
from rules.times import Interval
from rules.truth import Truth
from rules.vocabulary.milestones import MilestoneStatus


def relief_effects(program: Program, at: datetime, agenda: Agenda) -> Iterator[Effect]:
    """The effects on milestones that are lifted now, or owed again."""
    for name, step in on(agenda.milestones, program.plan.milestones):
        state = program.milestone(name)
        if not step.owed_while or state.status is MilestoneStatus.DECLINED:
            continue
        now = relief_spans(program, state.relieved, step.owed_while, at)
        if now != state.relieved:
            yield effects.ReliefChanged(milestone=name, relieved=now, effective_at=at)


def relief_spans(
    program: Program, before: tuple[Interval, ...], owed_while: tuple[Criterion, ...], at: datetime
) -> tuple[Interval, ...]:
    """The intervals in which an obligation is lifted. Unknown neither begins nor ends one."""
    holds = judge_gate(program, (), owed_while, at)
    if holds is Truth.NOT_MET and not is_lifted(before):
        since = min(_since(program, owed_while, at), at)
        return (*before, (max(since, before[-1][1]) if before and before[-1][1] else since, None))
    if holds is Truth.MET and is_lifted(before):
        since = before[-1][0]
        return (*before[:-1], (since, at)) if since < at else before[:-1]
    return before


def _since(program: Program, owed_while: tuple[Criterion, ...], at: datetime) -> datetime:
    """Since when a criterion does not hold: an incident counts from when it happened, a dispute from when it was raised."""
    begun = [at]
    for criterion in owed_while:
        match criterion:
            case c.NoOpenIncident(no_open_incident=trigger):
                open_ = [one for one in matching(program, (trigger,)) if one.is_established and one.resolved_at is None]
                begun += [span(one)[0] for one in open_]
            case c.NoOpenDispute(no_open_dispute=ladder):
                begun += [one.raised_at for one in program.disputes.values() if one.ladder == ladder and one.is_unsettled]
            case _:
                pass
    return max(min(begun), program.started_at)


def is_lifted(intervals: tuple[Interval, ...]) -> bool:
    """Whether the obligation is lifted now."""
    return bool(intervals) and intervals[-1][1] is None


def happened_within(at: datetime, intervals: tuple[Interval, ...]) -> bool:
    """Whether an instant lies in an interval in which the obligation was lifted."""
    return any(since <= at and (until is None or at < until) for since, until in intervals)
