"""Decisions on determinations: of milestones, in whole or in part, and on reversals of kept stability periods."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from rules import acts as a
from rules import dates, effects, facts
from rules.authority import roles_in_words
from rules.decisions.milestones import milestone_of
from rules.entries import Fact
from rules.field_types import did_you_mean
from rules.language.grades import FULL, WRITTEN, fits
from rules.language.milestones import Milestone
from rules.program import Program
from rules.queries.anchors import deed_done_at
from rules.queries.findings import judge_milestone
from rules.queries.voting import carried_choice
from rules.refusals import Code, Refusal
from rules.times import time_in_words
from rules.truth import Truth
from rules.vocabulary.findings import Finding
from rules.vocabulary.milestones import MilestoneState, MilestoneStatus
from rules.vocabulary.mistakes import Determination
from rules.vocabulary.phases import PhaseStatus


def determination_fact(program: Program, actor: a.Actor, deed: a.Determine, at: datetime) -> Fact:
    """The fact of a determination. Raises Refusal."""
    if deed.stability is not None:
        return _reversal_fact(program, actor, deed, deed.stability, at)
    name = deed.milestone or ""
    step = milestone_of(program, name)
    _check_authority(program, actor, step, name)
    if program.phase(program.plan.phase_of[name]).status is PhaseStatus.WAITING:
        raise Refusal(
            Code.PHASE_NOT_OPEN,
            f"The phase {program.plan.phase_of[name]} is not open; nothing is owed in it yet.",
            "a determination once its entry gate has opened",
        )
    _check_not_final(program, name)
    if program.milestone(name).status is MilestoneStatus.DECLINED:
        text = f"It was decided that {name} is not done."
        raise Refusal(Code.ALREADY_DETERMINED, text, "a determination of a milestone that is still to be done")
    if deed.outcome == "abstained":
        return _abstention_fact(program, step, deed, at)
    state, grade = program.milestone(name), _grade(step, deed, name)
    if deed.preliminary:
        _check_not_held(state, name)
        return _preliminary_fact(program, actor, step, deed, at)
    finding = state.finding.shown if state.finding else None
    match deed.outcome:
        case "achieved":
            _check_shown(program, name, finding, at)
        case "partly_achieved":
            _check_part(program, name, finding, grade, at)
        case "not_achieved":
            _check_not_held(state, name)
            _check_finding_first(program, name, finding := state.finding)
        case "reversed":
            if not _is_held(state):
                raise Refusal(Code.NOT_ACHIEVED, f"{name} is not achieved.", "achieved or not_achieved")
            _check_fallen(state, finding, name)
    _check_observed(program, finding, at)
    _check_considered(step, deed, name)
    whole = int(grade) if grade is not None and step.determined.scale == "ordinal" else None
    share = grade if step.determined.scale == "share" else None
    if step.determined.is_voted:
        return _vote_fact(deed, whole, share, at)
    return facts.MilestoneDetermined(
        milestone=name,
        outcome=deed.outcome,
        grade=whole,
        share=share,
        reason=deed.reason,
        considered=deed.considered,
        happened_at=deed_done_at(program, name) if deed.outcome == "achieved" else None,
        finding=state.finding.entry if state.finding else None,
        observations=(state.finding.observations or None) if state.finding else None,
        effective_at=at,
    )


def _check_not_final(program: Program, name: str) -> None:
    if (since := program.milestone(name).final_at) is not None:
        text = f"{name} is achieved, and can't be undone since {time_in_words(since, program.plan.time_zone)}."
        raise Refusal(Code.FINAL, text, "a milestone that is not final")


def _vote_fact(deed: a.Determine, grade: int | None, share: Decimal | None, at: datetime) -> Fact:
    return facts.VoteCast(
        milestone=deed.milestone or "",
        outcome=deed.outcome,
        grade=grade,
        share=share,
        reason=deed.reason,
        considered=deed.considered,
        effective_at=at,
    )


def _abstention_fact(program: Program, step: Milestone, deed: a.Determine, at: datetime) -> Fact:
    name = deed.milestone or ""
    if not step.determined.is_voted:
        raise Refusal(
            Code.NOT_FORESEEN,
            f"{name} is determined by one alone; who abstains leaves it as it is.",
            "achieved, partly_achieved, not_achieved or reversed",
        )
    if (finding := program.milestone(name).finding) is None:
        raise Refusal(
            Code.FINDING_MISSING, f"Nothing is found on {name} of which anybody could abstain.", "a vote once there is"
        )
    _check_observed(program, finding.shown, at)
    return _vote_fact(deed, None, None, at)


def _check_considered(step: Milestone, deed: a.Determine, name: str) -> None:
    """Requires a statement on exactly the considerations that the plan names. Raises Refusal."""
    asked, said = step.determined.considering, deed.considered or {}
    if missing := [one for one in asked if one not in said]:
        text = "; ".join(f"{one} ({asked[one]})" for one in missing)
        raise Refusal(
            Code.NOT_CONSIDERED, f"{name} is determined with a reason on each of: {text}.", "considered: {NAME: REASON, ...}"
        )
    if other := [one for one in said if one not in asked]:
        text = f"The plan names no consideration {other[0]} for {name}."
        raise Refusal(Code.NOT_CONSIDERED, text, did_you_mean(other[0], asked))


def _preliminary_fact(program: Program, actor: a.Actor, step: Milestone, deed: a.Determine, at: datetime) -> Fact:
    """The finding of a preliminary determination, on which whoever owes the milestone can observe. Raises Refusal."""
    until = dates.end_after(at, step.determined.observation, program.plan.time_zone)
    return effects.FindingMade(
        milestone=deed.milestone,
        outcome=Truth.NOT_MET,
        sentence=deed.reason,
        observable_until=until if until > at else None,
        by=actor.party,
        effective_at=at,
    )


def _check_finding_first(program: Program, name: str, finding: Finding | None) -> None:
    """A failure is determined only on an earlier finding, where the plan gives time to observe. Raises Refusal."""
    step = program.plan.milestones[name]
    if dates.is_positive(step.determined.observation) and (finding is None or finding.outcome is Truth.MET):
        owes = " and ".join(program.plan.owed_by[name])
        says = "the finding is in its favour" if finding else "there is no finding"
        raise Refusal(
            Code.OBSERVATION_OPEN,
            f"{owes} has not been told why {name} would not be achieved, and could not observe on it: {says}.",
            "the same with preliminary: true first; once that has been observed on, or its time has ended, this one",
        )


def _grade(step: Milestone, deed: a.Determine, name: str) -> Decimal | None:
    """The grade of a determination on the milestone's scale; None without a scale. Raises Refusal."""
    given = deed.share if deed.grade is None else Decimal(deed.grade)
    scale = step.determined.scale
    if scale is None:
        if given is not None or deed.outcome == "partly_achieved":
            sentence = f"{name} is achieved or it is not; the plan gives it no scale for a part."
            raise Refusal(Code.WRONG_GRADE, sentence, "achieved, not_achieved or reversed, without a grade")
        return None
    on_scale = deed.share is None if scale == "ordinal" else deed.grade is None
    if not on_scale or (given is not None and not fits(scale, given)):
        raise Refusal(Code.WRONG_GRADE, f"{name} is not graded so.", WRITTEN[scale])
    full = FULL[scale]
    means = {"achieved": full, "partly_achieved": given, "not_achieved": Decimal(0), "reversed": Decimal(0), "abstained": None}[
        deed.outcome
    ]
    if means is None or (deed.outcome == "partly_achieved" and not 0 < means < full):
        sentence = f"A part of {name} is more than nothing and less than {full}."
        raise Refusal(Code.WRONG_GRADE, sentence, f"{WRITTEN[scale]}, neither 0 nor {full}")
    if given is not None and given != means:
        sentence = f"{deed.outcome.replace('_', ' ').capitalize()} means {means}, not {given.normalize():f}."
        raise Refusal(Code.WRONG_GRADE, sentence, f"{means}, no grade, or the outcome partly_achieved")
    return means


