"""The accounts of a release as one stacked bar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from rules.vocabulary.accounts import Account

WIDTH, HEIGHT = 760.0, 22.0
ORDER: tuple[Account, ...] = ("released", "recovered", "advanced", "committed", "suspended", "asked_back", "reduced")
"""The order of the accounts, from what is settled to what may be lost."""


@dataclass(frozen=True, slots=True)
class Part:
    """One account that is not empty."""

    account: Account
    amount: str
    x: float
    width: float


def balance(amount: str, accounts: Mapping[Account, str]) -> list[Part]:
    """The accounts that are not empty, side by side. Amounts are exact decimals, as text."""
    held = [(name, accounts[name]) for name in ORDER if Decimal(accounts.get(name, "0")) > 0]
    whole = max(Decimal(amount), sum((Decimal(value) for _, value in held), Decimal(0))) or Decimal(1)
    parts: list[Part] = []
    x = 0.0
    for name, value in held:
        width = float(Decimal(value) / whole) * WIDTH
        parts.append(Part(name, value, round(x, 1), round(width, 1)))
        x += width
    return parts
