"""The totals of all accounts of all releases, by unit."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from rules.program import Program
from rules.vocabulary.accounts import ACCOUNTS, Account


def totals(program: Program) -> Mapping[str, Mapping[Account, Decimal]]:
    """By unit in the order of the plan, the sum of each account. Different units are never added."""
    found: dict[str, dict[Account, Decimal]] = {}
    for name, state in program.paying:
        held = found.setdefault(program.plan.releases[name].unit, dict.fromkeys(ACCOUNTS, Decimal(0)))
        for account, amount in state.balances.items():
            held[account] += amount
    return found
