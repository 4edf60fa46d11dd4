"""Due dates: set by an anchor, moved by pauses, and the effects of missing one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from rules import dates, effects, facts
from rules.effects import Effect
from rules.language.criteria import After
from rules.language.timetable import Deadline
from rules.program import Program
from rules.queries.affected import Agenda, on
from rules.queries.anchors import occurred_at
from rules.queries.windows import last_instant
from rules.times import Interval, add_duration
from rules.vocabulary.milestones import MilestoneStatus
from rules.vocabulary.standing import Standing

Passed: TypeAlias = effects.WarningGiven | facts.ProgramSuspended | facts.ProgramTerminated


@dataclass(frozen=True, slots=True)
class DueState:
    """A due date as it stands. `revised` counts from `anchored_at`, and is None while it is paused without a known end."""

    anchored_at: datetime
    original: datetime
    revised: datetime | None


def deadline_effects(program: Program, at: datetime, agenda: Agenda) -> Iterator[Effect]:
    """The effects on due dates: set when their anchor occurs, moved by pauses and by a new text.

    A missed date moves too: pauses count from when they happened, not from when they became known.
    """
    for name, step in on(agenda.milestones, program.plan.milestones):
        if step.due is None or program.milestone(name).status in (MilestoneStatus.ACHIEVED, MilestoneStatus.DECLINED):
            continue
        before = program.milestone(name).due
        now = due_date(program, name, step.due)
        if now is not None and (before is None or before.revised != now.revised):
            yield effects.DeadlineSet(
                milestone=name,
                anchored_at=now.anchored_at,
                due_original=before.original if before else now.original,
                due_revised=now.revised,
                effective_at=at,
            )


def due_date(program: Program, name: str, rule: Deadline) -> DueState | None:
    """The due date of a milestone; None while no anchor has occurred.

    The earliest of several dates counts, and a floating one from when its anchor occurs.
    """
    before = program.milestone(name).due
    anchored = [(since, date) for date in rule.dates if (since := occurred_at(program, date.from_)) is not None]
    if not anchored and before is not None and rule.within is not None:
        # A phase that reopens gives a new anchor; until then the old one counts.
        anchored = [(before.anchored_at, date) for date in rule.dates]
    found = [_count_due(program, name, rule, since, date) for since, date in anchored]
    if not found:
        return None
    return min(found, key=lambda date: (date.revised is None, date.revised or date.original))


def _count_due(program: Program, name: str, rule: Deadline, since: datetime, after: After) -> DueState:
    zone, before = program.plan.time_zone, program.milestone(name).due
    original = last_instant(program, since, after)
    lost = _pauses(program, name, rule)

    def moved(date: datetime, from_: datetime) -> datetime | None:
        return dates.shift_date(date, lost, from_, after.within, zone)

    # An agreed date is moved only by pauses after the agreement.
    agreed = before.extended if before else None
    revised = moved(agreed.to, agreed.agreed_at) if agreed else moved(original, since)
    opened = program.phase(program.plan.phase_of[name]).opened_at
    if opened is not None and revised is not None and revised <= opened:
        # It passed while nothing was owed; the time starts again in full when it is owed.
        return DueState(opened, original, moved(last_instant(program, opened, after), opened))
    return DueState(since, original, revised)


def _pauses(program: Program, name: str, rule: Deadline) -> list[Interval]:
    """The intervals in which the date is paused, including the quiet time required after a breach."""
    zone, quiet = program.plan.time_zone, rule.resumes_after
    broken = [
        (start, add_duration(end, quiet, zone) if end is not None and quiet is not None else end)
        for commitment in rule.paused_while_broken
        if (state := program.commitments.get(commitment)) is not None
        for start, end in state.broken
    ]
    return [*broken, *program.milestone(name).relieved, *program.suspensions, *program.plan.windows(rule.paused_in)]


def missed_effects(program: Program, names: Collection[str], at: datetime) -> Iterator[Passed]:
    """The effects of due dates of these milestones that were missed at one instant.

    One suspension names all of them, so the result does not depend on the order of evaluation.
    """
    missed: list[tuple[str, str]] = []
    for name in names:
        due = program.plan.milestones[name].due
        match due.when_missed if due else None:
            case "warn":
                yield effects.WarningGiven(phase=program.plan.phase_of[name], sentence=_was_due(program, name), effective_at=at)
            case "suspend" | "terminate" as stop:
                missed.append((stop, _was_due(program, name)))
            case None:
                pass
    yield from stop_effects(program, missed, at)


def stop_effects(program: Program, missed: Iterable[tuple[str, str]], at: datetime) -> Iterator[Passed]:
    """The termination or suspension that follows from dates missed at one instant, with the plan's consequence and a sentence
    for each.
    """
    stops: dict[str, list[str]] = {"suspend": [], "terminate": [], "warn": []}
    for follows, sentence in missed:
        stops[follows].append(sentence)
    if stops["terminate"]:
        reason = " ".join((*stops["terminate"], *stops["suspend"]))
        yield facts.ProgramTerminated(reason=reason[:4000], effective_at=at)
    elif stops["suspend"] and program.standing in (Standing.RUNNING, Standing.FROZEN):
        yield facts.ProgramSuspended(reason=" ".join(stops["suspend"])[:4000], effective_at=at)


def _was_due(program: Program, name: str) -> str:
    due = program.milestone(name).due
    on = dates.in_words(due.revised, program.plan.time_zone) if due and due.revised else "a date that has passed"
    return f"{program.plan.milestones[name].title}: was due on {on} and is not achieved."
