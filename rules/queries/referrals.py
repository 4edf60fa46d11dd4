"""Effects of time on disputes and snapbacks: referral to the next stage, and snapbacks that take effect."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from rules import dates, effects, facts
from rules.effects import Effect
from rules.program import Program
from rules.queries.affected import Agenda
from rules.queries.anchors import occurred_at
from rules.vocabulary.disputes import Dispute, DisputeStatus
from rules.vocabulary.standing import Standing


def referral_effects(program: Program, at: datetime, _: Agenda) -> Iterator[Effect]:
    """The effects on disputes whose time before a stage is over."""
    for dispute in program.disputes.values():
        if dispute.status is DisputeStatus.OPEN and dates.has_passed(dispute.until, at, program.plan.time_zone):
            yield _refer(program, dispute)


def _refer(program: Program, dispute: Dispute) -> Effect:
    ladder, zone = program.plan.disputes.get(dispute.ladder), program.plan.time_zone
    passed = dates.passes_at(dispute.until, zone)
    stages = list(ladder.stages) if ladder else []
    following = stages[stages.index(dispute.stage) + 1 :] if dispute.stage in stages else []
    if ladder is None or not following:
        return effects.DisputeUnsettled(dispute=dispute.id, effective_at=passed)
    until = dates.end_after(dispute.until, ladder.stages[following[0]].within, zone)
    return effects.DisputeReferred(dispute=dispute.id, stage=following[0], until=until, effective_at=passed)


def lapse_effects(program: Program, at: datetime, _: Agenda) -> Iterator[Effect]:
    """The effects on snapbacks without notice: when they take effect unless kept, counted anew each time."""
    zone = program.plan.time_zone
    for name, rule in program.plan.snapbacks.items():
        since = program.kept.get(name) or (occurred_at(program, rule.from_) if rule.from_ else None)
        held = program.snapbacks.get(name)
        if rule.from_ is None or since is None or since > at or (held is not None and held.in_effect_since is not None):
            continue
        takes_effect_at = dates.passes_at(dates.end_after(since, rule.within, zone), zone)
        if held is None or held.takes_effect_at != takes_effect_at:
            yield effects.SnapbackCounted(snapback=name, takes_effect_at=takes_effect_at, counted_from=since, effective_at=at)


def snapback_effects(program: Program, at: datetime, _: Agenda) -> Iterator[Effect]:
    """The effects of snapbacks that were not averted in time."""
    due = [
        name for name, invoked in program.snapbacks.items() if invoked.in_effect_since is None and invoked.takes_effect_at <= at
    ]
    for name in due:
        yield effects.SnapbackTookEffect(snapback=name, effective_at=program.snapbacks[name].takes_effect_at)
    rules = [rule for name in due if (rule := program.plan.snapbacks.get(name)) is not None and rule.then != "warn"]
    if not rules:
        return
    reason = " ".join(f"{rule.title}: it has taken effect, since nobody decided otherwise in time." for rule in rules)
    if any(rule.then == "terminate" for rule in rules):
        yield facts.ProgramTerminated(reason=reason[:4000], effective_at=at)
    elif program.standing in (Standing.RUNNING, Standing.FROZEN):
        yield facts.ProgramSuspended(reason=reason[:4000], effective_at=at)
