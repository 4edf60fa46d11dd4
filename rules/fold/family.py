"""The fold of reports between parent and child programs."""

from __future__ import annotations

from dataclasses import replace

from rules import effects, facts
from rules.entries import Entry, NotFoldable
from rules.persistent_map import with_item
from rules.program import Program
from rules.vocabulary.family import Child, OnFamily


def fold_family(program: Program, entry: Entry, fact: OnFamily) -> Program:
    """The program after a fact on a child program or on its parent."""
    match fact:
        case effects.ChildOpened():
            child = Child(opened_at=fact.effective_at)
            return program.changed(children=with_item(program.children, fact.program, child))
        case facts.ChildReported():
            child = replace(program.children[fact.program], report=fact, reported_at=entry.at)
            return program.changed(children=with_item(program.children, fact.program, child))
        case facts.ParentReported() if program.parent is not None:
            parent = replace(program.parent, seq=fact.parent_seq, holds=fact.holds, reason=fact.reason)
            return program.changed(parent=parent)
        case facts.ParentReported():
            raise NotFoldable("a program without a parent heard of one")