def _is_held(state: MilestoneState) -> bool:
    return state.status in (MilestoneStatus.ACHIEVED, MilestoneStatus.PARTLY_ACHIEVED)


def _check_not_held(state: MilestoneState, name: str) -> None:
    if _is_held(state):
        told = str(state.status).replace("_", " ")
        raise Refusal(Code.ALREADY_DETERMINED, f"{name} is {told}.", "reversed, if it has fallen")


def _check_shown(program: Program, name: str, finding: Finding | None, at: datetime) -> None:
    if program.milestone(name).status is MilestoneStatus.ACHIEVED:
        raise Refusal(Code.ALREADY_DETERMINED, f"{name} is achieved already.", "reversed, if it has fallen")
    if finding is None or finding.outcome is not Truth.MET:
        why = judge_milestone(program, name, at).sentence
        raise Refusal(Code.FINDING_NOT_MET, f"{name} is not shown: {why}", "verified evidence of all that shows it")


def _check_part(program: Program, name: str, finding: Finding | None, grade: Decimal | None, at: datetime) -> None:
    """A partial grade needs evidence, and a held one is lowered only after it has fallen. Raises Refusal."""
    state = program.milestone(name)
    if not _is_held(state):
        if finding is None or finding.proposes not in ("grading", "achievement"):
            why = judge_milestone(program, name, at).sentence
            raise Refusal(Code.FINDING_NOT_MET, f"Nothing of {name} is shown: {why}", "verified evidence of some of it")
    elif state.status is MilestoneStatus.PARTLY_ACHIEVED and state.grade == grade:
        raise Refusal(Code.ALREADY_DETERMINED, f"{name} has this grade already.", "another grade")
    elif state.status is MilestoneStatus.ACHIEVED or (grade or 0) < (state.grade or 0):
        _check_fallen(state, finding, name)


