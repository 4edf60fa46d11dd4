"""Sentences on phases and their gates."""

from __future__ import annotations

from typing import assert_never

from rules import effects, facts


def phase_sentence(
    fact: effects.GateChanged
    | facts.PhaseAdvanced
    | effects.PhaseOpened
    | effects.PhaseCompleted
    | effects.PhaseReopened
    | effects.PhaseSteppedBack
    | effects.PhaseClosed
    | effects.WarningGiven
    | facts.ConsentGiven
    | facts.ConsentTakenBack,
) -> str:
    """The sentence of a fact on a phase."""
    match fact:
        case effects.GateChanged():
            return f"{fact.gate} gate of {fact.phase} {'met' if fact.met else 'closed'}"
        case facts.PhaseAdvanced():
            return f"phase {fact.phase} advanced"
        case effects.PhaseOpened():
            return f"phase {fact.phase} OPEN"
        case effects.PhaseCompleted():
            return f"phase {fact.phase} COMPLETE"
        case effects.PhaseReopened():
            return f"phase {fact.phase} open again"
        case effects.PhaseClosed():
            return f"phase {fact.phase} CLOSED for good"
        case effects.PhaseSteppedBack():
            return f"phase {fact.phase} stepped back and waits"
        case effects.WarningGiven():
            return f"warning on {fact.phase}: {fact.sentence}"
        case facts.ConsentGiven():
            return f"{fact.party} consents to the {fact.to or 'opening'} of {fact.phase}"
        case facts.ConsentTakenBack():
            consent = f"consent to the {fact.to or 'opening'} of {fact.phase} (entry {fact.entry})"
            return f"{fact.party} takes back its {consent}: {fact.reason}"
    assert_never(fact)
