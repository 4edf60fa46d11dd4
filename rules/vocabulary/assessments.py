"""Assessments of milestones on an assessor's own scale. They decide nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from rules.field_types import Name, StrictModel, Text
from rules.language.assessors import Meaning
from rules.vocabulary.members import Actor


class Assess(StrictModel):
    """Says how a milestone stands on an assessor's own scale. It decides nothing."""

    kind: Literal["assess"] = "assess"
    milestone: Name
    assessor: Name
    grade: Name
    reason: Text


class MilestoneAssessed(StrictModel):
    kind: Literal["milestone_assessed"] = "milestone_assessed"
    milestone: Name
    assessor: Name
    grade: Name
    means: Meaning
    reason: Text


@dataclass(frozen=True, slots=True)
class Assessment:
    """What an assessor last said of a milestone, on its own scale and in what that comes to."""

    grade: str
    means: Meaning
    reason: str
    by: Actor
    at: datetime
