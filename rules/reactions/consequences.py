"""Consequences: the effects of what is recorded, in the order that is law.

At one instant: suspension, incident, reversal, clock, achievement, release. Suspensions and
incidents are acts, and come first because they are judged first. Then follow what incidents do to
commitments, stability periods and deadlines, then reversals, then achievements, then gates. All
of these follow at the instant of a clock before the next clock strikes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import TypeAlias

from rules import dates, effects, facts
from rules.dates import is_positive
from rules.effects import Effect
from rules.figures.unknown import missing_report
from rules.language.phases import Phase
from rules.program import Program
from rules.queries.affected import Agenda, on
from rules.queries.agreed_dates import agreement_effects
from rules.queries.anchors import deed_done_at, occurred_at
from rules.queries.commitments import commitment_effects
from rules.queries.deadlines import deadline_effects
from rules.queries.finality import finality_effects
from rules.queries.findings import FindingResult, finding_on
from rules.queries.gates import judge_gate
from rules.queries.referrals import lapse_effects, referral_effects, snapback_effects
from rules.queries.relief import relief_effects
from rules.queries.stability import count_stability
from rules.queries.verifiers import is_awaiting_verification
from rules.queries.voting import vote_effects
from rules.releases.settlement import release_effects
from rules.releases.windows import has_time_left
from rules.truth import Truth
from rules.vocabulary.findings import Finding
from rules.vocabulary.milestones import MilestoneStatus
from rules.vocabulary.phases import PhaseState, PhaseStatus
from rules.vocabulary.stability import Stability
from rules.vocabulary.standing import Standing

Step: TypeAlias = Callable[[Program, datetime, Agenda], Iterator[Effect]]
"""What follows at an instant by one kind of rule, from what is on the agenda."""


def parent_effects(program: Program, at: datetime, _: Agenda) -> Iterator[Effect]:
    """The effects on a child program of its parent holding it back, as agreed.

    A frozen program resumes by itself; a suspended one is resumed by its own authorities.
    """
    if program.parent is None:
        return
    held = program.parent.agreed.when_suspended if program.parent.holds else "leave"
    if program.standing is Standing.RUNNING and held == "suspend":
        yield facts.ProgramSuspended(reason=program.parent.reason, effective_at=at)
    elif program.standing is Standing.RUNNING and held == "freeze":
        yield effects.ProgramFrozen(reason=program.parent.reason, effective_at=at)
    elif program.standing is Standing.FROZEN and held == "leave":
        yield effects.ProgramThawed(effective_at=at)


def stability_effects(program: Program, at: datetime, agenda: Agenda) -> Iterator[Effect]:
    """The effects on stability periods: started, moved, or found not kept after all."""
    for name, phase in on(agenda.phases, program.plan.phases):
        if phase.stability is None:
            continue
        since = occurred_at(program, phase.stability.from_) if phase.stability.from_ else program.phase(name).opened_at
        if since is None or since > at:
            continue
        before, now = program.stability.get(name), count_stability(program, name, since, at)
        if before is None:
            yield now
        elif before.completed_at is None:
            if before.counted.model_copy(update={"effective_at": at}) != now:
                yield now
        elif (proposed := before.finding is not None and before.finding.proposes is not None) != _reversed_periods(before, now):
            yield _stability_finding(name, now, at, stands=proposed)


def _reversed_periods(before: Stability, now: effects.StabilityCounted) -> bool:
    then = before.counted.completes_at
    return now.completes_at is None or (then is not None and now.completes_at > then)


def _stability_finding(name: str, now: effects.StabilityCounted, at: datetime, *, stands: bool) -> effects.FindingMade:
    broken = f"The period was broken by {now.moved_by}" if now.moved_by else "The period was interrupted"
    return effects.FindingMade(
        stability=name,
        outcome=Truth.MET if stands else Truth.NOT_MET,
        proposes=None if stands else "reversal",
        sentence="The period was kept after all." if stands else f"{broken} before it was complete.",
        effective_at=at,
    )


def waiver_effects(program: Program, at: datetime, agenda: Agenda) -> Iterator[Effect]:
    """The effects of waivers that end."""
    for name, state in on(agenda.milestones, program.milestones):
        if state.waived is not None and state.waived.until is not None and state.waived.until <= at:
            yield effects.WaiverExpired(milestone=name, effective_at=at)


def finding_effects(program: Program, at: datetime, agenda: Agenda, *, held: bool) -> Iterator[Effect]:
    """The new findings on milestones; `held` selects achieved ones."""
    for name, state in on(agenda.milestones, program.milestones):
        achieved, begun = state.status is MilestoneStatus.ACHIEVED, state.status is not MilestoneStatus.NOT_STARTED
        if achieved is not held or state.status is MilestoneStatus.DECLINED or not (begun or _is_measured(program, name)):
            continue
        now, before = finding_on(program, name, at), state.finding.shown if state.finding else None
        if not begun and now.unknown is None and state.finding is None:
            continue  # a check's report alone says nothing on the other showings
        told = _is_measured(program, name)
        says = told or now.proposes == "grading" or (before is not None and before.unknown is not None)
        if _is_news(before, now, says=says) or (begun and not held and _is_to_be_heard(program, name, before, now)):
            yield _finding(program, name, at, now)


def _is_news(before: Finding | None, now: FindingResult, *, says: bool) -> bool:
    """Whether a finding differs in its outcome, or in its sentence where that `says` how much."""
    outcome_before, proposed = (before.outcome, before.proposes) if before else (Truth.NOT_MET, None)
    if now.outcome is not outcome_before and (now.outcome is Truth.MET or before is not None):
        return True
    if proposed != now.proposes and ("grading" in (proposed, now.proposes) or now.proposes == "reversal"):
        return True
    if now.outcome is Truth.MET or not says:
        return False
    return before is None or before.sentence != now.sentence


def _is_heard_on(program: Program, name: str, now: FindingResult) -> bool:
    """Whether a finding without a proposal can still end in a determination as not achieved."""
    return now.outcome is Truth.NOT_MET and is_positive(_observation(program, name)) and not program.milestone(name).counts


def _is_to_be_heard(program: Program, name: str, before: Finding | None, now: FindingResult) -> bool:
    """Whether all evidence is judged and insufficient, and the owing party has not been told so or why.

    Such a milestone could be determined as not achieved; the finding gives the party its time to observe first.
    """
    if now.outcome is not Truth.NOT_MET or now.proposes is not None or not is_positive(_observation(program, name)):
        return False
    state = program.milestone(name)
    told_since = state.judged_at is None or (state.finding is not None and state.finding.made_at >= state.judged_at)
    if told_since or (before is not None and before.outcome is Truth.NOT_MET and before.sentence == now.sentence):
        return False
    return not is_awaiting_verification(program, name)


def _observation(program: Program, name: str) -> str:
    rule = program.plan.milestones[name].determined
    return "P0D" if rule.automatically else rule.observation


def _is_measured(program: Program, name: str) -> bool:
    """Whether it has a verified figure, or a check has reported why there is none."""
    return any(
        program.figures.get(indicator) or missing_report(program, indicator)
        for indicator, uses in program.plan.measured.items()
        if any(milestone == name for milestone, _, _ in uses)
    )


def _finding(program: Program, name: str, at: datetime, now: FindingResult) -> effects.FindingMade:
    until = dates.end_after(at, program.plan.milestones[name].determined.observation, program.plan.time_zone)
    return effects.FindingMade(
        milestone=name,
        outcome=now.outcome,
        proposes=now.proposes,
        sentence=now.sentence,
        unknown=now.unknown,
        observable_until=until if until > at and (now.proposes or _is_heard_on(program, name, now)) else None,
        effective_at=at,
    )


def achievement_effects(program: Program, at: datetime, agenda: Agenda) -> Iterator[Effect]:
    """The determinations that the agreed plan makes automatically on findings."""
    if program.standing is not Standing.RUNNING:
        return
    for name, state in on(agenda.milestones, program.milestones):
        finding = state.finding
        if (
            finding is not None
            and finding.by is None
            and finding.proposes == "achievement"
            and state.status is not MilestoneStatus.ACHIEVED
            and program.plan.milestones[name].determined.automatically
            and program.phase(program.plan.phase_of[name]).status is not PhaseStatus.WAITING
            and not finding.is_observable(at, program.plan.time_zone)
        ):
            yield facts.MilestoneDetermined(
                milestone=name,
                outcome="achieved",
                reason=finding.sentence,
                automatically=True,
                happened_at=deed_done_at(program, name),
                finding=finding.entry,
                effective_at=at,
            )


def gate_effects(program: Program, at: datetime, agenda: Agenda) -> Iterator[Effect]:
    """The changes of gates, and their effects on phases."""
    for name, rule in on(agenda.phases, program.plan.phases):
        state = program.phase(name)
        if state.closed_at is not None:
            continue
        if _closes(program, rule, state, at):
            yield effects.PhaseClosed(phase=name, effective_at=at)
            continue
        waiting = state.status is PhaseStatus.WAITING
        asked = rule.entry if waiting else program.plan.kept[name][0]
        entry = _holds(judge_gate(program, program.consented(name, "entry"), asked, at), held=state.entry_met and not waiting)
        entry = entry and _within(program, rule.within, waiting=waiting)
        if entry != state.entry_met:
            yield effects.GateChanged(phase=name, gate="entry", met=entry, effective_at=at)
            if not entry and not waiting:
                yield (closed := _gate_closed(program, name, at))
                if isinstance(closed, facts.ProgramSuspended):
                    return  # if two gates close at once, the second finds the program suspended
                waiting = isinstance(closed, effects.PhaseSteppedBack)
        if waiting:
            continue
        complete = state.status is PhaseStatus.COMPLETE
        asked = program.plan.kept[name][1] if complete else program.plan.exits[name]
        leave = _holds(judge_gate(program, program.consented(name, "exit"), asked, at), held=complete)
        if leave != state.exit_met:
            yield effects.GateChanged(phase=name, gate="exit", met=leave, effective_at=at)
            if not leave and complete:
                yield effects.PhaseReopened(phase=name, effective_at=at)


def _closes(program: Program, rule: Phase, state: PhaseState, at: datetime) -> bool:
    """Whether a phase closes. It is final, so that nothing opens and closes without end."""
    if not rule.closes_when or state.status is PhaseStatus.COMPLETE:
        return False
    return judge_gate(program, (), rule.closes_when, at) is Truth.MET


def _holds(gate_is: Truth, *, held: bool) -> bool:
    """Whether a gate holds. Unknown neither opens nor closes one, so a report alone undoes nothing."""
    return gate_is is Truth.MET or (held and gate_is is Truth.INDETERMINATE)


def _within(program: Program, outer: str | None, *, waiting: bool) -> bool:
    """Whether the outer phase allows this one to be open: it is open, or complete if this one was opened before."""
    if outer is None:
        return True
    status = program.phase(outer).status
    return status is PhaseStatus.OPEN or (status is PhaseStatus.COMPLETE and not waiting)


def _gate_closed(program: Program, name: str, at: datetime) -> Effect:
    sentence = f"The entry gate of {program.plan.phases[name].title} has closed."
    match program.plan.phases[name].when_gate_closes:
        case "step_back":
            return effects.PhaseSteppedBack(phase=name, effective_at=at)
        case "suspend" if program.standing in (Standing.RUNNING, Standing.FROZEN):
            return facts.ProgramSuspended(reason=sentence, effective_at=at)
        case "suspend" | "warn":
            return effects.WarningGiven(phase=name, sentence=sentence, effective_at=at)


def child_effects(program: Program, at: datetime, agenda: Agenda) -> Iterator[Effect]:
    """The child programs whose phase has opened for the first time."""
    for name, rule in program.plan.programs.items():
        if rule.opened_in not in agenda.phases or name in program.children:
            continue
        if program.standing is Standing.RUNNING and program.phase(rule.opened_in).status is not PhaseStatus.WAITING:
            yield effects.ChildOpened(program=name, effective_at=at)


def opening_effects(program: Program, at: datetime, agenda: Agenda) -> Iterator[Effect]:
    """The phases that open or complete because their gates are met."""
    if program.standing is not Standing.RUNNING:
        return
    for name, rule in on(agenda.phases, program.plan.phases):
        state = program.phase(name)
        if state.told == "waiting" and state.entry_met and rule.opens == "automatically":
            yield effects.PhaseOpened(phase=name, effective_at=at)
        elif state.status is PhaseStatus.OPEN and state.exit_met:
            yield effects.PhaseCompleted(phase=name, effective_at=at)


def ending_effects(program: Program, at: datetime, _: Agenda) -> Iterator[Effect]:
    """The end of the program: all phases are over, and no release depends on time any more."""
    if (
        program.standing is Standing.RUNNING
        and all(_is_over(program, name) for name in program.plan.phases)
        and not any(has_time_left(program, name) for name, _ in program.paying)
    ):
        yield effects.ProgramCompleted(effective_at=at)


def _is_over(program: Program, name: str) -> bool:
    """Whether a phase is complete or closed, or waits within an outer phase that is over."""
    state, outer = program.phase(name), program.plan.phases[name].within
    if state.told == "waiting" and outer is not None:
        return program.phase(outer).status is not PhaseStatus.OPEN and _is_over(program, outer)
    return state.told in ("complete", "closed")


ORDER: tuple[Step, ...] = (
    referral_effects,
    lapse_effects,
    snapback_effects,
    parent_effects,
    commitment_effects,
    stability_effects,
    relief_effects,
    deadline_effects,
    agreement_effects,
    waiver_effects,
    partial(finding_effects, held=True),
    finality_effects,
    partial(finding_effects, held=False),
    achievement_effects,
    vote_effects,
    gate_effects,
    child_effects,
    opening_effects,
    release_effects,
    ending_effects,
)
