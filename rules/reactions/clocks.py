"""The clocks of a program: which run, and when each is due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile
from typing import Literal, TypeAlias

from rules import dates
from rules.explanations.owing import owed_acts
from rules.figures.schedule import expected_by
from rules.figures.selection import by_period, newest_figure, stale_from
from rules.language.criteria import Anchor, NotBefore
from rules.language.plan import Edge
from rules.program import Program
from rules.queries.agreed_dates import closes_at
from rules.queries.anchors import occurred_at
from rules.queries.silence import lapses_at, silence_ends
from rules.queries.windows import window_closes_at, window_opens_at
from rules.reactions.inactivity import inactivity_of
from rules.releases.windows import at_stake, cured_by, ends_at, next_instalment_at, not_before
from rules.times import start_of_day
from rules.vocabulary import matters as m
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
    "not_after",
    "agreement",
    "report",
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
    """A future instant at which effects may follow; `name` is unique in the program."""

    name: str
    kind: ClockKind
    phase: str
    due_at: datetime
    note: str


def clocks(program: Program) -> tuple[Clock, ...]:
    """The running clocks, soonest first. In a suspended program only those of decisions and disputes run."""
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
        *_agreements(program),
        *_reports(program),
        *_releases(program),
        *_inactivity(program),
    )


def clocks_after(program: Program, before: Program | None, running: tuple[Clock, ...]) -> tuple[Clock, ...]:
    """The running clocks after a change, updated from `running`; the same object if none has changed."""
    if before is None:
        return clocks(program)
    if program is before or (_is_unchanged(program, before) and (not running or running[0].due_at > program.settled_to)):
        return running
    now = _with_dates_moved(program, before, running) if _is_unchanged(program, before, but_milestones=True) else None
    now = clocks(program) if now is None else now
    return running if now == running else now


def _with_dates_moved(program: Program, before: Program, running: tuple[Clock, ...]) -> tuple[Clock, ...] | None:
    """The clocks, if only due dates of milestones differ; otherwise None.

    Hundreds of dates may pass at once and strike one by one; computing all clocks for each would be quadratic.
    """
    changed = {name: state for name, state in program.milestones.items() if before.milestones.get(name) is not state}
    for name, state in changed.items():
        held = before.milestones.get(name)
        if held is None or replace(state, due=held.due) != held:
            return None
    if any(clock.kind != "deadline" for clock in takewhile(lambda clock: clock.due_at <= program.settled_to, running)):
        return None  # other clocks end with their time
    gone = {f"deadline.{name}" for name in changed}
    kept = [clock for clock in running if clock.name not in gone]
    set_ = [clock for name, state in changed.items() if (clock := _deadline(program, name, state)) is not None]
    return tuple(sorted((*kept, *set_), key=_soonest) if set_ else kept)


def _is_unchanged(program: Program, before: Program, *, but_milestones: bool = False) -> bool:
    """Whether all that clocks depend on is unchanged, optionally apart from milestones."""
    return (
        program.standing is before.standing
        and (but_milestones or program.milestones is before.milestones)
        and program.agreed_dates is before.agreed_dates
        and program.stability is before.stability
        and program.figures is before.figures
        and program.phases is before.phases
        and program.proposals is before.proposals
        and program.disputes is before.disputes
        and program.snapbacks is before.snapbacks
        and program.plan is before.plan
        and not program.plan.inactivity  # inactivity depends on everything
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
    """The due dates that have not passed, also in a suspended program."""
    for name, state in program.milestones.items():
        if (date := _deadline(program, name, state)) is not None:
            yield date


def _milestones(program: Program) -> Iterator[Clock]:
    for name, state in program.milestones.items():
        phase = program.plan.phase_of[name]
        title = program.plan.milestones[name].title
        finding = state.finding
        if finding is not None and finding.observable_until is not None and not finding.observed:
            until = dates.passes_at(finding.observable_until, program.plan.time_zone)
            if until > program.settled_to:
                yield Clock(f"observation.{name}", "observation", phase, until, f"{title}: time to observe ends")
        if state.waived is not None and state.waived.until is not None:
            yield Clock(f"waiver.{name}", "waiver", phase, state.waived.until, f"{title}: waiver ends")


def _finalities(program: Program) -> Iterator[Clock]:
    for name, dated in program.plan.final_dates.items():
        state = program.milestone(name)
        if state.status is not MilestoneStatus.ACHIEVED or state.final_at is not None:
            continue
        turns = (_turns(program, leaf) for leaf in dated)
        if due := min((date for date in turns if date and date > program.settled_to), default=None):
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
        and program.phase(phase).status is not PhaseStatus.WAITING  # nobody owes anything in it
    ):
        zone = program.plan.time_zone
        note = f"{program.plan.milestones[name].title}: due on {dates.in_words(due.revised, zone)}"
        return Clock(f"deadline.{name}", "deadline", phase, dates.passes_at(due.revised, zone), note)
    return None


def _figures(program: Program) -> Iterator[Clock]:
    for indicator in (*program.figures, *program.plan.derived):
        figure = newest_figure(program, indicator)
        phase = program.plan.figures.get(indicator)
        if figure is None or phase is None:
            continue
        due = stale_from(program, indicator, figure)
        if due > program.settled_to:
            note = f"{program.plan.indicators[indicator].title}: figure of {figure.period} gets too old"
            yield Clock(f"staleness.{indicator}", "staleness", phase, due, note)


def _anchors(program: Program) -> Iterator[Clock]:
    """Fixed future dates from which commitments are in force or stability is counted."""
    first = next(iter(program.plan.phases))
    for name, commitment in program.plan.commitments.items():
        if (date := _known_ahead(program, commitment.in_force)) is not None and date > program.settled_to:
            yield Clock(f"from.commitment.{name}", "not_before", first, date, f"{commitment.title}: in force")
    for name, phase in program.plan.phases.items():
        anchor = phase.stability.from_ if phase.stability else None
        date = _known_ahead(program, anchor) if anchor is not None else None
        if date is not None and date > program.settled_to:
            yield Clock(f"from.stability.{name}", "not_before", name, date, f"{phase.title}: quiet is counted from now on")


def _known_ahead(program: Program, anchor: Anchor) -> datetime | None:
    """When a future event happens, if that is known: a date, or an agreed day."""
    return occurred_at(program, anchor) if anchor.date is not None or anchor.agreed is not None else None


def _dates(program: Program) -> Iterator[Clock]:
    for name, (entry, leave, shut) in program.plan.dates.items():
        state = program.phase(name)
        if state.told in ("complete", "closed"):
            continue
        for leaf in (*shut, *(entry if state.status is PhaseStatus.WAITING else leave)):
            title = program.plan.phases[name].title
            kind, note = ("date", "date reached") if isinstance(leaf, NotBefore) else ("window", "window closes")
            due = _turns(program, leaf)
            if due and due > program.settled_to:
                clock = f"{kind}.{name}.{due:%Y%m%dT%H%M%S}"
                yield Clock(clock, "not_before" if kind == "date" else "not_after", name, due, f"{title}: {note}")


def _turns(program: Program, leaf: Edge) -> datetime | None:
    """The instants at which a date criterion changes its truth value."""
    if isinstance(leaf, NotBefore):
        return window_opens_at(program, leaf.not_before)
    return _passing(program, window_closes_at(program, leaf.not_after))


def _reports(program: Program) -> Iterator[Clock]:
    """The instants by which figures of targets by period are expected, after which they are missing."""
    for indicator, uses in program.plan.measured.items():
        if program.plan.indicators[indicator].reported_within is None:
            continue
        title, phase = program.plan.indicators[indicator].title, program.plan.phase_of[uses[0][0]]
        for period in dict.fromkeys(period for _, _, how in uses for period in how.target.by_period):
            due = _passing(program, expected_by(program, indicator, period))
            if due is not None and due > program.settled_to and period not in by_period(program, indicator):
                note = f"{title}: the figure of {period} is expected"
                yield Clock(f"report.{indicator}.{period}", "report", phase, due, note)


def _agreements(program: Program) -> Iterator[Clock]:
    first = next(iter(program.plan.phases))
    for name, rule in program.plan.agreed_dates.items():
        if (due := closes_at(program, name)) is not None:
            yield Clock(f"agreement.{name}", "agreement", first, due, f"{rule.title}: the time to agree on it ends")


def _proposals(program: Program) -> Iterator[Clock]:
    first = next(iter(program.plan.phases))
    for proposal in program.open_proposals:
        if (silence := _passing(program, silence_ends(program, proposal))) is not None and silence > program.settled_to:
            yield Clock(f"silence.{proposal.id}", "silence", first, silence, f"Proposal {proposal.id}: silence ends")
        if (lapse := _passing(program, lapses_at(program, proposal))) is not None and lapse > program.settled_to:
            yield Clock(f"lapse.{proposal.id}", "lapse", first, lapse, f"Proposal {proposal.id}: lapses")
        if (too_late := _too_late(program, proposal.matter)) is not None and too_late > program.settled_to:
            yield Clock(f"day.{proposal.id}", "lapse", first, too_late, f"Proposal {proposal.id}: its date comes")


def _too_late(program: Program, matter: m.Matter) -> datetime | None:
    """When the first date that a matter would set has come, so that it can no longer be decided."""
    zone = program.plan.time_zone
    match matter:
        case m.AgreeDate():
            return start_of_day(matter.on, zone)
        case m.Extend():
            return matter.to
        case m.ReviseTimetable():
            return min(dates.end_of_date(to, zone) for to in matter.to.values())
        case m.Waive():
            return matter.until
        case _:
            return None


def _passing(program: Program, date: datetime | None) -> datetime | None:
    return dates.passes_at(date, program.plan.time_zone) if date else None


def _disputes(program: Program) -> Iterator[Clock]:
    first = next(iter(program.plan.phases))
    for dispute in program.disputes.values():
        if dispute.status is DisputeStatus.OPEN:
            note = f"Dispute {dispute.id}: the time before {dispute.stage} ends"
            yield Clock(f"stage.{dispute.id}", "stage", first, dates.passes_at(dispute.until, program.plan.time_zone), note)
    for name, invoked in program.snapbacks.items():
        if invoked.in_effect_since is None:
            note = f"{name}: takes effect unless it is decided otherwise"
            yield Clock(f"snapback.{name}", "snapback", first, invoked.takes_effect_at, note)


def _inactivity(program: Program) -> Iterator[Clock]:
    """One clock for each party that owes something and is not stalled."""
    moving = [party for party in program.plan.inactivity if party not in program.stalls]
    owed = owed_acts(program, program.settled_to) if moving else ()
    first = next(iter(program.plan.phases))
    for party in moving:
        still = inactivity_of(program, party, owed)
        if still is not None and still.found_at is not None and still.found_at > program.settled_to:
            yield Clock(f"inactivity.{party}", "inactivity", first, still.found_at, f"{party} would stand still")


def _releases(program: Program) -> Iterator[Clock]:
    first = next(iter(program.plan.phases))
    for name, state in program.paying:
        title = program.plan.releases[name].title
        waits = [(_passing(program, cured_by(program, name, part)), "cure", "time to cure ends") for part in state.suspensions]
        if at_stake(program, name):
            waits += [(_passing(program, ends_at(program, name)), "end", "time to earn it ends")]
            waits += [(begins, "date", "date reached") for begins in not_before(program, name)]
        if (instalment := _passing(program, next_instalment_at(program, name))) is not None:
            waits.append((instalment, "instalment", "an instalment is earned, or not"))
        for due, kind, note in waits:
            if due is not None and due > program.settled_to:
                clock = f"release.{name}.{kind}.{due:%Y%m%dT%H%M%S%f}"
                yield Clock(clock, "release", first, due, f"{title}: {note}")
