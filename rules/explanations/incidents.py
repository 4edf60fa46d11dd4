"""Explanation of an incident that nobody is able to decide."""

from __future__ import annotations

from rules.explanations.reasons import names_in_words
from rules.program import Program
from rules.queries.incidents import deciders
from rules.vocabulary.incidents import Incident


def undecidable(program: Program, incident: Incident) -> str:
    """A sentence for an incident attributed to everybody who could decide it, with the remedy; empty for others."""
    if deciders(program, incident):
        return ""
    blamed = names_in_words(program, tuple(who for who in program.plan.deciders if who in incident.blamed))
    return f" Nobody may decide it while {blamed} are blamed in it: an account of it that does so has to be taken back."
