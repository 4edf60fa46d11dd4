"""Explanation of open disputes."""

from __future__ import annotations

from rules import dates
from rules.explanations.reasons import Reason
from rules.program import Program
from rules.vocabulary.disputes import DisputeStatus


def dispute_reason(program: Program, ladder: str) -> Reason:
    """The disputes of a ladder that are open, and before whom they lie."""
    open_ = [dispute for dispute in program.disputes.values() if dispute.ladder == ladder and dispute.is_unsettled]
    stages = program.plan.disputes[ladder].stages
    text = "; ".join(
        f"{dispute.id} lies before {stages[dispute.stage].title} until {dates.in_words(dispute.until, program.plan.time_zone)}"
        if dispute.status is DisputeStatus.OPEN and dispute.stage in stages
        else f"{dispute.id} was left unsettled"
        for dispute in open_[:5]
    )
    owes = dict.fromkeys(who for dispute in open_ if dispute.stage in stages for who in stages[dispute.stage].before)
    return f"Open disputes: {text}.", tuple(owes), min((dispute.raised_at for dispute in open_), default=None), None
