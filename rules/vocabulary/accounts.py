"""The accounts of a release. What one gains another loses, so that together they are always nothing.

promised     what has been promised, below zero for as long as the program lasts
committed    what is kept for it and not yet earned
advanced     paid ahead of any result, and still to be earned
released     paid, or given, because it was earned
recovered    of the advance, what later results have earned
suspended    withheld or asked back, and still to be cured
reduced      lost for good
"""

from __future__ import annotations

from typing import Literal, TypeAlias

Account: TypeAlias = Literal["promised", "committed", "advanced", "released", "recovered", "suspended", "reduced"]

ACCOUNTS: tuple[Account, ...] = ("promised", "committed", "advanced", "released", "recovered", "suspended", "reduced")