def _check_fallen(state: MilestoneState, finding: Finding | None, name: str) -> None:
    """An achievement is reversed only on a later finding that proposes it. Raises Refusal."""
    fallen = finding is not None and (
        finding.proposes == "reversal"
        or (finding.proposes == "grading" and state.determined_at is not None and finding.made_at > state.determined_at)
    )
    if not fallen:
        text = f" {finding.sentence}" if finding else ""
        raise Refusal(
            Code.FINDING_STANDS,
            f"Nothing proposes to reverse {name}; an achievement is held while its evidence stands.{text}",
            "a reversal after evidence was withdrawn, revised or broken",
        )


def _check_authority(program: Program, actor: a.Actor, step: Milestone, name: str) -> None:
    if actor.party not in step.determined.by:
        who = " or ".join(step.determined.by) or "the plan itself"
        raise Refusal(
            Code.PARTY_MAY_NOT,
            f"{name} is determined by {who}, not by {actor.party}.",
            roles_in_words("determine", step.determined.by)
            if step.determined.by
            else "a finding, after which it is determined by itself",
        )
    state = program.milestone(name)
    for pieces in state.shown.values():
        for piece in pieces:
            if program.evidence[piece].recorded_by.person == actor.person:
                raise Refusal(
                    Code.RECORDER_IS_AUTHORITY,
                    f"{actor.person} has recorded {piece} and cannot determine what it shows.",
                    f"{roles_in_words('determine', step.determined.by)}, and another person",
                )


def _check_observed(program: Program, finding: Finding | None, at: datetime) -> None:
    """A finding can be determined once its time to observe has ended or been used. Raises Refusal."""
    zone = program.plan.time_zone
    if finding is None or not finding.is_observable(at, zone):
        return
    raise Refusal(
        Code.OBSERVATION_OPEN,
        f"The party that owes may observe on the finding until {dates.in_words(finding.observable_until or at, zone)}.",
        "a determination after that, or after its observation",
    )


