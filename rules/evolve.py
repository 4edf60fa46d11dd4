"""The fold of a program: `evolve` applies one entry to the state. Entries say what changed; nothing is decided again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeAlias, assert_never, get_args

from rules import effects, facts
from rules.entries import Entry, Fact, NotFoldable
from rules.fold.agreed_dates import fold_agreed_date
from rules.fold.amendments import fold_amendment
from rules.fold.assessments import fold_assessment
from rules.fold.checks import fold_check
from rules.fold.consents import fold_consent
from rules.fold.disputes import fold_dispute
from rules.fold.evidence import fold_evidence
from rules.fold.family import fold_family
from rules.fold.incidents import fold_incident
from rules.fold.members import fold_member, with_act
from rules.fold.milestones import fold_milestone
from rules.fold.phases import fold_phase, fold_stability, fold_standing
from rules.fold.proposals import fold_proposal
from rules.fold.releases import fold_release
from rules.language.parameters import recorded_plan
from rules.persistent_map import with_item
from rules.program import Program
from rules.vocabulary.agreed_dates import OnAgreedDate
from rules.vocabulary.amendments import Version
from rules.vocabulary.checks import OnCheck
from rules.vocabulary.commitments import CommitmentState
from rules.vocabulary.consents import OnConsent
from rules.vocabulary.disputes import OnDispute
from rules.vocabulary.evidence import OnEvidence
from rules.vocabulary.family import OnFamily, ParentState
from rules.vocabulary.incidents import OnIncident
from rules.vocabulary.members import OnMember
from rules.vocabulary.milestones import OnMilestone
from rules.vocabulary.phases import OnPhase
from rules.vocabulary.proposals import OnProposal
from rules.vocabulary.releases import OnRelease
from rules.vocabulary.stability import OnStability
from rules.vocabulary.stalls import Stall
from rules.vocabulary.standing import OnStanding

Rest: TypeAlias = (
    facts.ProgramStarted
    | facts.PhaseAdvanced
    | facts.EvidenceRead
    | facts.MilestoneAssessed
    | facts.AttemptRefused
    | effects.ClockStruck
    | effects.CommitmentChanged
    | effects.WarningGiven
    | effects.StallFound
    | effects.StallEnded
    | effects.PlanAmended
)
"""Facts that change one field of a program, or none."""


def fold(entries: Iterable[Entry]) -> Program | None:
    """The state after entries; None for none. Raises NotFoldable."""
    program: Program | None = None
    for entry in entries:
        program = evolve(program, entry)
    return program


def evolve(program: Program | None, entry: Entry) -> Program:
    """The state after one more entry. Raises NotFoldable."""
    fact = entry.fact
    if program is None:
        if not isinstance(fact, facts.ProgramStarted) or entry.seq != 1:
            raise NotFoldable("the first entry of a program starts it")
        return _fold_start(entry, fact)
    if entry.seq != program.seq + 1:
        raise NotFoldable(f"entry {entry.seq} does not follow entry {program.seq}")
    after = _fold_fact(program, entry, fact)
    if not isinstance(fact, facts.AttemptRefused):
        after = with_act(after, entry.actor)
    return after.changed(
        active=_with_activity(after, entry),
        seq=entry.seq,
        at=entry.at,
        settled_to=_at_time(program, entry),
    )


def _at_time(program: Program, entry: Entry) -> datetime:
    # A refused attempt does not advance the settled time, so later clocks still strike at their own time.
    match entry.fact:
        case effects.ClockStruck(due_at=due):
            return max(program.settled_to, due)
        case facts.AttemptRefused():
            return program.settled_to
        case _:
            return entry.at if entry.actor is not None else program.settled_to


def _with_activity(program: Program, entry: Entry) -> Mapping[str, datetime]:
    """The state with the time at which the party last did something that counts as activity."""
    party = entry.actor.party if entry.actor else None
    rule = program.plan.inactivity.get(party or "")
    if party is None or rule is None or entry.fact.kind not in rule.qualifying:
        return program.active
    return with_item(program.active, party, entry.at)


def _fold_start(entry: Entry, fact: facts.ProgramStarted) -> Program:
    return Program(
        plan=recorded_plan(fact.document, fact.parameters),
        version=Version(fact.document, fact.parameters),
        plan_sha256=fact.plan_sha256,
        title=fact.title,
        started_at=entry.at,
        seq=1,
        at=entry.at,
        settled_to=entry.at,
        members=frozenset(fact.members),
        agreed=fact.programs or {},
        parent=ParentState(fact.parent) if fact.parent else None,
    )


def _fold_fact(program: Program, entry: Entry, fact: Fact) -> Program:
    after = _AFTER.get(type(fact), _fold_rest)
    return after(program, entry, fact)


_AFTER: Mapping[type, Callable[[Program, Entry, Any], Program]] = {
    kind: after
    for kinds, after in (
        (OnEvidence, fold_evidence),
        (OnCheck, fold_check),
        (OnIncident, fold_incident),
        (OnMilestone, fold_milestone),
        (OnAgreedDate, fold_agreed_date),
        (OnStability, fold_stability),
        (OnPhase, fold_phase),
        (OnRelease, fold_release),
        (OnProposal, fold_proposal),
        (OnDispute, fold_dispute),
        (OnStanding, fold_standing),
        (OnFamily, fold_family),
        (OnConsent, fold_consent),
        (OnMember, fold_member),
    )
    for kind in get_args(kinds)
}


def _fold_rest(program: Program, entry: Entry, fact: Rest) -> Program:
    match fact:
        case facts.ProgramStarted():
            raise NotFoldable("a program is started once")
        case effects.CommitmentChanged():
            failing, lifted = fact.failing or (), fact.relieved or ()
            state = CommitmentState(fact.status, fact.in_force_since, fact.because, fact.broken, failing, lifted)
            return program.changed(commitments=with_item(program.commitments, fact.commitment, state))
        case effects.StallFound():
            stall = Stall(fact.since, fact.horizon_ends)
            return program.changed(stalls=with_item(program.stalls, fact.party, stall))
        case effects.StallEnded():
            return program.changed(stalls={who: stall for who, stall in program.stalls.items() if who != fact.party})
        case effects.PlanAmended():
            return fold_amendment(program, fact)
        case facts.MilestoneAssessed():
            return fold_assessment(program, entry, fact)
        case (
            facts.EvidenceRead()
            | facts.AttemptRefused()
            | effects.ClockStruck()
            | effects.WarningGiven()
            | facts.PhaseAdvanced()
        ):
            return program
    assert_never(fact)
