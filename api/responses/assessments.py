"""Response models of assessments: several assessors of one milestone, each on its own scale."""

from __future__ import annotations

from pydantic import BaseModel, Field

from rules.language.assessors import Meaning
from rules.program import Program
from rules.times import Instant


class AssessmentResponse(BaseModel):
    """What one assessor last said."""

    assessor: str
    title: str
    scale: str
    grade: str | None = Field(description="on the assessor's own scale; null: not assessed")
    means: Meaning = Field(description="what the grade comes to; unknown where it was not assessed")
    reason: str | None
    by: str | None
    at: Instant | None


class AssessedResponse(BaseModel):
    """A milestone as every assessor of the plan sees it. Where they differ, nothing is averaged."""

    milestone: str
    title: str
    status: str = Field(description="as it was determined in the program")
    agree: bool = Field(description="all who have assessed it come to the same")
    assessments: list[AssessmentResponse]

    @classmethod
    def of(cls, program: Program, name: str) -> AssessedResponse:
        state = program.milestone(name)
        said = [_one(program, name, assessor) for assessor in program.plan.assessors]
        return cls(
            milestone=name,
            title=program.plan.milestones[name].title,
            status=state.status,
            agree=len({one.means for one in said if one.grade is not None}) <= 1,
            assessments=said,
        )


def _one(program: Program, milestone: str, assessor: str) -> AssessmentResponse:
    rule, said = program.plan.assessors[assessor], program.milestone(milestone).assessments.get(assessor)
    return AssessmentResponse(
        assessor=assessor,
        title=rule.title,
        scale=rule.scale,
        grade=said.grade if said else None,
        means=said.means if said else "unknown",
        reason=said.reason if said else None,
        by=said.by.person if said else None,
        at=said.at if said else None,
    )