def _reversal_fact(program: Program, actor: a.Actor, deed: a.Determine, phase: str, at: datetime) -> Fact:
    state = program.stability.get(phase)
    if state is None or deed.outcome != "reversed":
        raise Refusal(
            Code.PHASE_UNKNOWN,
            f"{phase} has no stability period that could be determined so.",
            "outcome reversed for a phase whose stability period is complete",
        )
    _check_stability_authority(program, actor, phase)
    if state.completed_at is None:
        raise Refusal(Code.NOT_ACHIEVED, "The period is not complete.", "a period that is complete")
    if state.finding is None or state.finding.proposes != "reversal":
        raise Refusal(
            Code.FINDING_STANDS,
            "The period was kept, as far as is known.",
            "a reversal after an incident in it",
        )
    return facts.StabilityReversed(phase=phase, reason=deed.reason, effective_at=at)


def _check_stability_authority(program: Program, actor: a.Actor, phase: str) -> None:
    who = sorted(_stability_authorities(program, phase))
    if actor.party not in who:
        raise Refusal(Code.PARTY_MAY_NOT, f"This is determined by {' or '.join(who)}.", roles_in_words("determine", who))


def _stability_authorities(program: Program, phase: str) -> set[str]:
    """The parties and bodies that determine milestones, who may also reverse a kept period."""
    own = program.plan.phases[phase].milestones.values()
    named = {name for step in own for name in step.determined.by}
    return named or {name for step in program.plan.milestones.values() for name in step.determined.by}


def determination_taken_back_fact(program: Program, actor: a.Actor, was: Determination, reason: str, at: datetime) -> Fact:
    """The fact that takes back the newest determination of a milestone, or the reversal of a kept period. Raises Refusal."""
    if was.stability is not None:
        return _reversal_taken_back_fact(program, actor, was.stability, reason, at)
    name = was.milestone or ""
    _check_authority(program, actor, step := milestone_of(program, name), name)
    _check_not_final(program, name)
    state = program.milestone(name)
    decision = state.decision
    if state.before is None or decision is None or not decision.made_by:
        text = f"{name}: nobody has determined it, or that has been taken back."
        raise Refusal(Code.NOTHING_TO_TAKE_BACK, text, "a milestone whose newest determination stands")
    if step.determined.is_voted:
        rest = {who: vote for who, vote in decision.made_by.items() if who != actor.party}
        without = carried_choice(step.determined, rest)
        if without is not None and without.outcome == _outcome(state):
            text = f"{name} was determined by enough votes without that of {actor.party}."
            raise Refusal(Code.NOTHING_TO_TAKE_BACK, text, "by one of those without whose vote it would not have been")
    return facts.DeterminationTakenBack(
        milestone=name, entry=decision.entry, outcome=_outcome(state), reason=reason, effective_at=at
    )


def _outcome(state: MilestoneState) -> Literal["achieved", "partly_achieved", "not_achieved", "reversed"]:
    match state.status:
        case MilestoneStatus.ACHIEVED:
            return "achieved"
        case MilestoneStatus.PARTLY_ACHIEVED:
            return "partly_achieved"
        case MilestoneStatus.REVERSED:
            return "reversed"
        case _:
            return "not_achieved"


def _reversal_taken_back_fact(program: Program, actor: a.Actor, phase: str, reason: str, at: datetime) -> Fact:
    state = program.stability.get(phase)
    if state is None or state.before is None or state.reversed_in is None:
        raise Refusal(
            Code.NOTHING_TO_TAKE_BACK,
            f"No reversal of a stability period of {phase} stands.",
            "a phase whose kept period was reversed",
        )
    _check_stability_authority(program, actor, phase)
    return facts.StabilityReversalTakenBack(phase=phase, entry=state.reversed_in, reason=reason, effective_at=at)
