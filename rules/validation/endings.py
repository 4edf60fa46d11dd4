"""Validation that no phase waits for ever for what may never come: declined, achieved after all, or in a closed phase."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rules.language import criteria as c
from rules.language.plan import Plan
from rules.language.reading import Fault, Path
from rules.validation.reachability import needed


@dataclass(frozen=True, slots=True)
class _Lost:
    """Something that may never happen, in words, with the criteria that are met once that is known."""

    once: str
    met: tuple[c.Criterion, ...]


def stuck_gates(plan: Plan) -> Iterator[Fault]:
    """Gates that depend on what may never happen, in phases that this does not close."""
    for name, phase in plan.phases.items():
        for gate, criteria in (("entry", phase.entry), ("exit", plan.exits[name])):
            for index, criterion in enumerate(criteria):
                lost = next((one for one in _may_not_come(plan, criterion) if not _ends_with(plan, name, one)), None)
                if lost is not None:
                    at: Path = ("phases", name, gate, index) if gate == "entry" or phase.exit else ("phases", name)
                    text = f"{lost.once}, this phase would wait without end"
                    yield Fault(at, f"{text}; write closes_when for that, or outcome for the ends that count")


def _closes(closes_when: tuple[c.Criterion, ...], lost: _Lost) -> bool:
    """Whether a phase is closed by what makes it wait in vain."""
    return bool(closes_when) and all(_is_met(criterion, lost) for criterion in closes_when)


def _is_met(criterion: c.Criterion, lost: _Lost) -> bool:
    match criterion:
        case c.AnyOf(any=parts):
            return any(_is_met(part, lost) for part in parts)
        case c.All(all=parts):
            return all(_is_met(part, lost) for part in parts)
        case c.OutcomeIs(outcome=asked):
            ends = ((one.outcome.milestone, one.outcome.is_) for one in lost.met if isinstance(one, c.OutcomeIs))
            return any(milestone == asked.milestone and {*is_} <= {*asked.is_} for milestone, is_ in ends)
        case _:
            return criterion in lost.met


def _ends_with(plan: Plan, phase: str, lost: _Lost) -> bool:
    """Whether a phase, or an outer one, is closed by what makes it wait in vain."""
    rule = plan.phases[phase]
    return _closes(rule.closes_when, lost) or (rule.within is not None and _ends_with(plan, rule.within, lost))


def _may_not_come(plan: Plan, criterion: c.Criterion) -> Iterator[_Lost]:
    match criterion:
        case c.All(all=parts):
            yield from _of_several(plan, len(parts), parts)
        case c.AnyOf(any=parts):
            yield from _of_several(plan, 1, parts)
        case c.AtLeast(at_least=c.Several(count=count, of=parts)):
            yield from _of_several(plan, count, parts)
        case (
            c.MilestoneAchieved(milestone=name)
            | c.MilestoneGraded(graded=c.Graded(milestone=name))
            | c.InTime(days_late=c.DaysLate(milestone=name))
        ):
            yield from _declined(plan, name)
            yield from _of_its_phase(plan, name)
        case c.OutcomeIs(outcome=asked):
            yield from _ended_otherwise(plan, asked)
        case c.PhaseOver():
            pass
        case c.PhaseComplete(phase=name):
            yield from _closed(plan, name, name)
        case c.StabilityKept(stability=name):
            yield from _closed(plan, name, name)
            if (rule := plan.phases[name].stability) is not None and rule.from_ is not None:
                yield from _missing_anchors(plan, rule.from_)
        case c.NotBefore(not_before=c.After(from_=anchor)):
            yield from _missing_anchors(plan, anchor)
        case c.CommitmentHolds(commitment=name):
            yield from _missing_anchors(plan, plan.commitments[name].in_force)
        case _:
            pass


def _of_several(plan: Plan, count: int, parts: tuple[c.Criterion, ...]) -> Iterator[_Lost]:
    """The alternatives of a criterion of which too few would be left."""
    lost = [{one.once: one for one in _may_not_come(plan, part)} for part in parts]
    for once, one in ((once, one) for held in lost for once, one in held.items()):
        if sum(once not in held for held in lost) < count:
            yield one


def _of_its_phase(plan: Plan, milestone: str) -> Iterator[_Lost]:
    """The ways in which a milestone's phase can end without it."""
    yield from _closed(plan, plan.phase_of[milestone], f"{milestone} is in a phase that")
    for criterion in plan.milestones[milestone].holds_while:
        if isinstance(criterion, c.CommitmentHolds):
            yield from _missing_anchors(plan, plan.commitments[criterion.commitment].in_force)


def _ended_otherwise(plan: Plan, asked: c.Outcome) -> Iterator[_Lost]:
    name = asked.milestone
    if "achieved" not in asked.is_:
        achieved = _outcome(name, "achieved")
        yield _Lost(f"once {name} is achieved", (achieved, c.MilestoneAchieved(milestone=name)))
    elif "declined" not in asked.is_:
        yield from _declined(plan, name)
    yield from _of_its_phase(plan, name)


def _declined(plan: Plan, milestone: str) -> Iterator[_Lost]:
    if plan.milestones[milestone].declined_by:
        yield _Lost(f"once {milestone} is declined", (_outcome(milestone, "declined"),))


def _outcome(milestone: str, end: c.Ending) -> c.Criterion:
    return c.OutcomeIs.model_validate({"outcome": {"milestone": milestone, "is": [end]}})


def _closed(plan: Plan, phase: str, what: str) -> Iterator[_Lost]:
    """The ways in which a phase can end without opening, or an outer one with it."""
    rule = plan.phases[phase]
    if rule.closes_when:
        yield _Lost(f"once {what} is closed", rule.closes_when)
    if rule.within is None:
        return
    if not _waits_for(plan, rule.within, phase):
        over = c.PhaseComplete(phase=rule.within)
        yield _Lost(f"once {rule.within} is complete before {phase} has opened", (over,))
    yield from _closed(plan, rule.within, what)


def _waits_for(plan: Plan, outer: str, inner: str) -> bool:
    """Whether a phase completes only after an inner one has opened."""
    of_it = {
        ("complete", inner),
        ("stable", inner),
        ("open", inner),
        *(("achieved", name) for name in plan.phases[inner].milestones),
    }
    return any(needed(plan, leaf) in of_it for leaf in c.leaves(*plan.exits[outer]))


def _missing_anchors(plan: Plan, anchor: c.Anchor) -> Iterator[_Lost]:
    """The anchors of a date that may never occur."""
    if anchor.finding is not None and anchor.is_ == "not_met":
        achieved = _outcome(anchor.finding, "achieved")
        yield _Lost(f"once {anchor.finding} is achieved", (achieved, c.MilestoneAchieved(milestone=anchor.finding)))
    name = anchor.milestone or anchor.finding
    if name is not None:
        yield from _declined(plan, name)
        yield from _closed(plan, plan.phase_of[name], f"{name} is in a phase that")
    if anchor.phase is not None:
        yield from _closed(plan, anchor.phase, anchor.phase)
    if anchor.agreed is not None:
        for edge in plan.agreed_dates[anchor.agreed].edges:
            yield from _missing_anchors(plan, edge.from_)
