"""Sentences on incidents and their accounts."""

from __future__ import annotations

from typing import assert_never

from rules import facts
from rules.language.plan import Plan
from rules.times import time_in_words
from rules.vocabulary.incidents import OnIncident
from rules.vocabulary.testimony import AccountGiven, AccountTakenBack


def incident_sentence(fact: OnIncident, plan: Plan) -> str:
    """The sentence of a fact on an incident."""
    match fact:
        case facts.IncidentReported():
            by = f", attributed to {fact.attributed_to}" if fact.attributed_to else ""
            when = time_in_words(fact.happened_at, plan.time_zone)
            when += f", or until {time_in_words(fact.happened_until, plan.time_zone)}" if fact.happened_until else ""
            return f"incident {fact.incident} reported: {fact.severity} {fact.incident_kind} at {fact.place} on {when}{by}"
        case facts.IncidentConfirmed():
            by = f", attributed to {fact.attributed_to}" if fact.attributed_to else ""
            return f"incident {fact.incident} confirmed as {fact.severity}{by}: {fact.reason}"
        case facts.IncidentContested():
            return f"incident {fact.incident} contested: {fact.reason}"
        case facts.IncidentDismissed():
            return f"incident {fact.incident} dismissed: {fact.reason}"
        case facts.IncidentResolved():
            return f"incident {fact.incident} resolved on {time_in_words(fact.resolved_at, plan.time_zone)}: {fact.reason}"
        case facts.IncidentCorrected():
            by = f", attributed to {fact.attributed_to}" if fact.attributed_to else ""
            said = (
                f"{fact.severity} {fact.incident_kind} at {fact.place} on {time_in_words(fact.happened_at, plan.time_zone)}{by}"
            )
            return f"incident {fact.incident} corrected (entry {fact.entry}): {said}; {fact.reason}"
        case AccountGiven():
            against = f", against {', '.join(fact.conflicts_with)}" if fact.conflicts_with else ""
            return (
                f"account {fact.account} of incident {fact.incident} given: {fact.severity}{against}; {_state_in_words(fact)}"
            )
        case AccountTakenBack():
            return f"account {fact.account} of incident {fact.incident} taken back: {fact.reason}; {_state_in_words(fact)}"
    assert_never(fact)


def _state_in_words(fact: AccountGiven | AccountTakenBack) -> str:
    return f"it is {fact.stands.status}{', and in question' if fact.stands.questioned else ''}"
