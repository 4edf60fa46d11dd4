"""What must happen when nobody acts: which clocks run, and when each is due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile
from typing import Literal, TypeAlias

from rules import dates
from rules.explaining.owing import owing
from rules.following.anchors import occurred
from rules.following.silence import lapses, silence_ends
from rules.measuring.figures import newest, stale_from
from rules.program import Program
from rules.releases.windows import cured_by, ends, not_before
from rules.settling.inactivity import standing_still
from rules.vocabulary.disputes import DisputeStatus
from rules.vocabulary.milestones import MilestoneState, MilestoneStatus
from rules.vocabulary.phases import PhaseStatus
from rules.vocabulary.standing import Standing

ClockKind: TypeAlias = Literal[
    "stability",
    "deadline",
    "observation",
    "staleness",
    "not_before",
    "waiver",
    "silence",
    "lapse",
    "stage",
    "snapback",
    "release",
    "inactivity",
]


@dataclass(frozen=True, slots=True)
class Clock:
    """A future instant at which something follows; `name` is unique in the program."""

    name: str
    kind: ClockKind
    phase: str
    due_at: datetime
    note: str


def clocks(program: Program) -> tuple[Clock, ...]:
    """The running clocks, soonest first. While the program is suspended only those of decisions and disputes run."""
    if program.ended_at is not None:
        return ()
    running = [*_proposals(program), *_disputes(program)]
    if program.standing is Standing.RUNNING:
        running += _of_the_plan(program)
    return tuple(sorted(running, key=_soonest))


def _soonest(clock: Clock) -> tuple[datetime, str]:
    return clock.due_at, clock.name


def _of_the_plan(program: Program) -> tuple[Clock, ...]:
    return (
        *_stability(program),
        *deadline_clocks(program),
        *_milestones(program),
        *_finalities(program),
        *_figures(program),
        *_anchors(program),
        *_dates(program),
        *_releases(program),
        *_inactivity(program),
    )


def clocks_after(program: Program, before: Program | None, running: tuple[Clock, ...]) -> tuple[Clock, ...]:
    """The running clocks of a program whose clocks were `running` before; the same object where they still are."""
    if before is None:
        return clocks(program)
    if program is before or (_same(program, before) and (not running or running[0].due_at > program.settled_to)):
        return running
    now = _with_dates_moved(program, before, running) if _same(program, before, but_milestones=True) else None
    now = clocks(program) if now is None else now
    return running if now == running else now


def _with_dates_moved(program: Program, before: Program, running: tuple[Clock, ...]) -> tuple[Clock, ...] | None:
    """The clocks where nothing but due dates of milestones is another; None where more is.

    Five hundred dates that pass at once are struck one after the other, and each would have all clocks made anew.
    """
    changed = {name: state for name, state in program.milestones.items() if before.milestones.get(name) is not state}
    for name, state in changed.items():
        held = before.milestones.get(name)
        if held is None or replace(state, due=held.due) != held:
            return None
    if any(clock.kind != "deadline" for clock in takewhile(lambda clock: clock.due_at <= program.settled_to, running)):
        return None  # others end with their time, struck or not
    gone = {f"deadline.{name}" for name in changed}
    kept = [clock for clock in running if clock.name not in gone]
    set_ = [clock for name, state in changed.items() if (clock := _deadline(program, name, state)) is not None]
    return tuple(sorted((*kept, *set_), key=_soonest) if set_ else kept)


def _same(program: Program, before: Program, *, but_milestones: bool = False) -> bool:
    """Whether all that clocks depend on is the same, or all but milestones."""
    return (
        program.standing is before.standing
        and (but_milestones or program.milestones is before.milestones)
        and program.stability is before.stability
        and program.figures is before.figures
        and program.phases is before.phases
        and program.proposals is before.proposals
        and program.disputes is before.disputes
        and program.snapbacks is before.snapbacks
        and program.plan is before.plan
        and not program.plan.inactivity  # what somebody owes depends on everything
        and program.releases is before.releases
    )


def _stability(program: Program) -> Iterator[Clock]:
    for phase, state in program.stability.items():
        rule = program.plan.phases[phase].stability
        if rule is None or (rule.from_ is None and program.phase(phase).opened_at is None):
            continue
        due = state.counted.completes_at
        seen = state.counted.status == "counting" and state.counted.unseen_by is None
        if state.completed_at is None and due is not None and seen:
            note = f"{program.plan.phases[phase].title}: stability kept"
            yield Clock(f"stability.{phase}", "stability", phase, due, note)


def deadline_clocks(program: Program) -> Iterator[Clock]:
    """The due dates that have not passed; also of a program that stands still."""
    for name, state in program.milestones.items():
        if (date := _deadline(program, name, state)) is not None:
            yield date


def _milestones(program: Program) -> Iterator[Clock]:
    for name, state in program.milestones.items():
        phase = program.plan.phase_of[name]
        title = program.plan.milestones[name].title
        finding = state.finding
        if finding is not None and finding.observable_until is not None and not finding.observed:
            until = dates.over(finding.observable_until, program.plan.time_zone)
            if until > program.settled_to:
                yield Clock(f"observation.{name}", "observation", phase, until, f"{title}: time to observe ends")
        if state.waived is not None and state.waived.until is not None:
            yield Clock(f"waiver.{name}", "waiver", phase, state.waived.until, f"{title}: waiver ends")


def _finalities(program: Program) -> Iterator[Clock]:
    for name, dated in program.plan.final_dates.items():
        state = program.milestone(name)
        if state.status is not MilestoneStatus.ACHIEVED or state.final_at is not None:
            continue
        found = ((occurred(program, leaf.not_before.from_), leaf.not_before.within) for leaf in dated)
        begins = (dates.begins(since, within, program.plan.time_zone) for since, within in found if since is not None)
        if due := min((date for date in begins if date > program.settled_to), default=None):
            note = f"{program.plan.milestones[name].title}: can't be undone from now on"
            yield Clock(f"final.{name}", "not_before", program.plan.phase_of[name], due, note)


def _deadline(program: Program, name: str, state: MilestoneState) -> Clock | None:
    phase, due = program.plan.phase_of[name], state.due
    if (
        due is not None
        and due.revised is not None
        and due.missed_at is None
        and not due.kept
        and not state.counts
        and program.phase(phase).status is not PhaseStatus.WAITING  # nothing is owed in it
    ):
        zone = program.plan.time_zone
        note = f"{program.plan.milestones[name].title}: due on {dates.told(due.revised, zone)}"
        return Clock(f"deadline.{name}", "deadline", phase, dates.over(due.revised, zone), note)
    return None


def _figures(program: Program) -> Iterator[Clock]:
    for indicator in program.figures:
        figure = newest(program, indicator)
        phase = program.plan.figures.get(indicator)
        if figure is None or phase is None:
            continue
        due = stale_from(program, indicator, figure)
        if due > program.settled_to:
            note = f"{program.plan.indicators[indicator].title}: figure of {figure.period} gets too old"
            yield Clock(f"staleness.{indicator}", "staleness", phase, due, note)


def _anchors(program: Program) -> Iterator[Clock]:
    """Fixed dates, still to come, from which a commitment is in force or quiet is counted."""
    first = next(iter(program.plan.phases))
    for name, commitment in program.plan.commitments.items():
        if (date := commitment.in_force.date) is not None and date > program.settled_to:
            yield Clock(f"from.commitment.{name}", "not_before", first, date, f"{commitment.title}: in force")
    for name, phase in program.plan.phases.items():
        anchor = phase.stability.from_ if phase.stability else None
        if anchor is not None and anchor.date is not None and anchor.date > program.settled_to:
            yield Clock(
                f"from.stability.{name}", "not_before", name, anchor.date, f"{phase.title}: quiet is counted from now on"
            )


def _dates(program: Program) -> Iterator[Clock]:
    for name, (entry, leave, closes) in program.plan.dates.items():
        state = program.phase(name)
        if state.told in ("complete", "closed"):
            continue
        for leaf in (*closes, *(entry if state.status is PhaseStatus.WAITING else leave)):
            since = occurred(program, leaf.not_before.from_)
            due = since and dates.begins(since, leaf.not_before.within, program.plan.time_zone)
            if due and due > program.settled_to:
                note = f"{program.plan.phases[name].title}: date reached"
                yield Clock(f"date.{name}.{due:%Y%m%dT%H%M%S}", "not_before", name, due, note)


def _proposals(program: Program) -> Iterator[Clock]:
    first = next(iter(program.plan.phases))
    for proposal in program.open_proposals:
        if (silence := _over(program, silence_ends(program, proposal))) is not None and silence > program.settled_to:
            yield Clock(f"silence.{proposal.id}", "silence", first, silence, f"Proposal {proposal.id}: silence ends")
        if (lapse := _over(program, lapses(program, proposal))) is not None and lapse > program.settled_to:
            yield Clock(f"lapse.{proposal.id}", "lapse", first, lapse, f"Proposal {proposal.id}: lapses")


def _over(program: Program, date: datetime | None) -> datetime | None:
    return dates.over(date, program.plan.time_zone) if date else None


def _disputes(program: Program) -> Iterator[Clock]:
    first = next(iter(program.plan.phases))
    for dispute in program.disputes.values():
        if dispute.status is DisputeStatus.OPEN:
            note = f"Dispute {dispute.id}: the time before {dispute.stage} ends"
            yield Clock(f"stage.{dispute.id}", "stage", first, dates.over(dispute.until, program.plan.time_zone), note)
    for name, invoked in program.snapbacks.items():
        if invoked.in_effect_since is None:
            note = f"{name}: takes effect unless it is decided otherwise"
            yield Clock(f"snapback.{name}", "snapback", first, invoked.takes_effect_at, note)


def _inactivity(program: Program) -> Iterator[Clock]:
    """One clock for each party that owes something and is not known to stand still."""
    moving = [party for party in program.plan.inactivity if party not in program.stalls]
    owed = owing(program, program.settled_to) if moving else ()
    first = next(iter(program.plan.phases))
    for party in moving:
        still = standing_still(program, party, owed)
        if still is not None and still.found_at is not None and still.found_at > program.settled_to:
            yield Clock(f"inactivity.{party}", "inactivity", first, still.found_at, f"{party} would stand still")


def _releases(program: Program) -> Iterator[Clock]:
    first = next(iter(program.plan.phases))
    for name, state in program.paying:
        title = program.plan.releases[name].title
        waits = [(_over(program, cured_by(program, name, part)), "cure", "time to cure ends") for part in state.suspensions]
        if state.balances["committed"]:
            waits += [(_over(program, ends(program, name)), "end", "time to earn it ends")]
            waits += [(begins, "date", "date reached") for begins in not_before(program, name)]
        for due, kind, note in waits:
            if due is not None and due > program.settled_to:
                clock = f"release.{name}.{kind}.{due:%Y%m%dT%H%M%S%f}"
                yield Clock(clock, "release", first, due, f"{title}: {note}")
