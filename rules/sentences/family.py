"""Sentences on child programs and the parent."""

from __future__ import annotations

from typing import assert_never

from rules import effects, facts
from rules.vocabulary.family import OnFamily


def family_sentence(fact: effects.ProgramFrozen | effects.ProgramThawed | OnFamily) -> str:
    """The sentence of a fact on child programs or the parent."""
    match fact:
        case effects.ProgramFrozen():
            return f"program FROZEN: {fact.reason}"
        case effects.ProgramThawed():
            return "program goes on with its parent"
        case effects.ChildOpened():
            return f"child program {fact.program} OPEN"
        case facts.ChildReported():
            held = [one.milestone for one in fact.milestones if one.counts]
            return f"child program {fact.program} reports: {fact.standing}; achieved: {', '.join(held) or 'nothing'}"
        case facts.ParentReported():
            return fact.reason
    assert_never(fact)
