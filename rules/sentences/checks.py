"""Sentences on checks."""

from __future__ import annotations

from typing import assert_never

from rules import facts
from rules.vocabulary.checks import OnCheck


def check_sentence(fact: OnCheck) -> str:
    """The sentence of a fact on a check."""
    match fact:
        case facts.CheckReported():
            edition = f", edition {fact.edition}" if fact.edition else ""
            return f"check {fact.check} reports: {fact.outcome.replace('_', ' ')}{edition}. {fact.sentence}"
        case facts.CheckPaused():
            return f"check {fact.check} paused: {fact.reason}"
        case facts.CheckResumed():
            return f"check {fact.check} resumed: {fact.reason}"
    assert_never(fact)
