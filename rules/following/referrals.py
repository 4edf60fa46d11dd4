"""What time does to disputes and snapbacks: the next stage, or what returns because nobody kept it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from rules import effects, facts
from rules.effects import Effect
from rules.following.agenda import Agenda
from rules.program import Program
from rules.times import plus
from rules.vocabulary.disputes import Dispute, DisputeStatus
from rules.vocabulary.standing import Standing


def referrals(program: Program, at: datetime, _: Agenda) -> Iterator[Effect]:
    """Disputes whose time before a stage is over."""
    for dispute in program.disputes.values():
        if dispute.status is DisputeStatus.OPEN and dispute.until <= at:
            yield _referred(program, dispute)


def _referred(program: Program, dispute: Dispute) -> Effect:
    ladder = program.plan.disputes.get(dispute.ladder)
    stages = list(ladder.stages) if ladder else []
    following = stages[stages.index(dispute.stage) + 1 :] if dispute.stage in stages else []
    if ladder is None or not following:
        return effects.DisputeUnsettled(dispute=dispute.id, effective_at=dispute.until)
    until = plus(dispute.until, ladder.stages[following[0]].within, program.plan.time_zone)
    return effects.DisputeReferred(dispute=dispute.id, stage=following[0], until=until, effective_at=dispute.until)


def snapbacks(program: Program, at: datetime, _: Agenda) -> Iterator[Effect]:
    """Snapbacks that nobody has averted in time, and what that does to the program."""
    for name, invoked in program.snapbacks.items():
        if invoked.in_effect_since is not None or invoked.takes_effect_at > at:
            continue
        yield effects.SnapbackTookEffect(snapback=name, effective_at=invoked.takes_effect_at)
        if (rule := program.plan.snapbacks.get(name)) is None:
            continue
        reason = f"{rule.title}: it has taken effect, since nobody decided otherwise in time."
        if rule.then == "terminate":
            yield facts.ProgramTerminated(reason=reason, effective_at=at)
            return
        if rule.then == "suspend" and program.standing in (Standing.RUNNING, Standing.FROZEN):
            yield facts.ProgramSuspended(reason=reason, effective_at=at)
            return
