"""The fold of members: admitted, removed, and whether they have acted."""

from __future__ import annotations

from dataclasses import replace

from rules import facts
from rules.entries import Entry, caused_by
from rules.persistent_map import with_item
from rules.program import Program
from rules.vocabulary.members import Actor, Admitted, Member, OnMember


def fold_member(program: Program, entry: Entry, fact: OnMember) -> Program:
    """The program after a fact on a membership."""
    match fact:
        case facts.MemberAdmitted():
            admitted = with_item(program.admitted, fact.member, Admitted(entry.seq, caused_by(entry)))
            return program.changed(members=program.members | {fact.member}, admitted=admitted)
        case facts.MemberRemoved() | facts.AdmissionTakenBack():
            left = {member: admitted for member, admitted in program.admitted.items() if member != fact.member}
            return program.changed(members=program.members - {fact.member}, admitted=left)


def with_act(program: Program, actor: Actor | None) -> Program:
    """The program in which somebody has acted; the admission can then no longer be taken back by others."""
    if actor is None or not program.admitted:
        return program
    member = Member(person=actor.person, role=actor.role, party=actor.party)
    held = program.admitted.get(member)
    if held is None or held.has_acted:
        return program
    return program.changed(admitted=with_item(program.admitted, member, replace(held, has_acted=True)))
