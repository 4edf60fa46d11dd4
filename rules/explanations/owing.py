"""What is owed at an instant: by whom, since when, until when. Pages show it, and inactivity clocks are computed from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias, assert_never

from rules.explanations.agreed_dates import awaited_agreement as awaited_for
from rules.explanations.agreed_dates import awaited_since, date_reason
from rules.explanations.consents import awaited_consents, consent_in_words, met_since, next_gate
from rules.explanations.criteria import commitment_reason
from rules.explanations.milestones import (
    determination_since,
    evidence_owed_by,
    evidence_since,
    milestone_reason,
    next_act,
    to_observe,
    without_evidence,
)
from rules.program import Program
from rules.queries.incidents import deciders, to_be_decided
from rules.queries.silence import lapses_at, silence_ends
from rules.queries.voting import to_determine
from rules.queries.windows import window_closes_at
from rules.vocabulary.disputes import DisputeStatus
from rules.vocabulary.incidents import Incident
from rules.vocabulary.milestones import MilestoneStatus
from rules.vocabulary.phases import PhaseStatus

OwedKind: TypeAlias = Literal[
    "evidence",
    "verification",
    "observation",
    "determination",
    "consent",
    "advance",
    "commitment",
    "proposal",
    "dispute",
    "incident",
    "agreement",
]


@dataclass(frozen=True, slots=True)
class Owed:
    """One owed act. `name` is its subject; `due` is None without a date.

    `binding` is False if the date is indicative.
    """

    party: str
    kind: OwedKind
    name: str
    since: datetime
    due: datetime | None = None
    binding: bool = True


def owed_acts(program: Program, at: datetime) -> tuple[Owed, ...]:
    """Every act owed at an instant, by each who owes it. An act that waits for somebody else's is not owed yet."""
    if program.ended_at is not None:
        return ()
    return (
        *(owed for name in program.plan.milestones for owed in of_milestone(program, name, at)),
        *(owed for name in program.plan.phases for owed in of_phase(program, name, at)),
        *of_commitments(program, at),
        *of_proposals(program),
        *of_disputes(program),
        *of_incidents(program),
        *of_agreed_dates(program),
    )


def of_milestone(program: Program, name: str, at: datetime) -> Iterator[Owed]:
    """The acts owed for one milestone."""
    step, state = program.plan.milestones[name], program.milestone(name)
    binding = step.due is None or step.due.scores
    if state.status is MilestoneStatus.ACHIEVED:
        yield from _reversal(program, name, at, binding=binding)
        return
    if state.counts or (act := next_act(program, name, at)).what == "nothing":
        return
    due = state.due.revised if state.due else None
    until = {"evidence": due, "observation": state.finding.observable_until if state.finding else None}.get(act.what)
    for party in act.owes:
        since = evidence_since(program, name, at, party) if act.what == "evidence" and len(act.owes) > 1 else act.since
        yield Owed(party, act.what, name, since or program.started_at, until, binding)
    if act.what == "verification" and not state.is_relieved and without_evidence(program, name, at):
        for party in evidence_owed_by(program, name, at):
            yield Owed(party, "evidence", name, evidence_since(program, name, at, party), due, binding)


def after_observation(program: Program, name: str) -> Iterator[Owed]:
    """The acts owed for a milestone once the time to observe on its finding is over, with or without a clock."""
    step, finding = program.plan.milestones[name], program.milestone(name).finding
    if finding is not None:
        since = determination_since(program, name, finding)
        for who in to_determine(program, name):
            yield Owed(who, "determination", name, since, None, step.due is None or step.due.scores)


def _reversal(program: Program, name: str, at: datetime, *, binding: bool) -> Iterator[Owed]:
    """A fallen milestone waits for observations first, then for a determination."""
    finding = program.milestone(name).finding
    if finding is None or finding.proposes != "reversal":
        return
    if finding.is_observable(at, program.plan.time_zone):
        for who in to_observe(program, name):
            yield Owed(who, "observation", name, finding.made_at, finding.observable_until, binding)
        return
    since = determination_since(program, name, finding)
    for who in to_determine(program, name):
        yield Owed(who, "determination", name, since, None, binding)


