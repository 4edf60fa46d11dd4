"""The fold of agreed dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from rules import effects
from rules.entries import Entry
from rules.language.plan import Plan
from rules.persistent_map import with_item
from rules.program import Program
from rules.vocabulary.agreed_dates import AgreedDay, OnAgreedDate


def fold_agreed_date(program: Program, _: Entry, fact: OnAgreedDate) -> Program:
    """The program after a day was agreed on, or its window closed."""
    before = program.agreed_dates.get(fact.date, AgreedDay())
    match fact:
        case effects.DateAgreed():
            original = before.original or fact.on
            now = replace(before, on=fact.on, begins_at=fact.begins_at, original=original, agreed_at=fact.effective_at)
        case effects.AgreementMissed():
            first = before.missed_original_at or fact.effective_at
            now = replace(before, parties=fact.parties, missed_at=fact.effective_at, missed_original_at=first)
    return program.changed(agreed_dates=with_item(program.agreed_dates, fact.date, now))


def under_plan(program: Program, plan: Plan) -> Mapping[str, AgreedDay]:
    """The agreed dates under a new text: a window that it moves is open again, and earlier misses stay recorded."""
    kept = {name: day for name, day in program.agreed_dates.items() if name in plan.agreed_dates}
    return {
        name: replace(day, missed_at=None) if program.plan.agreed_dates[name].edges != plan.agreed_dates[name].edges else day
        for name, day in kept.items()
    }
