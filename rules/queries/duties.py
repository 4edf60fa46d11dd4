"""Duties: who owes a milestone, and whose part of it is still missing."""

from __future__ import annotations

from rules.language.milestones import Measured
from rules.program import Program


def required_parties(program: Program, milestone: str, key: str) -> tuple[str, ...]:
    """The parties of whom each has to show its own; none where one showing is enough, whoever records it."""
    how = program.plan.milestones[milestone].shown_by[key]
    return () if isinstance(how, Measured) else how.by


def parties_shown(program: Program, milestone: str, key: str) -> tuple[str, ...]:
    """The parties that have recorded verified evidence for a showing which stands."""
    standing = program.milestone(milestone).shown.get(key, ())
    return tuple(dict.fromkeys(party for piece in standing if (party := program.evidence[piece].recorded_by.party)))


def parties_missing(program: Program, milestone: str, key: str) -> tuple[str, ...]:
    """The parties whose own part of a showing is asked for and not there."""
    if not (asked := required_parties(program, milestone, key)):
        return ()
    shown = parties_shown(program, milestone, key)
    return tuple(party for party in asked if party not in shown)


def parties_unrecorded(program: Program, milestone: str, key: str) -> tuple[str, ...]:
    """The parties that owe a milestone whose own part of a showing is neither there nor waits for a verifier."""
    owes, missing = program.plan.owed_by[milestone], parties_missing(program, milestone, key)
    if not missing or not (own := [party for party in owes if party in missing]):
        return ()
    pieces = (program.evidence[name] for name in program.unjudged)
    recorded = {piece.recorded_by.party for piece in pieces if piece.milestone == milestone and piece.shows == key}
    return tuple(party for party in own if party not in recorded)


def owed_recorders(program: Program, milestone: str, key: str) -> tuple[str, ...]:
    """Who owes evidence for a showing that is not there: whose own part has not been recorded; else all that owe the milestone.

    The part of somebody who owes nothing, as the word of the other side, is for those to get who owe the milestone.
    """
    return parties_unrecorded(program, milestone, key) or program.plan.owed_by[milestone]
