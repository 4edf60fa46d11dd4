"""Decisions on taking mistakes back. The fact stands with its noun; what rested on the mistake follows in `rules.reactions`."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from rules import acts as a
from rules.decisions.consents import consent_taken_back_fact
from rules.decisions.determinations import determination_taken_back_fact
from rules.decisions.members import admission_taken_back_fact
from rules.decisions.verification import return_taken_back_fact, verification_taken_back_fact
from rules.entries import Fact
from rules.program import Program
from rules.vocabulary import mistakes as m


def mistake_fact(program: Program, actor: a.Actor, deed: a.TakeBack, at: datetime) -> Fact:
    """The fact that a mistake is taken back. Raises Refusal."""
    match deed.mistake:
        case m.Verification(evidence=name):
            return verification_taken_back_fact(program, actor, name, deed.reason)
        case m.Return(evidence=name):
            return return_taken_back_fact(program, actor, name, deed.reason)
        case m.Determination() as determination:
            return determination_taken_back_fact(program, actor, determination, deed.reason, at)
        case m.Consented() as consent:
            return consent_taken_back_fact(program, actor, consent, deed.reason)
        case m.Admission(member=member):
            return admission_taken_back_fact(program, actor, member, deed.reason)
    assert_never(deed.mistake)
