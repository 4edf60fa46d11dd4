"""The fold of milestones, their findings and determinations."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from rules import effects, facts
from rules.entries import Entry, NotFoldable, caused_by
from rules.persistent_map import with_item
from rules.program import Program
from rules.times import Interval
from rules.vocabulary.deadlines import Due, Extension
from rules.vocabulary.determinations import Decision, Vote
from rules.vocabulary.evidence import Evidence
from rules.vocabulary.findings import Finding
from rules.vocabulary.milestones import MilestoneState, MilestoneStatus, OnMilestone, Waiver


def with_milestone(program: Program, name: str, **changes: Any) -> Program:
    """The program with a milestone changed."""
    state = replace(program.milestone(name), **changes)
    return program.changed(milestones=with_item(program.milestones, name, state))


def _finding(entry: Entry, fact: effects.FindingMade) -> Finding:
    return Finding(
        outcome=fact.outcome,
        sentence=fact.sentence,
        proposes=fact.proposes,
        made_at=fact.effective_at,
        observable_until=fact.observable_until,
        unknown=fact.unknown,
        by=fact.by,
        entry=entry.seq,
    )


def fold_milestone(program: Program, entry: Entry, fact: OnMilestone) -> Program:  # noqa: C901, PLR0912  one arm a fact
    """The program after a fact on a milestone, or a finding."""
    match fact:
        case effects.FindingMade(stability=str(phase)):
            kept = replace(program.stability[phase], finding=_finding(entry, fact))
            return program.changed(stability=with_item(program.stability, phase, kept))
        case effects.FindingMade():
            state = program.milestone(fact.milestone or "")
            again = state.finding is not None and state.finding.outcome is fact.outcome
            found_at = state.found_at if again else with_item(state.found_at, str(fact.outcome), fact.effective_at)
            made = _new_finding(_finding(entry, fact), state.finding)
            return with_milestone(program, fact.milestone or "", finding=made, found_at=found_at, votes={})
        case facts.ObservationMade():
            found = program.milestone(fact.milestone).finding
            return with_milestone(
                program, fact.milestone, finding=_with_observer(program, entry, fact, found) if found else None
            )
        case facts.MilestoneDetermined():
            return _fold_determination(program, entry, fact)
        case facts.VoteCast():
            cast = with_item(program.milestone(fact.milestone).votes, caused_by(entry).party or "", _vote(entry, fact))
            return with_milestone(program, fact.milestone, votes=cast)
        case facts.DeterminationTakenBack():
            return _undo_determination(program, fact)
        case effects.DeadlineSet():
            due = Due(fact.anchored_at, fact.due_original, fact.due_revised)
            if before := program.milestone(fact.milestone).due:
                due = replace(due, extended=before.extended, kept=before.kept, missed_original=before.missed_original)
            return with_milestone(program, fact.milestone, due=due)
        case effects.DeadlineExtended():
            if (due_before := program.milestone(fact.milestone).due) is None:
                raise NotFoldable(f"{fact.milestone} has no due date to extend")
            extended = replace(due_before, extended=Extension(fact.to, fact.effective_at), missed_at=None)
            return with_milestone(program, fact.milestone, due=extended)
        case effects.MilestoneWaived():
            waiver = Waiver(fact.proposal, fact.effective_at, fact.until)
            return with_milestone(program, fact.milestone, waived=waiver)
        case effects.MilestoneFinal():
            return with_milestone(program, fact.milestone, final_at=fact.effective_at)
        case effects.ReliefChanged():
            return with_milestone(program, fact.milestone, relieved=fact.relieved)
        case effects.MilestoneDeclined():
            return _fold_decline(program, fact)
        case effects.WaiverExpired():
            due_then = program.milestone(fact.milestone).due
            due_then = due_then and _due_after_waiver(due_then, fact.effective_at)
            return with_milestone(program, fact.milestone, waived=None, due=due_then, owed_again_at=fact.effective_at)
        case effects.DeadlineMissed():
            due_now = program.milestone(fact.milestone).due
            return with_milestone(program, fact.milestone, due=_missed_due(program, due_now, fact) if due_now else None)


def _decision(state: MilestoneState, entry: Entry, fact: facts.MilestoneDetermined) -> Decision:
    one = None if entry.actor is None else {entry.actor.party or "": _vote(entry, fact)}
    return Decision(
        outcome=fact.outcome,
        at=fact.effective_at,
        reason=fact.reason,
        entry=entry.seq,
        made_by={} if fact.automatically else one or state.votes,
        finding=fact.finding,
        observations=fact.observations or (),
    )


def _fold_determination(program: Program, entry: Entry, fact: facts.MilestoneDetermined) -> Program:
    achieved = fact.outcome == "achieved"
    grade = fact.share if fact.grade is None else Decimal(fact.grade)
    state = program.milestone(fact.milestone)
    return with_milestone(
        program,
        fact.milestone,
        status=MilestoneStatus(fact.outcome),
        achieved_at=fact.effective_at if achieved else None,
        happened_at=fact.happened_at if achieved else None,
        grade=grade or None,
        decision=_decision(state, entry, fact),
        before=replace(state, before=None),
        owed_again_at=state.owed_again_at if achieved else fact.effective_at,
        votes={},
        reversals=_reversals(state, fact),
        due=_due_after(program, state, fact),
    )


def _fold_decline(program: Program, fact: effects.MilestoneDeclined) -> Program:
    """A declined milestone. A date missed before stays missed; later ones cannot be."""
    due = program.milestone(fact.milestone).due
    if due is not None:
        late = due.is_late_originally(fact.effective_at, _opened_at(program, fact.milestone))
        due = replace(due, kept=True, missed_original=late)
    return with_milestone(
        program,
        fact.milestone,
        status=MilestoneStatus.DECLINED,
        declined_at=fact.effective_at,
        waived=None,
        grade=None,
        votes={},
        before=None,
        finding=None,
        due=due,
    )


def _vote(entry: Entry, fact: facts.VoteCast | facts.MilestoneDetermined) -> Vote:
    return Vote(
        outcome=fact.outcome,
        grade=fact.grade,
        share=fact.share,
        reason=fact.reason,
        considered=fact.considered or {},
        at=fact.effective_at,
        entry=entry.seq,
        by=caused_by(entry).person,
    )


def _undo_determination(program: Program, fact: facts.DeterminationTakenBack) -> Program:
    """A milestone as it was before its newest determination. Its finding is removed, so that it is made again."""
    state = program.milestone(fact.milestone)
    if (before := state.before) is None:
        raise NotFoldable(f"no determination of {fact.milestone} stands")
    owed_since_it = state.owed_again_at == state.determined_at
    held_by_mistake = state.status is MilestoneStatus.ACHIEVED
    program = with_milestone(
        program,
        fact.milestone,
        status=before.status,
        achieved_at=before.achieved_at,
        happened_at=before.happened_at,
        grade=before.grade,
        decision=before.decision,
        votes={},
        before=None,
        owed_again_at=fact.effective_at if held_by_mistake else before.owed_again_at if owed_since_it else state.owed_again_at,
        reversals=before.reversals,
        due=_due_before(state, before, fact.effective_at),
        finding=None,
    )
    if before.status is not MilestoneStatus.NOT_STARTED:
        return program
    recorded = [piece.recorded_at for piece in program.evidence.values() if _shows(program, piece, fact.milestone)]
    if not recorded:
        return program
    return with_milestone(program, fact.milestone, status=MilestoneStatus.SUBMITTED, first_recorded_at=min(recorded))


def _shows(program: Program, piece: Evidence, milestone: str) -> bool:
    """Whether a piece of evidence, or a figure of a measured indicator, is for a milestone."""
    if piece.measurement is None:
        return piece.milestone == milestone
    return any(name == milestone for name, _, _ in program.plan.measured.get(piece.measurement.indicator, ()))


def _due_before(state: MilestoneState, before: MilestoneState, at: datetime) -> Due | None:
    """The due date after a determination was taken back. Nobody becomes late by somebody else's mistake."""
    due, was = state.due, before.due
    if due is None:
        return None
    if before.status is MilestoneStatus.ACHIEVED:  # as if it had been achieved throughout
        missed_at, missed_original, kept = (was.missed_at, was.missed_original, was.kept) if was else (None, False, False)
        return replace(due, missed_at=missed_at, missed_original=missed_original, kept=kept)
    if state.status is MilestoneStatus.ACHIEVED:  # whoever owes it could rely on the achievement
        passed = due.revised is not None and due.revised <= at and due.missed_at is None
        return replace(due, missed_original=was.missed_original if was else False, kept=due.kept or passed)
    return due


