"""Validation of windows: whether one closes before its prerequisites could be done, at the fastest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import inf
from typing import TypeAlias

from rules.language import criteria as c
from rules.language.plan import Plan
from rules.language.reading import Fault
from rules.times import parse_duration
from rules.validation.criteria import placed_leaves
from rules.validation.reachability import Event, asked_for, events

START: Event = ("start", "program")

Earliest: TypeAlias = Mapping[Event, float]
"""By event, so many days after another at the least; minus infinity where it need not come after that."""

_DAYS = {"years": (365.0, 366.0), "months": (28.0, 31.0), "weeks": (7.0, 7.0), "days": (1.0, 1.0), "hours": (1 / 24, 1 / 24)}
"""The least and the most days of each; what is shorter than an hour is none."""


def hasty_windows(plan: Plan) -> Iterator[Fault]:
    """Windows of gates and agreed dates that close before their prerequisites can be done."""
    known: dict[Event, Earliest] = {}
    for at, event, edge in _windows(plan):
        since = _event(edge.from_)
        if since is None:
            continue
        if since not in known:
            known[since] = _earliest(plan, since)
        takes, has = known[since][event], _most_days(edge.within)
        if takes > has:
            text = f"this window closes {edge.within} after what it is counted from"
            yield Fault(at, f"{text}, and what has to come before takes {takes:g} days from then at the least")


def _windows(plan: Plan) -> Iterator[tuple[tuple[str | int, ...], Event, c.After]]:
    """The windows on which an event depends, each with the event and its path."""
    for name, phase in plan.phases.items():
        for gate, event, criteria in (("entry", "open", phase.entry), ("exit", "complete", phase.exit)):
            for at, leaf in placed_leaves(("phases", name, gate), _all_of(criteria)):
                if isinstance(leaf, c.NotAfter):
                    yield at, (event, name), leaf.not_after
    for name, rule in plan.agreed_dates.items():
        yield ("agreed_dates", name, "not_after"), ("agreed", name), rule.not_after


def _all_of(criteria: Iterable[c.Criterion]) -> list[c.Criterion]:
    """The elementary criteria of a gate that all must hold."""
    return [criterion for criterion in criteria if not isinstance(criterion, c.AnyOf | c.AtLeast | c.All)]


def _event(anchor: c.Anchor) -> Event | None:
    """The event of an anchor; None if its prerequisites are unknown."""
    if anchor.program:
        return START
    if anchor.phase:
        return (anchor.becomes or "open", anchor.phase)
    if anchor.milestone:
        return ("achieved", anchor.milestone)
    return ("agreed", anchor.agreed) if anchor.agreed else None


def _earliest(plan: Plan, since: Event) -> Earliest:
    """The least number of days from an event to each other one.

    A conjunction waits for its last part, an alternative for its first. Every iteration gives a valid lower bound and
    improves it.
    """
    found = dict.fromkeys(events(plan), 0.0 if since == START else -inf) | {since: 0.0}
    for _ in range(len(plan.phases) + 2):
        before = dict(found)
        for event in events(plan):
            if event != since:
                found[event] = _at_least(plan, event, found, since)
        if found == before:
            break
    return found


def _at_least(plan: Plan, event: Event, found: Earliest, since: Event) -> float:
    needed, gate = asked_for(plan, event)
    least = found[event] if since == START else -inf
    waits = [least, *(found[one] for one in needed), *(_criterion_days(plan, criterion, found, since) for criterion in gate)]
    kind, name = event
    if kind == "stable" and (rule := plan.phases[name].stability) is not None:
        begins = found["open", name] if rule.from_ is None else _anchor_days(rule.from_, found, since)
        waits.append(begins + _least_days(rule.length) + _least_days(rule.settling))
    if kind == "agreed":
        waits.append(_add_days(plan.agreed_dates[name].not_before, found, since))
    return max(waits)


def _criterion_days(plan: Plan, criterion: c.Criterion, found: Earliest, since: Event) -> float:
    """The earliest day on which a criterion can hold."""
    match criterion:
        case c.All(all=parts):
            return max(_criterion_days(plan, part, found, since) for part in parts)
        case c.AnyOf(any=parts):
            return min(_criterion_days(plan, part, found, since) for part in parts)
        case c.AtLeast(at_least=several):
            return sorted(_criterion_days(plan, part, found, since) for part in several.of)[several.count - 1]
        case c.MilestoneAchieved(milestone=name) if plan.milestones[name].waived_by is None:  # a waiver is possible at any time
            return found["achieved", name]
        case c.PhaseComplete(phase=name):
            return found["complete", name]
        case c.StabilityKept(stability=name):
            return found["stable", name]
        case c.CommitmentHolds(commitment=name):
            return found["in_force", name]
        case c.NotBefore(not_before=after):
            return _add_days(after, found, since)
        case _:
            return -inf


def _add_days(after: c.After, found: Earliest, since: Event) -> float:
    return _anchor_days(after.from_, found, since) + _least_days(after.within)


def _anchor_days(anchor: c.Anchor, found: Earliest, since: Event) -> float:
    """The earliest day of an anchor. A milestone counts from its deed, which may precede its phase."""
    event = _event(anchor)
    if event == since:
        return 0.0
    if event is None or event == START or event[0] == "achieved":
        return 0.0 if since == START and event is not None else -inf
    return found[event]


def _least_days(duration: str) -> float:
    return sum(number * _DAYS[unit][0] for unit, number in parse_duration(duration).items() if unit in _DAYS)


def _most_days(duration: str) -> float:
    """The most days of a duration, plus one, since a date lasts through its day."""
    return 1 + sum(number * _DAYS[unit][1] for unit, number in parse_duration(duration).items() if unit in _DAYS)
