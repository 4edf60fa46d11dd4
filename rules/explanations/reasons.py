"""The reason type: a sentence, who owes the next act, since when, and the earliest date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypeAlias

from rules.language.parties import JointBody, NonParty, Party
from rules.program import Program

Reason: TypeAlias = tuple[str, tuple[str, ...], datetime | None, datetime | None]
"""`rules.explanations.explain.Blocking` says what each of the four is."""


def names_in_words(program: Program, parties: Iterable[str]) -> str:
    """Parties and bodies by their titles."""
    plan = program.plan
    known: dict[str, Party | JointBody | NonParty] = {**plan.parties, **plan.bodies, **plan.non_parties}
    return " and ".join(known[party].name if party in known else party for party in parties)
