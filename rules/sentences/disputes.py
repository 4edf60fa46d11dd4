"""Sentences on disputes and snapbacks."""

from __future__ import annotations

from typing import assert_never

from rules import dates, effects, facts
from rules.language.plan import Plan
from rules.times import time_in_words
from rules.vocabulary.disputes import OnDispute


def dispute_sentence(fact: OnDispute, plan: Plan) -> str:
    """The sentence of a fact on a dispute or a snapback."""
    zone = plan.time_zone
    match fact:
        case facts.DisputeRaised():
            about = f" about {fact.about}" if fact.about else ""
            until = dates.in_words(fact.until, zone)
            return f"dispute {fact.dispute}{about} raised before {fact.stage} until {until}: {fact.reason}"
        case facts.DisputeSettled():
            return f"dispute {fact.dispute} settled before {fact.stage}: {fact.outcome}"
        case facts.DisputeWithdrawn():
            return f"dispute {fact.dispute} withdrawn: {fact.reason}"
        case effects.DisputeReferred():
            return f"dispute {fact.dispute} referred to {fact.stage} until {dates.in_words(fact.until, zone)}"
        case effects.StageExtended():
            return f"dispute {fact.dispute} has more time where it lies, until {dates.in_words(fact.to, zone)}"
        case effects.DisputeUnsettled():
            return f"dispute {fact.dispute} is left unsettled by the last stage"
        case facts.SnapbackInvoked():
            return f"snapback {fact.snapback} invoked, in effect on {time_in_words(fact.takes_effect_at, zone)}: {fact.reason}"
        case effects.SnapbackTookEffect():
            return f"snapback {fact.snapback} IN EFFECT"
        case effects.SnapbackCounted():
            return f"what snapback {fact.snapback} ends lapses on {time_in_words(fact.takes_effect_at, zone)} unless it is kept"
        case effects.SnapbackAverted():
            return f"what snapback {fact.snapback} would end is kept, by proposal {fact.proposal}"
    assert_never(fact)