def of_phase(program: Program, name: str, at: datetime) -> Iterator[Owed]:
    """The consents that are all a gate lacks, and the opening of a phase that opens on demand."""
    rule, state = program.plan.phases[name], program.phase(name)
    waiting = state.status is PhaseStatus.WAITING
    outer = program.phase(rule.within).status if rule.within else PhaseStatus.OPEN
    closed = outer is PhaseStatus.WAITING or (waiting and outer is PhaseStatus.COMPLETE)
    if state.told in ("complete", "closed") or closed:
        return
    if waiting and rule.opens == "on_advance" and state.entry_met:
        for party in (rule.party,) if rule.party else tuple(program.plan.parties):
            yield Owed(party, "advance", name, state.entry_met_at or program.started_at)
    if parties := awaited_consents(program, name, at):
        since = met_since(program, name, at)
        yield from (Owed(party, "consent", name, since) for party in parties)


def of_commitments(program: Program, at: datetime) -> Iterator[Owed]:
    """The restoration of broken commitments."""
    for name, state in program.commitments.items():
        rule = program.plan.commitments[name]
        if state.status == "broken" and rule.party is not None:
            _, _, broken, _ = commitment_reason(program, name, at)
            decided = program.incidents[state.because].decided_at if state.because else None
            since = max(date for date in (state.in_force_since, broken, decided) if date is not None)
            yield Owed(rule.party, "commitment", name, since)


def of_proposals(program: Program) -> Iterator[Owed]:
    """The answers to open proposals."""
    for proposal in program.open_proposals:
        procedure = program.plan.procedures.get(proposal.procedure)
        answered = proposal.consents | proposal.objections
        due = min((date for date in (silence_ends(program, proposal), lapses_at(program, proposal)) if date), default=None)
        for party in procedure.asked if procedure else ():
            if party not in answered:
                yield Owed(party, "proposal", proposal.id, proposal.notices.get(party, proposal.asked_since), due)


def of_disputes(program: Program) -> Iterator[Owed]:
    """The settlement of disputes, by their present stage."""
    for dispute in program.disputes.values():
        ladder = program.plan.disputes.get(dispute.ladder)
        stage = ladder.stages.get(dispute.stage) if ladder else None
        if dispute.status is DisputeStatus.OPEN and stage is not None:
            for who in stage.before:
                yield Owed(who, "dispute", dispute.id, dispute.stage_since, dispute.until)


def of_incidents(program: Program) -> Iterator[Owed]:
    """The decision on incidents, since the report or since the account that put a decision in question."""
    for incident in program.incidents.values():
        if to_be_decided(incident):
            said = max((account.given_at for account in incident.accounts), default=incident.reported_at)
            for who in deciders(program, incident):
                yield Owed(who, "incident", incident.id, said if incident.questioned else incident.reported_at)


def of_agreed_dates(program: Program) -> Iterator[Owed]:
    """The agreement on dates whose window is known."""
    for name, rule in program.plan.agreed_dates.items():
        for party in awaited_for(program, name):
            since, last = awaited_since(program, name), window_closes_at(program, rule.not_after)
            yield Owed(party, "agreement", name, since, last)


def owed_in_words(program: Program, owed: Owed, at: datetime) -> str:
    """An owed act as a sentence."""
    match owed.kind:
        case "commitment":
            return commitment_reason(program, owed.name, at)[0]
        case "consent":
            what = consent_in_words(next_gate(program, owed.name)[2])
            return f"{program.plan.phases[owed.name].title}: its {what} waits for consent and for nothing else."
        case "advance":
            return f"{program.plan.phases[owed.name].title}: its entry gate is met; it opens when somebody advances it."
        case "proposal":
            return f"Proposal {owed.name} waits for an answer: {program.proposals[owed.name].reason}"
        case "dispute":
            return f"Dispute {owed.name} waits to be settled: {program.disputes[owed.name].reason}"
        case "incident":
            return _of_incident(program.incidents[owed.name])
        case "agreement":
            return date_reason(program, owed.name, at)[0]
        case "evidence" | "verification" | "observation" | "determination":
            return _of_milestone(program, owed, at)
    assert_never(owed.kind)


def _of_milestone(program: Program, owed: Owed, at: datetime) -> str:
    step, state = program.plan.milestones[owed.name], program.milestone(owed.name)
    if state.status is MilestoneStatus.ACHIEVED and state.finding is not None:
        return f"{step.title}: {state.finding.sentence}"
    lacks = without_evidence(program, owed.name, at) if owed.kind == "evidence" else []
    if lacks and next_act(program, owed.name, at).what == "verification":
        return f"{step.title}: {', '.join(lacks)} is missing."
    return milestone_reason(program, owed.name, at)[0]


def _of_incident(incident: Incident) -> str:
    if incident.questioned:
        return f"The incident {incident.id} was {incident.status}, and what is said of it since puts that in question."
    return f"The incident {incident.id} at {incident.place} is {incident.status}, and waits to be decided."
