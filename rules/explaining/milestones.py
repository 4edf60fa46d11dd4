"""Why a milestone is not achieved: what it waits for, and who owes that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, assert_never

from rules.explaining.reasons import Reason, named
from rules.following.findings import showing, shown
from rules.language.milestones import Measured
from rules.program import Program
from rules.times import day_said, plus
from rules.truth import Truth
from rules.vocabulary.evidence import Evidence
from rules.vocabulary.milestones import MilestoneState, MilestoneStatus
from rules.vocabulary.phases import PhaseStatus


@dataclass(frozen=True, slots=True)
class NextAct:
    """What a milestone that is not achieved waits for, who owes it and since when; `earliest` as with what blocks a gate.

    `showings` are those that wait for a verifier, where that is what it waits for.
    """

    what: Literal["nothing", "evidence", "verification", "observation", "determination"]
    owes: tuple[str, ...] = ()
    since: datetime | None = None
    earliest: datetime | None = None
    showings: tuple[str, ...] = ()


def next_act(program: Program, name: str, at: datetime) -> NextAct:
    """A milestone waits for evidence, then for a verifier, then for time to observe, then for a decision."""
    plan, step, finding = program.plan, program.plan.milestones[name], program.milestone(name).finding
    home = program.phase(plan.phase_of[name])
    if home.status is PhaseStatus.WAITING:
        return NextAct("nothing")
    if finding is not None and finding.outcome is Truth.MET:
        until = finding.observable_until
        if until is not None and until > at and not finding.observed:
            return NextAct("observation", (step.party,), finding.made_at, until)
        return NextAct("determination", step.determined.by, finding.made_at, at)
    waiting = {key: piece for key in step.shown_by if (piece := _first_unjudged(program, name, key))}
    pending = tuple(key for key in waiting if showing(program, name, key, at).outcome is not Truth.MET)
    if pending:
        since = min(waiting[key].recorded_at for key in pending)
        return NextAct("verification", step.verified_by, since, at, pending)
    return NextAct("evidence", (step.party,), home.opened_at, plus(at, step.determined.observation, plan.time_zone))


def milestone_reason(program: Program, name: str, at: datetime) -> Reason:
    """Why a milestone is not achieved, and who owes the next act."""
    act = next_act(program, name, at)
    return _waits(program, name, act, at), act.owes, act.since, act.earliest


def lacking(program: Program, milestone: str, at: datetime) -> tuple[str, tuple[str, ...]]:
    """What a milestone that is not achieved lacks, and who owes that."""
    sentence, owes, _, _ = milestone_reason(program, milestone, at)
    return sentence, owes


def _waits(program: Program, name: str, act: NextAct, at: datetime) -> str:
    plan, title = program.plan, program.plan.milestones[name].title
    late, before, who = _late(program, name), _determined_before(program.milestone(name)), named(program, act.owes)
    match act.what:
        case "nothing":
            return f"{title}: nothing is owed before {plan.phases[plan.phase_of[name]].title} opens."
        case "observation":
            until = day_said(act.earliest or at, plan.time_zone)
            return f"{title}: shown; {who} may observe until {until}."
        case "determination":
            return f"{title}: shown; {who} has not determined it.{late}{before}"
        case "verification":
            return f"{title}: {', '.join(act.showings)} awaits verification by {who}.{late}"
        case "evidence":
            return f"{title}: {shown(program, name, at).sentence}{late}{before}"
    assert_never(act.what)


def _late(program: Program, name: str) -> str:
    due, rule = program.milestone(name).due, program.plan.milestones[name].due
    if due is None or rule is None or due.missed_at is None:
        return ""
    force = "" if rule.scores else f", {rule.force}"
    return f" It was due on {day_said(due.missed_at, program.plan.time_zone)}{force}."


def _determined_before(state: MilestoneState) -> str:
    match state.status:
        case MilestoneStatus.REVERSED:
            return " It was achieved and has been reversed."
        case MilestoneStatus.PARTLY_ACHIEVED if state.grade is not None:
            return f" It is partly achieved: {state.grade.normalize():f}."
        case _:
            return ""


def without_evidence(program: Program, name: str, at: datetime) -> list[str]:
    """The showings of a milestone for which nothing has been recorded that stands or waits for a verifier."""
    shown_by = program.plan.milestones[name].shown_by
    pending = (key for key in shown_by if showing(program, name, key, at).outcome is not Truth.MET)
    return [key for key in pending if _first_unjudged(program, name, key) is None]


def _first_unjudged(program: Program, milestone: str, key: str) -> Evidence | None:
    """The oldest evidence for a showing that nobody has verified or returned."""
    if not program.unjudged:
        return None
    how = program.plan.milestones[milestone].shown_by[key]
    indicator = how.indicator if isinstance(how, Measured) else None
    for piece in (program.evidence[name] for name in program.unjudged):
        if piece.measurement is not None:
            if piece.measurement.indicator == indicator:
                return piece
        elif piece.milestone == milestone and piece.shows == key:
            return piece
    return None
