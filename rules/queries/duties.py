"""Duties: who owes a milestone, and whose part of it is still missing."""

from __future__ import annotations

from rules.language.milestones import Measured
from rules.program import Program


def required_parties(program: Program, milestone: str, key: str) -> tuple[str, ...]:
    """The parties that each have to show their own part; empty where one showing by anybody is enough."""
    how = program.plan.milestones[milestone].shown_by[key]
    return () if isinstance(how, Measured) else how.by


def parties_shown(program: Program, milestone: str, key: str) -> tuple[str, ...]:
    """The parties with standing verified evidence for a showing."""
    standing = program.milestone(milestone).shown.get(key, ())
    return tuple(dict.fromkeys(party for piece in standing if (party := program.evidence[piece].recorded_by.party)))


def parties_missing(program: Program, milestone: str, key: str) -> tuple[str, ...]:
    """The parties whose own part of a showing is required and missing."""
    if not (asked := required_parties(program, milestone, key)):
        return ()
    shown = parties_shown(program, milestone, key)
    return tuple(party for party in asked if party not in shown)


def parties_unrecorded(program: Program, milestone: str, key: str) -> tuple[str, ...]:
    """The parties that owe a milestone and whose own part is neither verified nor waits for a verifier."""
    owes, missing = program.plan.owed_by[milestone], parties_missing(program, milestone, key)
    if not missing or not (own := [party for party in owes if party in missing]):
        return ()
    pieces = (program.evidence[name] for name in program.unjudged)
    recorded = {piece.recorded_by.party for piece in pieces if piece.milestone == milestone and piece.shows == key}
    return tuple(party for party in own if party not in recorded)


def owed_recorders(program: Program, milestone: str, key: str) -> tuple[str, ...]:
    """Who owes evidence for a missing showing: those whose own part is missing, or else all who owe the milestone.

    A part of somebody who owes nothing, such as the other side's word, is obtained by those who owe the milestone.
    """
    return parties_unrecorded(program, milestone, key) or program.plan.owed_by[milestone]
