"""The fold of a program: `evolve` applies one entry to the state. Entries say what changed; nothing is decided again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeAlias, assert_never, get_args

from rules import effects, facts
from rules.entries import Entry, Fact, NotFoldable
from rules.fold.agreed_dates import agreed_date_after
from rules.fold.amendments import amended
from rules.fold.assessments import assessed
from rules.fold.checks import check_after
from rules.fold.consents import consent_after
from rules.fold.disputes import dispute_after
from rules.fold.evidence import evidence_after
from rules.fold.family import family_after
from rules.fold.incidents import incident_after
from rules.fold.members import member_after, with_deed
from rules.fold.milestones import milestone_after
from rules.fold.phases import phase_after, stability_after, standing_after
from rules.fold.proposals import proposal_after
from rules.fold.releases import release_after
from rules.language.parameters import recorded_plan
from rules.persistent_map import put
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
    """The program that entries add up to; None for no entries. Raises NotFoldable."""
    program: Program | None = None
    for entry in entries:
        program = evolve(program, entry)
    return program


def evolve(program: Program | None, entry: Entry) -> Program:
    """The program after one more entry. Raises NotFoldable."""
    fact = entry.fact
    if program is None:
        if not isinstance(fact, facts.ProgramStarted) or entry.seq != 1:
            raise NotFoldable("the first entry of a program starts it")
        return _started(entry, fact)
    if entry.seq != program.seq + 1:
        raise NotFoldable(f"entry {entry.seq} does not follow entry {program.seq}")
    after = _after(program, entry, fact)
    if not isinstance(fact, facts.AttemptRefused):
        after = with_deed(after, entry.actor)
    return after.changed(
        active=_active(after, entry),
        seq=entry.seq,
        at=entry.at,
        settled_to=_settled_to(program, entry),
    )


def _settled_to(program: Program, entry: Entry) -> datetime:
    # A refused attempt settles nothing, so that a clock found due later strikes as of its time.
    match entry.fact:
        case effects.ClockStruck(due_at=due):
            return max(program.settled_to, due)
        case facts.AttemptRefused():
            return program.settled_to
        case _:
            return entry.at if entry.actor is not None else program.settled_to


def _active(program: Program, entry: Entry) -> Mapping[str, datetime]:
    """When each party last did something that shows that it moves."""
    party = entry.actor.party if entry.actor else None
    rule = program.plan.inactivity.get(party or "")
    if party is None or rule is None or entry.fact.kind not in rule.qualifying:
        return program.active
    return put(program.active, party, entry.at)


def _started(entry: Entry, fact: facts.ProgramStarted) -> Program:
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


def _after(program: Program, entry: Entry, fact: Fact) -> Program:
    after = _AFTER.get(type(fact), _rest_after)
    return after(program, entry, fact)


_AFTER: Mapping[type, Callable[[Program, Entry, Any], Program]] = {
    kind: after
    for kinds, after in (
        (OnEvidence, evidence_after),
        (OnCheck, check_after),
        (OnIncident, incident_after),
        (OnMilestone, milestone_after),
        (OnAgreedDate, agreed_date_after),
        (OnStability, stability_after),
        (OnPhase, phase_after),
        (OnRelease, release_after),
        (OnProposal, proposal_after),
        (OnDispute, dispute_after),
        (OnStanding, standing_after),
        (OnFamily, family_after),
        (OnConsent, consent_after),
        (OnMember, member_after),
    )
    for kind in get_args(kinds)
}


def _rest_after(program: Program, entry: Entry, fact: Rest) -> Program:
    match fact:
        case facts.ProgramStarted():
            raise NotFoldable("a program is started once")
        case effects.CommitmentChanged():
            failing, lifted = fact.failing or (), fact.relieved or ()
            state = CommitmentState(fact.status, fact.in_force_since, fact.because, fact.broken, failing, lifted)
            return program.changed(commitments=put(program.commitments, fact.commitment, state))
        case effects.StallFound():
            stall = Stall(fact.since, fact.horizon_ends)
            return program.changed(stalls=put(program.stalls, fact.party, stall))
        case effects.StallEnded():
            return program.changed(stalls={who: stall for who, stall in program.stalls.items() if who != fact.party})
        case effects.PlanAmended():
            return amended(program, fact)
        case facts.MilestoneAssessed():
            return assessed(program, entry, fact)
        case (
            facts.EvidenceRead()
            | facts.AttemptRefused()
            | effects.ClockStruck()
            | effects.WarningGiven()
            | facts.PhaseAdvanced()
        ):
            return program
    assert_never(fact)
