"""Assessors: several judges of one condition, each on its own scale, kept side by side.

scales:
programme_review: {title: Programme review, grades: {met: met, partly_met: partly, not_met: not_met, waived: unknown}}
assessors:
fund: {title: Staff of the Fund, scale: programme_review}
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import Field

from rules.field_types import Label, Name, StrictModel, Text

Meaning: TypeAlias = Literal["met", "partly", "not_met", "unknown"]
"""What a grade of any scale comes to, so that assessors can be read beside each other."""


class GradeScale(StrictModel):
    """The grades of an institution, from its best to its worst, and what each comes to."""

    title: Label
    grades: dict[Name, Meaning] = Field(min_length=2, max_length=20, description="by grade, what it comes to")
    note: Text | None = None


class Assessor(StrictModel):
    """Somebody who assesses milestones without deciding them. Monitors are admitted for it by its name."""

    title: Label
    scale: Name
    note: Text | None = None
