"""Sentences on agreed dates."""

from __future__ import annotations

from rules import effects
from rules.language.plan import Plan
from rules.vocabulary.agreed_dates import OnAgreedDate


def agreed_date_sentence(fact: OnAgreedDate, plan: Plan) -> str:
    """The sentence of a fact on an agreed date."""
    match fact:
        case effects.DateAgreed():
            return f"the day {fact.date} is agreed: {fact.on} ({plan.time_zone})"
        case effects.AgreementMissed():
            return f"the day {fact.date} was not agreed on within its window; late: {', '.join(fact.parties)}"