def _reversals(state: MilestoneState, fact: facts.MilestoneDetermined) -> tuple[Interval, ...]:
    if fact.outcome == "reversed":
        return (*state.reversals, (fact.effective_at, None))
    if fact.outcome == "achieved" and state.reversals and state.reversals[-1][1] is None:
        return (*state.reversals[:-1], (state.reversals[-1][0], fact.effective_at))
    return state.reversals


def _due_after_waiver(due: Due, at: datetime) -> Due:
    """The due date when a waiver ends: no earlier than that, unless it was missed before."""
    if due.missed_at is not None or (due.revised is not None and due.revised >= at):
        return due
    return replace(due, extended=Extension(at, at))


def _new_finding(finding: Finding, before: Finding | None) -> Finding:
    if finding.by is None:
        return finding
    return replace(finding, of_evidence=before.shown if before else None)


def _with_observer(program: Program, entry: Entry, fact: facts.ObservationMade, finding: Finding) -> Finding:
    """The finding after an observation of one who owes the milestone. A body's observation counts for its members."""
    owes, who = program.plan.owed_by[fact.milestone], entry.actor.party if entry.actor else None
    heard = {*finding.heard, who} if who in owes else set(owes)
    if heard.issuperset(owes):
        return _with_observation(finding, entry)
    return replace(finding, heard=tuple(party for party in owes if party in heard))


def _with_observation(finding: Finding, entry: Entry) -> Finding:
    """The finding after an observation, which also counts for the finding on the evidence below a preliminary one."""
    shown = finding.of_evidence and _with_observation(finding.of_evidence, entry)
    said = (*finding.observations, entry.seq)
    return replace(finding, observed=True, observed_at=entry.at, of_evidence=shown, observations=said)


def _missed_due(program: Program, due: Due, fact: effects.DeadlineMissed) -> Due:
    late = due.is_late_originally(fact.effective_at, _opened_at(program, fact.milestone))
    return replace(due, missed_at=fact.effective_at, missed_original=late)


def _opened_at(program: Program, milestone: str) -> datetime | None:
    return program.phase(program.plan.phase_of[milestone]).opened_at


def _due_after(program: Program, state: MilestoneState, fact: facts.MilestoneDetermined) -> Due | None:
    """The due date after a determination; a kept or missed date stays so."""
    due = state.due
    if due is None:
        return None
    if fact.outcome == "achieved":
        late = due.is_late_originally(fact.effective_at, _opened_at(program, fact.milestone))
        return replace(due, missed_original=late)
    # An achievement that stood on the due date was in time, even if it falls later.
    was_due = due.revised is not None and due.revised <= fact.effective_at
    return replace(due, kept=True) if was_due and state.status is MilestoneStatus.ACHIEVED else due
