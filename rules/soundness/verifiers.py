"""Who verifies: no party or body alone what is its own."""

from __future__ import annotations

from collections.abc import Iterator

from rules.language.milestones import Attestation
from rules.language.plan import Plan
from rules.language.reading import Fault


def verifiers(plan: Plan) -> Iterator[Fault]:
    """Milestones of which somebody alone would verify what it owes or attests itself."""
    for name, phase in plan.phases.items():
        for step_name, step in phase.milestones.items():
            if set(step.verified_by) == {step.party}:
                message = f"this gate can never open: {step.party} owes it and would verify itself"
                yield Fault(("phases", name, "milestones", step_name, "verified_by"), message)
            for key, how in step.shown_by.items():
                alone = set(step.verified_by) & set(how.by) if isinstance(how, Attestation) else set()
                if alone == set(step.verified_by) and len(alone) == 1:
                    message = f"this gate can never open: {', '.join(alone)} attests it and would verify itself"
                    yield Fault(("phases", name, "milestones", step_name, "shown_by", key), message)
