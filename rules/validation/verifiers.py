"""Validation of verifiers and of votes: nobody alone verifies their own evidence, unless the plan says why."""

from __future__ import annotations

from collections.abc import Iterator

from rules.language.milestones import Measured, Milestone
from rules.language.plan import Plan
from rules.language.reading import Fault, Path


def verifier_faults(plan: Plan) -> Iterator[Fault]:
    """Milestones whose owner alone would verify its own evidence, and determinations that nobody can make."""
    for name, step in plan.milestones.items():
        at: Path = ("phases", plan.phase_of[name], "milestones", name)
        owes = plan.owed_by[name]
        if not step.verifies_itself:
            yield from _itself(at, step, owes)
        elif not {*step.verified_by} & {*owes, *step.party}:
            text = f"nobody who owes this verifies it; name {' or '.join(owes)} in verified_by, or leave verifies_itself out"
            yield Fault((*at, "verifies_itself"), text)
        yield from _determined((*at, "determined"), step)


def _itself(at: Path, step: Milestone, owes: tuple[str, ...]) -> Iterator[Fault]:
    itself = "verifies_itself says why that is so, where it is meant"
    if len(owes) == 1 and set(step.verified_by) == set(owes):
        message = f"this gate can never open: {owes[0]} owes it and would verify itself; {itself}"
        yield Fault((*at, "verified_by"), message)
    for key, how in step.shown_by.items():
        asked = () if isinstance(how, Measured) else how.by
        if alone := [party for party in asked if set(step.verified_by) == {party}]:
            does = "attests" if how.kind == "attestation" else "shows"
            message = f"this gate can never open: {alone[0]} {does} it and would verify itself; {itself}"
            yield Fault((*at, "shown_by", key), message)


def _determined(at: Path, step: Milestone) -> Iterator[Fault]:
    rule = step.determined
    if len(rule.by) > 1 and rule.agree is None:
        text = (
            f"{' and '.join(rule.by)} determine it: does any of them, or all, or how many? write agree: any, all, majority or 2"
        )
        yield Fault((*at, "by"), text)
    elif len(rule.by) < 2 and (rule.agree is not None or rule.weights):
        text = "agree and weights are for several that determine; name them all in by, those of a body too"
        yield Fault((*at, "agree" if rule.agree is not None else "weights"), text)
