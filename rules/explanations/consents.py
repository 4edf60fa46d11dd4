"""Consents that are owed. They can be given early, and are owed once a gate lacks nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rules import dates
from rules.language import criteria as c
from rules.program import Program
from rules.queries.anchors import occurred_at
from rules.queries.gates import judge_gate
from rules.truth import Truth
from rules.vocabulary.phases import Gate, PhaseStatus


def awaited_consents(program: Program, phase: str, at: datetime) -> tuple[str, ...]:
    """The parties whose consents are all that the next gate of a phase lacks."""
    criteria, asked, which = next_gate(program, phase)
    given = program.consented(phase, which)
    missing = tuple(party for party in asked if party not in given)
    if not missing or judge_gate(program, given, criteria, at) is Truth.MET:
        return ()
    return missing if judge_gate(program, {*asked, *given}, criteria, at) is Truth.MET else ()


def met_since(program: Program, phase: str, at: datetime) -> datetime:
    """Since when the other criteria of that gate are met, as far as they have a date."""
    outer = program.plan.phases[phase].within
    dates = [program.started_at, program.phase(phase).opened_at, program.phase(outer).opened_at if outer else None]
    criteria, _, _ = next_gate(program, phase)
    dates += [_since(program, leaf) for leaf in c.leaves(*criteria)]
    return max(date for date in dates if date is not None and date <= at)


def next_gate(program: Program, phase: str) -> tuple[Sequence[c.Criterion], tuple[str, ...], Gate]:
    """The criteria of a phase's next gate, the parties whose consent it needs, and which gate it is."""
    entry_asks, exit_asks = program.plan.consents_asked[phase]
    if program.phase(phase).status is PhaseStatus.WAITING:
        return program.plan.phases[phase].entry, entry_asks, "entry"
    return program.plan.exits[phase], exit_asks, "exit"


def consent_in_words(gate: Gate) -> str:
    """What a consent in a gate is to, in words."""
    return "opening" if gate == "entry" else "completion"


def _since(program: Program, leaf: c.Leaf) -> datetime | None:
    match leaf:
        case c.MilestoneAchieved(milestone=name):
            state = program.milestone(name)
            return state.achieved_at or (state.waived.since if state.waived else None)
        case c.OutcomeIs(outcome=asked):
            ended = program.milestone(asked.milestone)
            return ended.declined_at or ended.determined_at or (ended.waived.since if ended.waived else None)
        case c.MilestoneGraded(graded=c.Graded(milestone=name)):
            return program.milestone(name).determined_at
        case c.PhaseComplete(phase=name):
            return program.phase(name).completed_at
        case c.StabilityKept(stability=name):
            held = program.stability.get(name)
            return held.completed_at if held else None
        case c.CommitmentHolds(commitment=name):
            commitment = program.commitments.get(name)
            ends = [end for _, end in commitment.broken if end is not None] if commitment else []
            return max(ends, default=commitment.in_force_since if commitment else None)
        case c.NotBefore(not_before=after):
            since = occurred_at(program, after.from_)
            return dates.start_of_date(since, after.within, program.plan.time_zone) if since else None
        case _:
            return None
