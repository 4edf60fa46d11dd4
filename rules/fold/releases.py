"""The fold of releases: the balances of their accounts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from rules.entries import Entry
from rules.persistent_map import with_item
from rules.program import Program
from rules.vocabulary.releases import BalanceMoved, OnRelease, ReleaseState, Suspended


def fold_release(program: Program, _: Entry, fact: OnRelease) -> Program:
    """The program after a posting or an instalment."""
    state = program.releases.get(fact.release, ReleaseState())
    if isinstance(fact, BalanceMoved):
        state = _fold_posting(state, fact)
    else:
        earned = state.earned_instalments + fact.earned
        state = replace(state, instalments=state.instalments + 1, earned_instalments=earned)
    return program.changed(releases=with_item(program.releases, fact.release, state))


def _fold_posting(state: ReleaseState, fact: BalanceMoved) -> ReleaseState:
    balances = dict(state.balances)
    balances[fact.out_of] -= fact.amount
    balances[fact.into] += fact.amount
    parts = state.suspensions
    if fact.out_of == "suspended":
        parts = tuple(_reduce_suspended(parts, fact.amount))
    if fact.into == "suspended":
        parts = (*parts, Suspended(fact.amount, fact.effective_at, fact.cure_until, paid=fact.out_of != "committed"))
    first_advance = (fact.out_of, fact.into) == ("committed", "advanced")
    return replace(
        state,
        balances=balances,
        suspensions=parts,
        moved_at=fact.effective_at,
        advanced_at=fact.effective_at if first_advance else state.advanced_at,
        before_advance=state.held if first_advance else state.before_advance,
    )


def _reduce_suspended(parts: tuple[Suspended, ...], amount: Decimal) -> Iterator[Suspended]:
    """The suspended parts less an amount, taken from the oldest first."""
    for part in parts:
        taken = min(part.amount, amount)
        amount -= taken
        if part.amount > taken:
            yield replace(part, amount=part.amount - taken)
