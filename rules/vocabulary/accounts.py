"""The accounts of a release. Every posting moves an amount between two of them, so their sum is always zero.

promised     what has been promised, below zero for as long as the program lasts
committed    what is kept for it and not yet earned
advanced     paid ahead of any result, and still to be earned
released     paid, or given, because it was earned
recovered    of the advance, what later results have earned
suspended    withheld, and still to be cured
asked_back   paid and lost for good, so that whoever received it owes it
reduced      lost for good before it was paid
"""

from __future__ import annotations

from typing import Literal, TypeAlias

Account: TypeAlias = Literal["promised", "committed", "advanced", "released", "recovered", "suspended", "asked_back", "reduced"]

ACCOUNTS: tuple[Account, ...] = (
    "promised",
    "committed",
    "advanced",
    "released",
    "recovered",
    "suspended",
    "asked_back",
    "reduced",
)
