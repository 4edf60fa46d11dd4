"""Decisions on restricted evidence: whether it may be restricted, and who may read it."""

from __future__ import annotations

from rules import acts as a
from rules import facts
from rules.entries import Fact
from rules.field_types import did_you_mean
from rules.language.milestones import Milestone
from rules.program import Program
from rules.refusals import Code, Refusal
from rules.restriction import may_read
from rules.vocabulary.evidence import Evidence


def check_restriction(program: Program, actor: a.Actor, deed: a.RecordEvidence, step: Milestone) -> None:
    """Requires that the plan allows the restriction, and that somebody could still verify the evidence. Raises Refusal."""
    if deed.restricted_to is None:
        return
    if not getattr(step.shown_by[deed.shows], "may_be_restricted", False):
        raise Refusal(
            Code.NOT_FORESEEN,
            f"The plan does not foresee that {deed.shows} of {deed.milestone} is restricted.",
            "evidence that all may read",
        )
    for name in deed.restricted_to:
        if name not in program.plan.parties and name not in program.plan.bodies:
            raise Refusal(
                Code.PARTY_UNKNOWN,
                f"{name} is no party or body of the plan.",
                did_you_mean(name, [*program.plan.parties, *program.plan.bodies]),
            )
    others = [who for who in step.verified_by if who != actor.party]
    if not set(others).intersection(deed.restricted_to):
        raise Refusal(
            Code.WRONG_RESTRICTION,
            f"Nobody who may verify it for {deed.milestone} could read it.",
            f"evidence that {' or '.join(others)} may read too" if others else "evidence recorded by another party",
        )


def reading_fact(program: Program, actor: a.Actor, piece: Evidence) -> Fact:
    """The fact that restricted evidence is read. Raises Refusal."""
    if not piece.restricted_to:
        raise Refusal(Code.NOT_RESTRICTED, f"{piece.id} is open to all here.", "the ledger, where it stands")
    check_reader(program, actor, piece)
    return facts.EvidenceRead(evidence=piece.id)


def check_reader(program: Program, actor: a.Actor, piece: Evidence) -> None:
    """Raises Refusal unless the actor is an auditor or among the readers of the restricted evidence."""
    if not may_read(program, actor.person, piece):
        raise Refusal(
            Code.RESTRICTED,
            f"{piece.id} is kept to {', '.join(piece.restricted_to)} and auditors.",
            "somebody of these, or an auditor of the program",
        )
