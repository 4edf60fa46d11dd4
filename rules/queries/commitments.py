"""Commitments: in force, broken by incidents or by criteria that no longer hold, and kept again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from rules import effects
from rules.effects import Effect
from rules.language.commitments import Commitment
from rules.program import Program
from rules.queries.affected import Agenda, on
from rules.queries.anchors import occurred_at
from rules.queries.gates import judge_gate
from rules.queries.incidents import matching, span
from rules.queries.relief import happened_within, is_lifted, relief_spans
from rules.times import Interval
from rules.truth import Truth
from rules.vocabulary.commitments import CommitmentState


def commitment_effects(program: Program, at: datetime, agenda: Agenda) -> Iterator[Effect]:
    """The effects on commitments that come into force, break, are questioned or are kept again."""
    for name, rule in on(agenda.commitments, program.plan.commitments):
        before = program.commitments.get(name)
        since = before.in_force_since if before else occurred_at(program, rule.in_force)
        if since is None or since > at:
            continue
        now = _state_now(program, rule, before, since, at)
        if now != before:
            yield effects.CommitmentChanged(
                commitment=name,
                status=now.status,
                because=now.because,
                in_force_since=since,
                broken=now.broken,
                failing=now.failing or None,
                relieved=now.relieved or None,
                effective_at=at,
            )


def _state_now(
    program: Program, rule: Commitment, before: CommitmentState | None, since: datetime, at: datetime
) -> CommitmentState:
    """The state of a commitment in force since an instant: what broke it, what puts it in question.

    Incidents before it was in force break nothing, nor do incidents while it was lifted. An earlier breach must still be
    cured.
    """
    lifted = relief_spans(program, before.relieved if before else (), rule.owed_while, at) if rule.owed_while else ()
    broken: list[Interval] = []
    status: Literal["in_force", "in_question", "broken", "relieved"] = "in_force"
    because = None
    for incident in matching(program, rule.broken_by):
        if incident.latest < since or happened_within(incident.happened_at, lifted):
            continue
        if incident.is_established:
            broken.append(span(incident))
            if incident.resolved_at is None:
                status, because = "broken", incident.id
        elif status == "in_force":
            status, because = "in_question", incident.id
    holds = Truth.MET if is_lifted(lifted) else judge_gate(program, (), rule.kept_while, at)
    failing = _failing(before.failing if before else (), holds, at)
    if _fails(failing) and status != "broken":
        status, because = "broken", None
    elif holds is Truth.INDETERMINATE and status == "in_force":
        status = "in_question"
    if is_lifted(lifted) and status == "in_force":
        status = "relieved"
    return CommitmentState(status, since, because, (*broken, *failing), failing, lifted)


def _failing(before: tuple[Interval, ...], holds: Truth, at: datetime) -> tuple[Interval, ...]:
    """The intervals in which its criteria were known to fail. Unknown neither begins nor ends one."""
    if holds is Truth.NOT_MET and not _fails(before):
        return (*before, (at, None))
    if holds is Truth.MET and _fails(before):
        since = before[-1][0]
        return (*before[:-1], (since, at)) if since < at else before[:-1]
    return before


def _fails(failing: tuple[Interval, ...]) -> bool:
    return bool(failing) and failing[-1][1] is None
