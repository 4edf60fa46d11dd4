"""Validation of consents that can be taken back: the phase must ask for some."""

from __future__ import annotations

from collections.abc import Iterator

from rules.language.plan import Plan
from rules.language.reading import Fault


def consent_faults(plan: Plan) -> Iterator[Fault]:
    """Phases that allow taking consents back and require none."""
    for name, phase in plan.phases.items():
        if phase.consents_taken_back != "before_effect" and not any(plan.consents_asked[name]):
            message = "the phase asks for no consent; ask for one in entry or exit with consent: [PARTY], or leave this out"
            yield Fault(("phases", name, "consents_taken_back"), message)
