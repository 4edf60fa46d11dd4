"""Which phases can open at all: a plan in which everything goes as well as it can."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rules.language import criteria as c
from rules.language.plan import Plan
from rules.language.reading import Fault, Path

Event = tuple[str, str]
"""Something that can come about: ("open" | "complete" | "stable", phase), ("achieved", milestone)
or ("in_force", commitment)."""


def unreachable(plan: Plan) -> Iterator[Fault]:
    """Phases that can never open, told apart into cycles and what hangs on them.

    Everything is taken to go as well as it can; what still cannot come about never will.
    """
    reached = _reachable(plan)
    for name, phase in plan.phases.items():
        if ("open", name) in reached:
            continue
        at: Path = ("phases", name)
        cycle = _cycle(plan, ("open", name), reached)
        if cycle:
            round_ = " -> ".join(f"{what} {of}" for what, of in cycle)
            yield Fault((*at, "entry") if phase.entry else at, f"cycle: {round_}; this gate can never open")
        else:
            yield Fault(at, "this phase is unreachable: what its entry gate asks for can never come about")
    for name in plan.phases:
        if ("open", name) in reached and ("complete", name) not in reached:
            yield Fault(
                ("phases", name, "exit"),
                "this gate can never open: the phase could never be complete",
            )
    for name, terms in plan.releases.items():
        graded = terms.share_of is None or ("achieved", terms.share_of) in reached
        if not graded or not all(_could(plan, criterion, reached) for criterion in terms.gates):
            yield Fault(("releases", name), "this release can never be earned: what it asks for can never come about")


def _reachable(plan: Plan) -> set[Event]:
    waiting: dict[Event, list[Event]] = {}
    for event in _events(plan):
        for needed in _prerequisites(plan, event):
            waiting.setdefault(needed, []).append(event)
    reached: set[Event] = set()
    open_questions = list(_events(plan))
    for event in open_questions:  # grows: what waited for an event is asked again once it is reached
        if event not in reached and _possible(plan, event, reached):
            reached.add(event)
            open_questions.extend(waiting.get(event, ()))
    return reached


def _events(plan: Plan) -> Iterator[Event]:
    for name, phase in plan.phases.items():
        yield ("open", name)
        yield ("complete", name)
        if phase.stability:
            yield ("stable", name)
    for name in plan.milestones:
        yield ("achieved", name)
    for name in plan.commitments:
        yield ("in_force", name)


def _possible(plan: Plan, event: Event, reached: set[Event]) -> bool:
    kind, name = event
    match kind:
        case "open":
            outer = plan.phases[name].within
            return (outer is None or ("open", outer) in reached) and all(
                _could(plan, criterion, reached) for criterion in plan.phases[name].entry
            )
        case "complete":
            return ("open", name) in reached and all(_could(plan, criterion, reached) for criterion in plan.exits[name])
        case "stable":
            rule = plan.phases[name].stability
            return _occurs(rule.from_, reached) if rule and rule.from_ else ("open", name) in reached
        case "achieved":
            step = plan.milestones[name]
            return ("open", plan.phase_of[name]) in reached and all(
                _could(plan, criterion, reached) for criterion in step.holds_while
            )
        case _:
            rule_of = plan.commitments[name]
            kept = all(_could(plan, criterion, reached) for criterion in rule_of.kept_while)
            return kept and _occurs(rule_of.in_force, reached)


def _occurs(anchor: c.Anchor, reached: set[Event]) -> bool:
    if anchor.phase:
        return (anchor.becomes or "open", anchor.phase) in reached
    return anchor.milestone is None or ("achieved", anchor.milestone) in reached


def _needs(plan: Plan, criterion: c.Criterion) -> Event | None:
    match criterion:
        case c.MilestoneAchieved(milestone=name) | c.MilestoneGraded(graded=c.Graded(milestone=name)):
            return ("achieved", name)
        case c.PhaseComplete(phase=name):
            return ("complete", name)
        case c.StabilityKept(stability=name):
            return ("stable", name)
        case c.CommitmentHolds(commitment=name):
            return ("in_force", name)
        case c.ProgramComplete(program=name) | c.ProgramMilestone(program_milestone=c.OfProgram(program=name)):
            return ("open", plan.programs[name].opened_in)
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
        case c.NotBefore(not_before=after):
            return _occurs(after.from_, reached)
        case _:
            needed = _needs(plan, criterion)
            return needed is None or needed in reached


def _cycle(plan: Plan, start: Event, reached: set[Event]) -> list[Event]:
    """The shortest way from an event back to itself through events that cannot come about."""
    asked_by: dict[Event, Event] = {}
    found = [start]
    for event in found:  # grows while it is walked through
        for needed in _prerequisites(plan, event):
            if needed == start:
                return [*_way(start, event, asked_by), start]
            if needed not in asked_by and needed not in reached:
                asked_by[needed] = event
                found.append(needed)
    return []


def _way(start: Event, last: Event, asked_by: Mapping[Event, Event]) -> list[Event]:
    way = [last]
    while way[-1] != start:
        way.append(asked_by[way[-1]])
    return way[::-1]


def _prerequisites(plan: Plan, event: Event) -> Iterator[Event]:
    kind, name = event
    match kind:
        case "open":
            if outer := plan.phases[name].within:
                yield ("open", outer)
            gate = plan.phases[name].entry
        case "complete":
            yield ("open", name)
            gate = plan.exits[name]
        case "achieved":
            yield ("open", plan.phase_of[name])
            gate = plan.milestones[name].holds_while
        case "stable":
            rule = plan.phases[name].stability
            yield from _anchored(rule.from_) if rule and rule.from_ else [("open", name)]
            return
        case _:
            yield from _anchored(plan.commitments[name].in_force)
            gate = plan.commitments[name].kept_while
    for criterion in gate:
        for leaf in c.leaves(criterion):
            if isinstance(leaf, c.NotBefore):
                yield from _anchored(leaf.not_before.from_)
            elif (needed := _needs(plan, leaf)) is not None:
                yield needed


def _anchored(anchor: c.Anchor) -> Iterator[Event]:
    if anchor.phase:
        yield (anchor.becomes or "open", anchor.phase)
    elif anchor.milestone:
        yield ("achieved", anchor.milestone)
