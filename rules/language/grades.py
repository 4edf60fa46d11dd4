"""Grades: how much of a milestone is achieved, where the plan allows more than yes or no.

The ordinal scale is 0 not begun, 1 minimal, 2 intermediate, 3 full. A share is 0 to 1. Grades are stored as they were
determined. Their worth is an exact fraction, so that a third stays a third.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

Scale: TypeAlias = Literal["ordinal", "share"]

FULL: dict[Scale, Decimal] = {"ordinal": Decimal(3), "share": Decimal(1)}
WRITTEN: dict[Scale, str] = {"ordinal": "a grade of 0, 1, 2 or 3", "share": "a share between 0 and 1"}


def fits(scale: Scale, grade: Decimal) -> bool:
    """Whether a grade lies on a scale."""
    return 0 <= grade <= FULL[scale] and (scale == "share" or grade == grade.to_integral_value())


def grade_share(scale: Scale, grade: Decimal) -> Fraction:
    """The share of the whole that a grade stands for, as an exact fraction."""
    return min(Fraction(grade) / Fraction(FULL[scale]), Fraction(1))  # an amendment may have changed the scale
