"""Decisions on reports between parent and child programs. A report older than the recorded one changes nothing."""

from __future__ import annotations

from rules import acts as a
from rules import facts
from rules.entries import Fact
from rules.field_types import did_you_mean
from rules.program import Program
from rules.refusals import Code, Refusal


def child_report_fact(program: Program, deed: a.ReportChild) -> Fact | None:
    """The fact of a child's report; None if it is not new. Raises Refusal."""
    if (child := program.children.get(deed.program)) is None:
        raise Refusal(
            Code.FAMILY_UNKNOWN,
            f"{deed.program} is no child program that has been opened.",
            did_you_mean(deed.program, program.children),
        )
    before = child.report
    if before is not None and deed.child_seq <= before.child_seq:
        return None
    if before is not None and (before.standing, before.milestones) == (deed.standing, deed.milestones):
        return None
    return facts.ChildReported(**{**dict(deed), "kind": "child_reported"})


def parent_report_fact(program: Program, deed: a.ReportParent) -> Fact | None:
    """The fact of the parent's report; None if it is not new. Raises Refusal."""
    if (parent := program.parent) is None:
        raise Refusal(Code.FAMILY_UNKNOWN, "The program has no parent.", "a report to a child program")
    if deed.parent_seq <= parent.seq or deed.holds is parent.holds:
        return None
    return facts.ParentReported(**{**dict(deed), "kind": "parent_reported"})
