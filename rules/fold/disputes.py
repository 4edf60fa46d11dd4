"""The fold of disputes (raised, referred, settled) and snapbacks (invoked, averted, in effect)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rules import effects, facts
from rules.entries import Entry, caused_by
from rules.persistent_map import with_item
from rules.program import Program
from rules.vocabulary.disputes import Dispute, DisputeStatus, Invoked, OnDispute


def fold_dispute(program: Program, entry: Entry, fact: OnDispute) -> Program:
    """The program after a fact on a dispute or a snapback."""
    match fact:
        case facts.DisputeRaised():
            raised = Dispute(
                id=fact.dispute,
                ladder=fact.ladder,
                about=fact.about,
                reason=fact.reason,
                raised_by=caused_by(entry),
                raised_at=entry.at,
                stage=fact.stage,
                stage_since=entry.at,
                until=fact.until,
            )
            return program.changed(disputes=with_item(program.disputes, raised.id, raised))
        case facts.DisputeSettled():
            return _dispute(program, fact.dispute, status=DisputeStatus.SETTLED, outcome=fact.outcome, ended_at=entry.at)
        case facts.DisputeWithdrawn():
            return _dispute(program, fact.dispute, status=DisputeStatus.WITHDRAWN, outcome=fact.reason, ended_at=entry.at)
        case effects.DisputeReferred():
            return _dispute(program, fact.dispute, stage=fact.stage, stage_since=fact.effective_at, until=fact.until)
        case effects.StageExtended():
            return _dispute(program, fact.dispute, until=fact.to)
        case effects.DisputeUnsettled():
            return _dispute(program, fact.dispute, status=DisputeStatus.UNSETTLED, ended_at=fact.effective_at)
        case facts.SnapbackInvoked():
            invoked = Invoked(caused_by(entry), entry.at, fact.reason, fact.dispute, fact.takes_effect_at)
            return program.changed(snapbacks=with_item(program.snapbacks, fact.snapback, invoked))
        case effects.SnapbackCounted():
            running = Invoked(None, fact.effective_at, "It lapses unless it is kept.", None, fact.takes_effect_at)
            return program.changed(snapbacks=with_item(program.snapbacks, fact.snapback, running))
        case effects.SnapbackTookEffect():
            held = replace(program.snapbacks[fact.snapback], in_effect_since=fact.effective_at)
            return program.changed(snapbacks=with_item(program.snapbacks, fact.snapback, held))
        case effects.SnapbackAverted():
            others = {name: held for name, held in program.snapbacks.items() if name != fact.snapback}
            return program.changed(snapbacks=others, kept=with_item(program.kept, fact.snapback, fact.effective_at))


def _dispute(program: Program, name: str, **changes: Any) -> Program:
    return program.changed(disputes=with_item(program.disputes, name, replace(program.disputes[name], **changes)))
