"""Agreed dates: whether one is still open, and the effects of a window that closes without one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from rules import dates, effects
from rules.effects import Effect
from rules.program import Program
from rules.queries.affected import Agenda
from rules.queries.deadlines import stop_effects
from rules.queries.windows import window_closes_at, window_opens_at
from rules.vocabulary.agreed_dates import AgreedDay
from rules.vocabulary.standing import Standing


def is_open(program: Program, name: str) -> bool:
    """Whether the day is not agreed on yet, and its window not closed."""
    return program.agreed_dates.get(name, AgreedDay()).status == "open"


def closes_at(program: Program, name: str) -> datetime | None:
    """When the window of an open date closes; None: it is not open, or not known."""
    if not is_open(program, name):
        return None
    ends = window_closes_at(program, program.plan.agreed_dates[name].not_after)
    return dates.passes_at(ends, program.plan.time_zone) if ends is not None else None


def parties(program: Program, name: str) -> tuple[str, ...]:
    """The parties that owe the agreement: all whose consent the procedure requires."""
    procedure = program.plan.procedures.get(program.plan.agreed_dates[name].agreed_by)
    return procedure.asked if procedure else ()


def window_told(program: Program, name: str) -> str:
    """Both edges of a window, in words."""
    rule, zone = program.plan.agreed_dates[name], program.plan.time_zone
    first, last = window_opens_at(program, rule.not_before), window_closes_at(program, rule.not_after)
    begins = (
        f"not before {dates.start_in_words(first, rule.not_before.within, zone)}" if first else "its first day is not known yet"
    )
    return f"{begins}, {f'not after {dates.in_words(last, zone)}' if last else 'its last day is not known yet'}"


def agreement_effects(program: Program, at: datetime, _: Agenda) -> Iterator[Effect]:
    """The effects of windows that have closed without a day. Each party that had to agree has missed it."""
    if program.standing is not Standing.RUNNING:
        return
    closed = [name for name in program.plan.agreed_dates if (end := closes_at(program, name)) is not None and end <= at]
    for name in closed:
        yield effects.AgreementMissed(date=name, parties=parties(program, name), effective_at=at)
    rules = ((program.plan.agreed_dates[name], name) for name in closed)
    missed = [(rule.when_missed, _edge_in_words(program, name)) for rule, name in rules if rule.when_missed is not None]
    for follows, sentence in missed:
        if follows == "warn":
            yield effects.WarningGiven(phase=next(iter(program.plan.phases)), sentence=sentence, effective_at=at)
    yield from stop_effects(program, missed, at)


def _edge_in_words(program: Program, name: str) -> str:
    title = program.plan.agreed_dates[name].title
    return f"{title}: no day was agreed on within the window ({window_told(program, name)})."
