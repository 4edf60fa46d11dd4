"""Parent and child programs: each has its own ledger, and they exchange reports.

Nothing is decided here. A report states how one program stands, and the other program's law judges it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias
from uuid import UUID, uuid5

from rules import acts as a
from rules.explanations.explain import blocking
from rules.explanations.milestones import missing_reason
from rules.language.criteria import MilestoneAchieved
from rules.language.parameters import recorded_plan
from rules.program import Program
from rules.queries.gates import judge_criterion
from rules.reactions.clocks import clocks
from rules.times import day_in_words
from rules.truth import Truth
from rules.vocabulary.milestones import MilestoneStatus
from rules.vocabulary.phases import PhaseStatus
from rules.vocabulary.standing import Standing

News: TypeAlias = tuple[str, tuple[tuple[str, str, bool], ...]]

LONGEST = 4000
"""Letters of a sentence in a report."""


def child_id(parent: UUID, name: str) -> UUID:
    """The id of a child program, derived from its parent and its name."""
    return uuid5(parent, name)


def child_start(parent_id: UUID, parent: Program, name: str) -> a.StartProgram:
    """The act that starts a child program as agreed, with the members of the parent that its plan has a place for."""
    rule, agreed = parent.plan.programs[name], parent.agreed[name]
    plan = recorded_plan(agreed.document, agreed.parameters)
    known = {None, *plan.parties, *plan.bodies}
    admitted = sorted(
        (member for member in parent.members if member.party in known),
        key=lambda member: (member.person, member.role, member.party or ""),
    )
    return a.StartProgram(
        document=agreed.document,
        parameters=agreed.parameters,
        title=rule.title,
        members=tuple(dict.fromkeys((*admitted, *agreed.members))),
        programs=agreed.programs,
        parent=a.Parent(program=str(parent_id), name=name, when_suspended=rule.when_suspended),
    )


def holds_back(parent: Program, name: str) -> bool:
    """Whether a program holds a child back: it is suspended, or the phase that opened the child waits again."""
    rule = parent.plan.programs[name]
    if rule.when_suspended == "leave" or parent.ended_at is not None:
        return False
    return parent.standing is not Standing.RUNNING or parent.phase(rule.opened_in).status is PhaseStatus.WAITING


def parent_report(parent: Program, head: bytes, name: str) -> a.ReportParent:
    """The report of a parent to its child."""
    if not holds_back(parent, name):
        reason = f"The parent program, {parent.title}, goes on."
    elif parent.standing is Standing.RUNNING:
        opened_in = parent.plan.phases[parent.plan.programs[name].opened_in]
        reason = f"In the parent program, {parent.title}, the phase {opened_in.title} has stepped back."
    else:
        since = day_in_words(parent.suspensions[-1][0], parent.plan.time_zone)
        reason = f"The parent program, {parent.title}, is {parent.standing} since {since}."
    return a.ReportParent(parent_seq=parent.seq, parent_head=head.hex(), holds=holds_back(parent, name), reason=reason)


def child_news(child: Program) -> News:
    """The part of a child's state that its parent must be told: its standing and its determined milestones.

    Evidence that waits for a decision is left out, so most acts of a child cost its parent nothing.
    """
    return child.standing, tuple(decided for name in child.milestones if (decided := _is_decided(child, name)))


def has_news(before: Program, after: Program) -> bool:
    """Whether a child's change must be reported to its parent."""
    if before.standing is not after.standing:
        return True
    return before.milestones is not after.milestones and any(
        state is not before.milestone(name) and _is_decided(before, name) != _is_decided(after, name)
        for name, state in after.milestones.items()
    )


def _is_decided(child: Program, milestone: str) -> tuple[str, str, bool] | None:
    status, counts = child.milestone(milestone).status, _counts(child, milestone)
    undecided = status in (MilestoneStatus.NOT_STARTED, MilestoneStatus.SUBMITTED)
    return None if undecided and not counts else (milestone, status, counts)


def _counts(child: Program, milestone: str) -> bool:
    return judge_criterion(child, (), MilestoneAchieved(milestone=milestone), child.at) is Truth.MET


def child_report(child_program: UUID, child: Program, head: bytes, name: str) -> a.ReportChild:
    """The report of the child `name` to its parent, a function of the child's state alone."""
    blocks = blocking(child, child.at)
    running = clocks(child)
    return a.ReportChild(
        program=name,
        child=str(child_program),
        child_seq=child.seq,
        child_head=head.hex(),
        standing=child.standing.value,
        milestones=tuple(_milestones(child)),
        lacks=blocks[0].sentence[:LONGEST] if blocks else None,
        owes=blocks[0].owes if blocks else (),
        next_due=running[0].due_at if running else None,
    )


def _milestones(child: Program) -> Iterator[a.MilestoneReported]:
    """The milestones that are touched, or owed in their phase."""
    for name in child.plan.milestones:
        state = child.milestone(name)
        waits = child.phase(child.plan.phase_of[name]).status is PhaseStatus.WAITING
        counts = _counts(child, name)
        if waits and state.status is MilestoneStatus.NOT_STARTED and not counts:
            continue
        sentence, owes = (None, ()) if counts else missing_reason(child, name, child.at)
        yield a.MilestoneReported(
            milestone=name,
            status=state.told,
            counts=counts,
            achieved_at=state.achieved_at,
            sentence=sentence[:LONGEST] if sentence else None,
            owes=owes,
        )
