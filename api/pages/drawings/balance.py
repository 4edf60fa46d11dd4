"""The accounts of a release as one bar: what was promised, and in which account it stands now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from rules.vocabulary.accounts import Account

WIDTH, HEIGHT = 760.0, 22.0
ORDER: tuple[Account, ...] = ("released", "recovered", "advanced", "committed", "suspended", "asked_back", "reduced")
"""From what is done with to what may be lost."""


@dataclass(frozen=True, slots=True)
class Part:
    """One account with something in it."""

    account: Account
    amount: str
    x: float
    width: float


def balance(amount: str, accounts: Mapping[Account, str]) -> list[Part]:
    """The accounts that hold something, side by side; nothing where all are empty. Amounts are texts of exact numbers."""
    held = [(name, accounts[name]) for name in ORDER if Decimal(accounts.get(name, "0")) > 0]
    whole = max(Decimal(amount), sum((Decimal(value) for _, value in held), Decimal(0))) or Decimal(1)
    parts: list[Part] = []
    x = 0.0
    for name, value in held:
        width = float(Decimal(value) / whole) * WIDTH
        parts.append(Part(name, value, round(x, 1), round(width, 1)))
        x += width
    return parts
