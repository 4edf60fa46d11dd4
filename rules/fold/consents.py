"""The fold of consents to the opening and completion of phases."""

from __future__ import annotations

from rules import facts
from rules.entries import Entry
from rules.persistent_map import with_item
from rules.program import Program
from rules.vocabulary.consents import OnConsent
from rules.vocabulary.phases import Gate


def fold_consent(program: Program, entry: Entry, fact: OnConsent) -> Program:
    """The program after a fact on a consent to a phase."""
    gate: Gate = "exit" if fact.to == "completion" else "entry"
    given = program.consented(fact.phase, gate)
    match fact:
        case facts.ConsentGiven():
            consented_in = with_item(program.consented_in, (fact.phase, gate, fact.party), entry.seq)
            program, given = program.changed(consented_in=consented_in), given | {fact.party}
        case facts.ConsentTakenBack():
            given -= {fact.party}
    if gate == "exit":
        return program.changed(completions=with_item(program.completions, fact.phase, given))
    return program.changed(consents=with_item(program.consents, fact.phase, given))
