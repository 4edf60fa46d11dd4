"""Sentences on releases."""

from __future__ import annotations

from rules import dates
from rules.language.plan import Plan
from rules.vocabulary.releases import InstalmentCounted, OnRelease


def release_sentence(fact: OnRelease, plan: Plan) -> str:
    """The sentence of an effect on a release."""
    unit = plan.releases[fact.release].unit if fact.release in plan.releases else "(no longer in the plan)"
    if isinstance(fact, InstalmentCounted):
        return f"release {fact.release}: an instalment is {'earned' if fact.earned else 'not earned'}. {fact.because}"
    cure = f", to be cured by {dates.in_words(fact.cure_until, plan.time_zone)}" if fact.cure_until else ""
    return f"release {fact.release}: {fact.amount:f} {unit} from {fact.out_of} to {fact.into}{cure}. {fact.because}"
