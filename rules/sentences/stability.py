"""Sentences on stability periods, commitments and stalls."""

from __future__ import annotations

from typing import assert_never

from rules import effects, facts
from rules.language.plan import Plan
from rules.times import time_in_words
from rules.vocabulary.stability import OnStability
from rules.vocabulary.stalls import OnStall


def stability_sentence(fact: OnStability | effects.CommitmentChanged | effects.ClockStruck | OnStall, plan: Plan) -> str:
    """The sentence of a fact on a stability period, a commitment or a stall."""
    zone = plan.time_zone
    match fact:
        case effects.StabilityCounted():
            moved_by = f", moved by {fact.moved_by}" if fact.moved_by else ""
            ends = f", complete on {time_in_words(fact.completes_at, zone)} if nothing happens" if fact.completes_at else ""
            frozen = f", until {fact.frozen_by} is decided" if fact.frozen_by else ""
            frozen += f"; {fact.unseen_by} does not speak of all its days yet" if fact.unseen_by else ""
            since = time_in_words(fact.counted_from, zone)
            return f"stability period of {fact.phase} {fact.status} from {since}{moved_by}{frozen}{ends}"
        case effects.StabilityCompleted():
            return f"stability period of {fact.phase} kept"
        case facts.StabilityReversed():
            return f"stability period of {fact.phase} determined as not kept: {fact.reason}"
        case facts.StabilityReversalTakenBack():
            reversal = f"reversal of the stability period of {fact.phase} (entry {fact.entry})"
            return f"{reversal} taken back: {fact.reason}"
        case effects.CommitmentChanged():
            because = f" because of {fact.because}" if fact.because else ""
            return f"commitment {fact.commitment} {fact.status.replace('_', ' ')}{because}"
        case effects.StallFound():
            since, horizon = time_in_words(fact.since, zone), time_in_words(fact.horizon_ends, zone)
            return f"{fact.party} STANDS STILL since {since}; the horizon is {horizon}"
        case effects.StallEnded():
            return f"{fact.party} stands still no more"
        case effects.ClockStruck():
            return f"clock {fact.clock} struck, due {time_in_words(fact.due_at, zone)}"
    assert_never(fact)
