"""Due dates: set when an anchor occurs, moved by what stops them, and what follows when one passes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from rules import effects, facts
from rules.effects import Effect
from rules.following.agenda import Agenda, on
from rules.following.anchors import occurred
from rules.language.milestones import Milestone
from rules.language.timetable import Deadline
from rules.program import Program
from rules.times import Interval, day_said, in_whole_days, plus, plus_lost
from rules.vocabulary.milestones import MilestoneStatus

Passed: TypeAlias = effects.DeadlineMissed | effects.WarningGiven | facts.ProgramSuspended | facts.ProgramTerminated


@dataclass(frozen=True, slots=True)
class Dated:
    """A due date as it stands; `revised` None: it is paused, and nobody knows until when."""

    anchored_at: datetime
    original: datetime
    revised: datetime | None


def deadlines(program: Program, at: datetime, agenda: Agenda) -> Iterator[Effect]:
    """Due dates that are set when their anchor occurs, and moved by pauses."""
    for name, step in on(agenda.milestones, program.plan.milestones):
        if step.due is None or program.milestone(name).status is MilestoneStatus.ACHIEVED:
            continue
        before = program.milestone(name).due
        now = dated(program, name, step.due)
        if now is not None and (before is None or (before.missed_at is None and before.revised != now.revised)):
            yield effects.DeadlineSet(
                milestone=name,
                anchored_at=now.anchored_at,
                due_original=before.original if before else now.original,
                due_revised=now.revised,
                effective_at=at,
            )


def dated(program: Program, name: str, rule: Deadline) -> Dated | None:
    """The date of a milestone by what has happened; None while nothing has that it is counted from.

    Of several dates the earliest counts, and a floating one from when its anchor comes.
    """
    before = program.milestone(name).due
    anchored = [(since, date.within) for date in rule.dates if (since := occurred(program, date.from_)) is not None]
    if not anchored and before is not None and rule.within is not None:
        # A phase that stepped back and opens again has a new anchor; until then the old one holds.
        anchored = [(before.anchored_at, rule.within)]
    found = [_counted(program, name, rule, since, within) for since, within in anchored]
    if not found:
        return None
    return min(found, key=lambda date: (date.revised is None, date.revised or date.original))


def _counted(program: Program, name: str, rule: Deadline, since: datetime, within: str) -> Dated:
    zone, before = program.plan.time_zone, program.milestone(name).due
    original = plus(since, within, zone)
    lost = _lost(program, rule)

    def moved(date: datetime, from_: datetime) -> datetime | None:
        return plus_lost(date, lost, from_, zone, whole_days=in_whole_days(within))

    # A date agreed on is moved by what is lost after the agreement only.
    agreed = before.extended if before else None
    revised = moved(agreed.to, agreed.agreed_at) if agreed else moved(original, since)
    opened = program.phase(program.plan.phase_of[name]).opened_at
    if opened is not None and revised is not None and revised <= opened:
        # It passed while nothing was owed; whoever moves second has the whole time.
        revised = moved(plus(opened, within, zone), opened)
    return Dated(since, original, revised)


def _lost(program: Program, rule: Deadline) -> list[Interval]:
    """The times in which the date does not run, the quiet that has to follow a broken commitment included."""
    zone, quiet = program.plan.time_zone, rule.resumes_after
    broken = [
        (start, plus(end, quiet, zone) if end is not None and quiet is not None else end)
        for commitment in rule.paused_while_broken
        if (state := program.commitments.get(commitment)) is not None
        for start, end in state.broken
    ]
    return [*broken, *program.suspensions, *program.plan.windows(rule.paused_in)]


def missed(program: Program, name: str, due_at: datetime, at: datetime) -> Iterator[Passed]:
    """What follows when a date passes: that it is recorded, and what the plan says."""
    yield effects.DeadlineMissed(milestone=name, effective_at=due_at)
    step, phase = program.plan.milestones[name], program.plan.phase_of[name]
    match step.due.when_missed if step.due else None:
        case "warn":
            yield effects.WarningGiven(phase=phase, sentence=_passed(program, step, due_at), effective_at=at)
        case "suspend":
            yield facts.ProgramSuspended(reason=_passed(program, step, due_at), effective_at=at)
        case "terminate":
            yield facts.ProgramTerminated(reason=_passed(program, step, due_at), effective_at=at)
        case None:
            pass


def _passed(program: Program, step: Milestone, due_at: datetime) -> str:
    return f"{step.title}: was due on {day_said(due_at, program.plan.time_zone)} and is not achieved."
