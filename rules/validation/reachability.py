"""Validation of reachability: whether each phase can open when everything goes as well as possible."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from rules.language import criteria as c
from rules.language.plan import Plan
from rules.language.reading import Fault, Path
from rules.validation.cycles import cyclic, shortest_cycle

Event: TypeAlias = tuple[str, str]
"""Something that can come about: ("open" | "complete" | "stable", phase), ("achieved", milestone),
("in_force", commitment) or ("agreed", day)."""

MOST_ROUNDS = 20
"""Cycles that are spelled out; of further phases it is said that they stand in one."""
LONGEST_ROUND = 12


def unreachable(plan: Plan) -> Iterator[Fault]:
    """Phases that can never open, and other events that cannot happen although all phases can open.

    Everything is assumed to go as well as it can.
    """
    reached = _reachable(plan)
    needs = {
        event: [e for e in _prerequisites(plan, event) if e not in reached] for event in events(plan) if event not in reached
    }
    never = [name for name in plan.agreed_dates if ("agreed", name) not in reached]
    if faults := list(_never_open(plan, needs, reached, hanging=not never)):
        yield from faults  # dependents of these are covered by them
        return
    for name in plan.phases:
        if ("open", name) in reached and ("complete", name) not in reached:
            yield Fault(
                ("phases", name, "exit"),
                "this gate can never open: the phase could never be complete",
            )
    for name in never:
        text = "nobody can ever agree on this day: what its window is counted from can never come about"
        yield Fault(("agreed_dates", name), text)
    if never:
        return
    for name, terms in plan.releases.items():
        graded = terms.share_of is None or ("achieved", terms.share_of) in reached
        if not graded or not all(_could(plan, criterion, reached) for criterion in terms.gates):
            yield Fault(("releases", name), "this release can never be earned: what it asks for can never come about")


def _never_open(plan: Plan, needs: Mapping[Event, list[Event]], reached: set[Event], *, hanging: bool) -> Iterator[Fault]:
    """Phases on a cycle of waiting, and phases that wait for something impossible."""
    rounds, told = cyclic(needs), 0
    hanging = hanging and not any(("open", name) in rounds for name in plan.phases)
    for name, phase in plan.phases.items():
        if (opening := ("open", name)) in reached:
            continue
        at: Path = ("phases", name)
        if opening not in rounds:
            if hanging:
                yield Fault(at, "this phase is unreachable: what its entry gate asks for can never come about")
            continue
        told += 1
        way = shortest_cycle(needs, opening) if told <= MOST_ROUNDS else []
        steps = [f"{what} {of}" for what, of in way]
        if len(steps) > LONGEST_ROUND:
            steps[LONGEST_ROUND:-1] = [f"({len(steps) - 1 - LONGEST_ROUND} more)"]
        round_ = " -> ".join(steps) or f"open {name} waits for itself"
        yield Fault((*at, "entry") if phase.entry else at, f"cycle: {round_}; this gate can never open")


@dataclass(slots=True, eq=False)
class _Wait:
    """A condition of an event: met once a number of its parts are."""

    missing: int
    above: _Wait | Event


class _Spreading:
    """Propagation of events to what waits for them. Each part of a plan is visited once."""

    def __init__(self) -> None:
        self.reached: set[Event] = set()
        self._waiting: dict[Event, list[_Wait]] = {}
        self._new: list[_Wait | Event] = []

    def wait(self, above: _Wait | Event, missing: int) -> _Wait:
        part = _Wait(missing, above)
        if missing <= 0:
            self._new.append(above)
        return part

    def wait_for(self, above: _Wait, event: Event | None) -> None:
        if event is None:
            self._new.append(above)
        else:
            self._waiting.setdefault(event, []).append(above)

    def spread(self) -> set[Event]:
        while self._new:
            come = self._new.pop()
            if isinstance(come, _Wait):
                come.missing -= 1
                if come.missing == 0:
                    self._new.append(come.above)
            elif come not in self.reached:
                self.reached.add(come)
                self._new.extend(self._waiting.pop(come, ()))
        return self.reached


def _reachable(plan: Plan) -> set[Event]:
    spreading = _Spreading()
    for event in events(plan):
        before, gate = asked_for(plan, event)
        whole = spreading.wait(event, len(before) + len(gate))
        for one in before:
            spreading.wait_for(whole, one)
        for criterion in gate:
            _wait_for(plan, spreading, whole, criterion)
    return spreading.spread()


def _wait_for(plan: Plan, spreading: _Spreading, above: _Wait, criterion: c.Criterion) -> None:
    match criterion:
        case c.All(all=parts):
            missing = len(parts)
        case c.AnyOf(any=parts):
            missing = 1
        case c.AtLeast(at_least=c.Several(count=missing, of=parts)):
            pass
        case _:
            spreading.wait_for(above, needed(plan, criterion))
            return
    part = spreading.wait(above, missing)
    for inner in parts:
        _wait_for(plan, spreading, part, inner)


def events(plan: Plan) -> Iterator[Event]:
    """All possible events of the plan."""
    for name, phase in plan.phases.items():
        yield ("open", name)
        yield ("complete", name)
        if phase.stability:
            yield ("stable", name)
    for name in plan.milestones:
        yield ("achieved", name)
    for name in plan.commitments:
        yield ("in_force", name)
    for name in plan.agreed_dates:
        yield ("agreed", name)


def asked_for(plan: Plan, event: Event) -> tuple[list[Event], tuple[c.Criterion, ...]]:
    """The prerequisites of an event, and the criteria it waits for."""
    kind, name = event
    match kind:
        case "open":
            outer = plan.phases[name].within
            return [("open", outer)] if outer else [], plan.phases[name].entry
        case "complete":
            return [("open", name)], plan.exits[name]
        case "achieved":
            return [("open", plan.phase_of[name])], plan.milestones[name].holds_while
        case "stable":
            rule = plan.phases[name].stability
            return _anchored(rule.from_) if rule and rule.from_ else [("open", name)], ()
        case "agreed":
            return [event for edge in plan.agreed_dates[name].edges for event in _anchored(edge.from_)], ()
        case _:
            return _anchored(plan.commitments[name].in_force), plan.commitments[name].kept_while


def needed(plan: Plan, criterion: c.Criterion) -> Event | None:
    """The events that must happen before a criterion can hold."""
    match criterion:
        case (
            c.MilestoneAchieved(milestone=name)
            | c.MilestoneGraded(graded=c.Graded(milestone=name))
            | c.InTime(days_late=c.DaysLate(milestone=name))
        ):
            return ("achieved", name)
        case c.OutcomeIs(outcome=asked):
            return ("achieved", asked.milestone) if set(asked.is_) <= {"achieved", "partly_achieved", "reversed"} else None
        case c.PhaseComplete(phase=name):
            return ("complete", name)
        case c.StabilityKept(stability=name):
            return ("stable", name)
        case c.CommitmentHolds(commitment=name):
            return ("in_force", name)
        case c.ProgramComplete(program=name) | c.ProgramMilestone(program_milestone=c.OfProgram(program=name)):
            return ("open", plan.programs[name].opened_in)
        case c.NotBefore(not_before=after):
            return next(iter(_anchored(after.from_)), None)
        case _:
            return None


def _could(plan: Plan, criterion: c.Criterion, reached: set[Event]) -> bool:
    match criterion:
        case c.All(all=parts):
            return all(_could(plan, part, reached) for part in parts)
        case c.AnyOf(any=parts):
            return any(_could(plan, part, reached) for part in parts)
        case c.AtLeast(at_least=several):
            return sum(_could(plan, part, reached) for part in several.of) >= several.count
        case _:
            event = needed(plan, criterion)
            return event is None or event in reached


def _prerequisites(plan: Plan, event: Event) -> Iterable[Event]:
    """All events that an event may wait for, required or alternative."""
    before, gate = asked_for(plan, event)
    asked = (needed(plan, leaf) for leaf in c.leaves(*gate))
    return dict.fromkeys((*before, *(one for one in asked if one is not None)))


def _anchored(anchor: c.Anchor) -> list[Event]:
    if anchor.phase:
        return [(anchor.becomes or "open", anchor.phase)]
    if anchor.agreed:
        return [("agreed", anchor.agreed)]
    return [("achieved", anchor.milestone)] if anchor.milestone else []
