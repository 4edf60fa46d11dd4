"""Response models of disputes and snapbacks."""

from __future__ import annotations

from pydantic import BaseModel, Field

from rules.program import Program
from rules.times import Instant
from rules.vocabulary.disputes import Dispute, DisputeStatus


class DisputeResponse(BaseModel):
    """A dispute and the stage before which it lies."""

    dispute: str
    ladder: str
    about: str | None
    reason: str
    raised_by: str
    raised_for: str | None
    raised_at: Instant
    status: DisputeStatus
    stage: str
    before: list[str] = Field(description="of whom an authority settles it at this stage")
    until: Instant = Field(description="then it goes to the next stage, or stays unsettled after the last")
    then: str | None = Field(description="the next stage")
    outcome: str | None
    ended_at: Instant | None

    @classmethod
    def of(cls, program: Program, dispute: Dispute) -> DisputeResponse:
        ladder = program.plan.disputes.get(dispute.ladder)
        stages = list(ladder.stages) if ladder else []
        after = stages[stages.index(dispute.stage) + 1 :] if dispute.stage in stages else []
        return cls(
            dispute=dispute.id,
            ladder=dispute.ladder,
            about=dispute.about,
            reason=dispute.reason,
            raised_by=dispute.raised_by.person,
            raised_for=dispute.raised_by.party,
            raised_at=dispute.raised_at,
            status=dispute.status,
            stage=dispute.stage,
            before=list(ladder.stages[dispute.stage].before) if ladder and dispute.stage in stages else [],
            until=dispute.until,
            then=after[0] if after else None,
            outcome=dispute.outcome,
            ended_at=dispute.ended_at,
        )


class SnapbackResponse(BaseModel):
    """What lapses unless it is decided to keep it."""

    snapback: str
    title: str
    kept_by: str = Field(description="the procedure that averts or lifts it")
    invoked_by: str | None = Field(description="null: nobody has invoked it, or it lapses by itself")
    invoked_at: Instant | None
    dispute: str | None
    reason: str | None
    takes_effect_at: Instant | None
    in_effect_since: Instant | None

    @classmethod
    def of(cls, program: Program, name: str) -> SnapbackResponse:
        rule, invoked = program.plan.snapbacks[name], program.snapbacks.get(name)
        return cls(
            snapback=name,
            title=rule.title,
            kept_by=rule.kept_by,
            invoked_by=invoked.by.person if invoked and invoked.by else None,
            invoked_at=invoked.at if invoked else None,
            dispute=invoked.dispute if invoked else None,
            reason=invoked.reason if invoked else None,
            takes_effect_at=invoked.takes_effect_at if invoked else None,
            in_effect_since=invoked.in_effect_since if invoked else None,
        )
