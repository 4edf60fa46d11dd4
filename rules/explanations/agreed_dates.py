"""Explanation of agreed dates: why a day is not agreed on yet, and who owes the agreement."""

from __future__ import annotations

from datetime import datetime

from rules.explanations.reasons import Reason
from rules.program import Program
from rules.queries.agreed_dates import is_open, parties, window_told
from rules.queries.anchors import occurred_at
from rules.queries.windows import window_closes_at, window_opens_at
from rules.vocabulary import matters as m


def date_reason(program: Program, name: str, at: datetime) -> Reason:
    """The reason why an agreed date is missing."""
    rule, window = program.plan.agreed_dates[name], window_told(program, name)
    if not is_open(program, name):
        day = program.agreed_dates[name]
        text = f"{rule.title}: no day was agreed on within the window ({window}); only an amendment can open it again."
        return text, (), day.missed_at, None
    owing = awaited_agreement(program, name)
    first = window_opens_at(program, rule.not_before)
    since = awaited_since(program, name) if owing else None
    return f"{rule.title}: no day has been agreed on yet ({window}).", owing, since, max(first, at) if first else None


def awaited_agreement(program: Program, name: str) -> tuple[str, ...]:
    """The parties that have consented to no proposal for an open date whose window is known."""
    rule = program.plan.agreed_dates[name]
    if not is_open(program, name) or None in (
        window_opens_at(program, rule.not_before),
        window_closes_at(program, rule.not_after),
    ):
        return ()
    proposed = [one for one in program.open_proposals if isinstance(one.matter, m.AgreeDate) and one.matter.date == name]
    return tuple(party for party in parties(program, name) if not any(party in one.consents for one in proposed))


def awaited_since(program: Program, name: str) -> datetime:
    """When the window of a date became known: the latest of its anchors, at most now."""
    edges = program.plan.agreed_dates[name].edges
    known = [min(since, program.settled_to) for edge in edges if (since := occurred_at(program, edge.from_)) is not None]
    return max(known, default=program.started_at)
