"""The fold of assessments: the newest of each assessor is kept."""

from __future__ import annotations

from rules import facts
from rules.entries import Entry, caused_by
from rules.fold.milestones import with_milestone
from rules.persistent_map import with_item
from rules.program import Program
from rules.vocabulary.assessments import Assessment


def fold_assessment(program: Program, entry: Entry, fact: facts.MilestoneAssessed) -> Program:
    """The program after an assessment."""
    said = Assessment(fact.grade, fact.means, fact.reason, caused_by(entry), entry.at)
    before = program.milestone(fact.milestone).assessments
    return with_milestone(program, fact.milestone, assessments=with_item(before, fact.assessor, said))
