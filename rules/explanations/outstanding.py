"""An index of everything owed in a program, by subject, so that after an act only the changed subjects are recomputed.

It is valid at any instant until the program changes. What changes with time alone follows from a clock, or is stored with its
own beginning and end. For a suspended program it holds what was owed when the program stopped, because no clock of the plan
strikes there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from rules import dates
from rules.explanations.owing import (
    Owed,
    after_observation,
    of_agreed_dates,
    of_commitments,
    of_disputes,
    of_incidents,
    of_milestone,
    of_phase,
    of_proposals,
)
from rules.language.dependents import Subject
from rules.program import Program
from rules.queries.affected import Agenda
from rules.sentences.proposals import matter_in_words
from rules.vocabulary.deadlines import Due
from rules.vocabulary.standing import Standing


@dataclass(frozen=True, slots=True)
class OutstandingAct:
    """One owed act, from `owed.since` until `ends_at`; None: until it is done.

    `due_at` is when the first of its dates passes, its own or that of its milestone; None: it has no date. `overdue_from`
    ignores the time to observe, since nobody is late who lets it pass.
    """

    owed: Owed
    title: str
    milestone_due: Due | None
    due_at: datetime | None
    overdue_from: datetime | None
    ends_at: datetime | None


About: TypeAlias = tuple[str, str]
"""A noun and a name: `("milestone", "announced")`; of nouns that are asked as a whole the name is empty."""

OutstandingIndex: TypeAlias = Mapping[About, tuple[OutstandingAct, ...]]


def outstanding_acts(program: Program) -> OutstandingIndex:
    """All acts that are owed in a program."""
    return _unchanged({}, program, _everything(program))


def outstanding_after(
    program: Program, before: Program, held: OutstandingIndex, changed: Iterable[Subject] | None
) -> OutstandingIndex:
    """The owed acts after a change, recomputed from `held` for the changed subjects only (None: all).

    Returns the same object if nothing has changed.
    """
    agenda = Agenda()
    if program.plan is not before.plan or (program.ended_at is not None) != (before.ended_at is not None):
        return outstanding_acts(program)
    if changed is None:
        agenda.put_everything(program)
    else:
        agenda.put_dependents(program, changed)
    touched = [("milestone", name) for name in agenda.milestones] + [("phase", name) for name in agenda.phases]
    if before.incidents is not program.incidents:
        touched += [("incident", ""), ("commitment", "")]
    elif before.commitments is not program.commitments:
        touched.append(("commitment", ""))
    if before.proposals is not program.proposals:
        touched.append(("proposal", ""))
    if before.disputes is not program.disputes:
        touched.append(("dispute", ""))
    if program.plan.agreed_dates:
        touched.append(("agreed_date", ""))
    return _unchanged(held, program, touched)


def outstanding_at(program: Program, at: datetime) -> tuple[OutstandingAct, ...]:
    """All acts that are owed at one instant, also in a suspended program."""
    if program.ended_at is not None:
        return ()
    found = (one for about in _everything(program) for one in _compute(program, about, at))
    return tuple(one for one in found if one.owed.since <= at and (one.ends_at is None or at < one.ends_at))


def overdue_from(held: OutstandingIndex) -> datetime | None:
    """The instant from which the first of the acts is overdue; None if none has a date."""
    return min((date for lines in held.values() for one in lines if (date := one.overdue_from)), default=None)


def _everything(program: Program) -> Iterator[About]:
    yield from (("milestone", name) for name in program.plan.milestones)
    yield from (("phase", name) for name in program.plan.phases)
    yield from ((noun, "") for noun in ("commitment", "proposal", "dispute", "incident", "agreed_date"))


def _unchanged(held: OutstandingIndex, program: Program, touched: Iterable[About]) -> OutstandingIndex:
    at = program.settled_to if program.standing is Standing.RUNNING or not program.suspensions else program.suspensions[-1][0]
    changed: dict[About, tuple[OutstandingAct, ...]] = {}
    for about in touched:
        found = tuple(_compute(program, about, at)) if program.ended_at is None else ()
        if found != held.get(about, ()):
            changed[about] = found
    if not changed:
        return held
    kept = {**held, **changed}
    for about, found in changed.items():
        if not found:
            del kept[about]
    return kept


def _compute(program: Program, about: About, at: datetime) -> Iterator[OutstandingAct]:
    match about:
        case ("milestone", name):
            yield from _of_milestone(program, name, at)
        case ("phase", name):
            title = program.plan.phases[name].title
            yield from (_with_dates(program, owed, title) for owed in of_phase(program, name, at))
        case ("commitment", _):
            for owed in of_commitments(program, at):
                yield _with_dates(program, owed, program.plan.commitments[owed.name].title)
        case ("proposal", _):
            for owed in of_proposals(program):
                yield _with_dates(program, owed, matter_in_words(program.proposals[owed.name].matter, program.plan))
        case ("dispute", _):
            for owed in of_disputes(program):
                yield _with_dates(program, owed, program.plan.disputes[program.disputes[owed.name].ladder].title)
        case ("agreed_date", _):
            for owed in of_agreed_dates(program):
                yield _with_dates(program, owed, program.plan.agreed_dates[owed.name].title)
        case _:
            for owed in of_incidents(program):
                kind, place = program.incidents[owed.name].kind, program.incidents[owed.name].place
                yield _with_dates(program, owed, f"{program.plan.incidents[kind].title}, {place}")


def _of_milestone(program: Program, name: str, at: datetime) -> Iterator[OutstandingAct]:
    title, due = program.plan.milestones[name].title, program.milestone(name).due
    observed = False
    for owed in of_milestone(program, name, at):
        observed |= owed.kind == "observation"
        yield _with_dates(program, owed, title, due)
    if observed:
        yield from (_with_dates(program, owed, title, due) for owed in after_observation(program, name))


def _with_dates(program: Program, owed: Owed, title: str, due: Due | None = None) -> OutstandingAct:
    own, milestones = _ends_at(program, owed.due), _ends_at(program, due.revised if due and not due.kept else None)
    first = min((date for date in (own, milestones) if date is not None), default=None)
    if owed.kind == "observation":
        return OutstandingAct(owed, title, due, first, milestones, own)
    return OutstandingAct(owed, title, due, first, first, None)


def _ends_at(program: Program, date: datetime | None) -> datetime | None:
    return dates.passes_at(date, program.plan.time_zone) if date is not None else None
