"""The judgement on one showing of a milestone: its truth value and a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from rules.truth import Truth
from rules.vocabulary.unknown import Unknown, Why


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether something is shown, and a sentence that says why, or what is missing.

    `unknown` is of which kind it is that a figure tells nothing.
    """

    outcome: Truth
    sentence: str
    unknown: Why | None = None


def not_known(unknown: Unknown) -> Judgement:
    return Judgement(Truth.INDETERMINATE, unknown.sentence, unknown.why)
