"""Checks that several decisions share: names still free, times in the past, evidence that exists."""

from __future__ import annotations

from datetime import datetime

from rules.program import Program
from rules.refusals import Code, Refusal
from rules.times import time_in_words
from rules.vocabulary.evidence import Evidence


def check_free(program: Program, evidence: str) -> None:
    """Raises Refusal if the name is used: nothing recorded is overwritten."""
    if evidence in program.evidence:
        raise Refusal(
            Code.ID_TAKEN,
            f"There is evidence {evidence} already; nothing recorded is overwritten.",
            "a new id; withdraw the old evidence if it is to stand no more",
        )


def check_past(happened_at: datetime | None, at: datetime, zone: str) -> None:
    """Raises Refusal for a time in the future."""
    if happened_at is not None and happened_at > at:
        raise Refusal(
            Code.IN_THE_FUTURE,
            f"{time_in_words(happened_at, zone)} has not come yet; it is {time_in_words(at, zone)}.",
            "an instant that has passed",
        )


def check_since_start(program: Program, happened_at: datetime | None) -> None:
    """Raises Refusal for an act of the program dated before its start, since its dates would begin to run earlier."""
    if happened_at is not None and happened_at < program.started_at:
        zone = program.plan.time_zone
        began = time_in_words(program.started_at, zone)
        raise Refusal(
            Code.BEFORE_THE_START,
            f"{time_in_words(happened_at, zone)} lies before the program, which began on {began}.",
            "an instant since then; for what was so before, evidence without happened_at",
        )


def evidence_of(program: Program, evidence: str) -> Evidence:
    """A recorded piece of evidence. Raises Refusal."""
    if (piece := program.evidence.get(evidence)) is None:
        raise Refusal(
            Code.EVIDENCE_UNKNOWN,
            f"There is no evidence {evidence}.",
            "the id of recorded evidence",
        )
    return piece
