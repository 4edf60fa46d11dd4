"""Sentences on evidence and figures."""

from __future__ import annotations

from typing import assert_never

from rules import effects, facts
from rules.language.plan import Plan
from rules.times import local_time
from rules.vocabulary.evidence import OnEvidence


def evidence_sentence(fact: OnEvidence, plan: Plan) -> str:
    """The sentence of a fact on evidence or a figure."""
    match fact:
        case facts.EvidenceRecorded():
            when = f", happened on {local_time(fact.happened_at, plan.time_zone)}" if fact.happened_at else ""
            return f"evidence {fact.evidence} recorded for {fact.milestone}.{fact.shows}{when}{_unfiled(fact.filed)}"
        case facts.MeasurementRecorded():
            figure = f"{fact.value:f} {fact.unit} in {fact.period}"
            read = f"({fact.producer}, {fact.edition})"
            revises = f", revises {fact.revises}: {str(fact.cause).replace('_', ' ')}" if fact.revises else ""
            return f"figure {fact.measurement} recorded: {fact.indicator} {figure} {read}{revises}{_unfiled(fact.filed)}"
        case facts.EvidenceVerified():
            seen = f", its document seen at: {fact.seen_at}" if fact.seen_at else ""
            return f"evidence {fact.evidence} verified{seen}"
        case facts.DocumentFiled():
            return f"the document of evidence {fact.evidence} filed"
        case effects.FigureAccepted():
            return f"figure {fact.measurement} counts as check {fact.check} has read it"
        case facts.EvidenceReturned():
            return f"evidence {fact.evidence} returned: {fact.reason}"
        case facts.EvidenceWithdrawn():
            return f"evidence {fact.evidence} withdrawn: {fact.reason}"
        case facts.VerificationTakenBack():
            return f"verification of evidence {fact.evidence} (entry {fact.entry}) taken back: {fact.reason}"
        case facts.ReturnTakenBack():
            return f"return of evidence {fact.evidence} (entry {fact.entry}) taken back: {fact.reason}"
    assert_never(fact)


def _unfiled(filed: bool | None) -> str:  # noqa: FBT001  as the fact has it
    return ", its document not filed" if filed is False else ""
