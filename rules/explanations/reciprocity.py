"""The accounts of the parties side by side: acts owed since when; obligations kept, late, waived, broken.

No party is counted late for what no party controls, or by a date that is not binding. Such dates are counted separately.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from rules.dates import passes_at
from rules.explanations.owing import Owed, owed_acts
from rules.program import Program
from rules.queries.agreed_dates import parties
from rules.queries.lateness import is_late_originally
from rules.vocabulary.milestones import MilestoneStatus
from rules.vocabulary.stalls import Stall

How: TypeAlias = Literal["kept", "late", "late_original", "waived", "declined", "broken"]
"""`late` is counted against a date as it stands, by pauses and agreements; `late_original` against what it was first."""


@dataclass(frozen=True, slots=True)
class AccountItem:
    """One obligation that a party has kept, was late with, was waived, or has broken.

    `binding` is False for an indicative date. `since` is when it was achieved, missed, waived or broken, or came into
    force; `until` is when a breach was cured.
    """

    how: How
    what: Literal["milestone", "commitment", "agreed_date"]
    name: str
    binding: bool
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class PartyAccount:
    """The account of one party or body. `stall` is set while it is inactive."""

    party: str
    owed: tuple[Owed, ...]
    reckoned: tuple[AccountItem, ...]
    stall: Stall | None

    def count(self, how: How, *, binding: bool = True) -> int:
        """How many things were kept, late, waived or broken; by dates that bind, or by those that do not."""
        return sum(1 for one in self.reckoned if one.how == how and one.binding is binding)


def reciprocity(program: Program, at: datetime) -> tuple[PartyAccount, ...]:
    """The accounts of the parties, then of the bodies, in the order of the plan."""
    owed, reckoned = owed_acts(program, at), tuple(_reckoned(program, at))
    return tuple(
        PartyAccount(
            party=party,
            owed=tuple(one for one in owed if one.party == party),
            reckoned=tuple(one for who, one in reckoned if who == party),
            stall=program.stalls.get(party),
        )
        for party in (*program.plan.parties, *program.plan.bodies)
    )


def _reckoned(program: Program, at: datetime) -> Iterator[tuple[str, AccountItem]]:
    for name in program.plan.milestones:
        for one in _of_milestone(program, name, at):
            yield from ((party, one) for party in program.plan.owed_by[name])
    yield from _agreements(program)
    for name, held in program.commitments.items():
        party = program.plan.commitments[name].party
        if party is None:
            continue  # outside the control of any party
        for since, until in held.broken:
            yield party, AccountItem("broken", "commitment", name, True, since, until)
        if not held.broken and held.status in ("in_force", "relieved"):
            yield party, AccountItem("kept", "commitment", name, True, held.in_force_since)


def _agreements(program: Program) -> Iterator[tuple[str, AccountItem]]:
    for name, day in program.agreed_dates.items():
        decided_at = day.missed_at or day.agreed_at
        if decided_at is not None:
            owed = day.parties or parties(program, name)
            how: How = "kept" if day.missed_at is None else "late"
            yield from ((party, AccountItem(how, "agreed_date", name, True, decided_at)) for party in owed)
        if day.missed_original_at is not None:
            late = AccountItem("late_original", "agreed_date", name, True, day.missed_original_at, day.agreed_at)
            yield from ((party, late) for party in day.parties)


def _of_milestone(program: Program, name: str, at: datetime) -> Iterator[AccountItem]:
    """The items of a milestone for each who owes it."""
    step = program.plan.milestones[name]
    state, binding = program.milestone(name), step.due is None or step.due.scores
    if state.declined_at is not None and not (state.due and state.due.missed_at):
        yield AccountItem("declined", "milestone", name, binding, state.declined_at)
    elif state.waived is not None:
        yield AccountItem("waived", "milestone", name, binding, state.waived.since)
    elif state.due is not None and state.due.missed_at is not None:
        yield AccountItem("late", "milestone", name, binding, state.due.missed_at, state.achieved_at)
    elif state.status is MilestoneStatus.ACHIEVED and state.achieved_at is not None:
        yield AccountItem("kept", "milestone", name, binding, state.achieved_at)
    if state.due is not None and state.waived is None and is_late_originally(program, name, at):
        passed = passes_at(state.due.original, program.plan.time_zone)
        yield AccountItem("late_original", "milestone", name, binding, passed, state.achieved_at)
    for since, until in state.reversals:
        yield AccountItem("broken", "milestone", name, binding, since, until)
