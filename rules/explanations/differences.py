"""Differences between two states of a program, place by place, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from rules import dates
from rules.explanations.outstanding import OutstandingAct, outstanding_at
from rules.figures.derived import citation
from rules.figures.selection import newest_figure
from rules.program import Program
from rules.vocabulary.members import Member
from rules.vocabulary.milestones import MilestoneState

Noun: TypeAlias = Literal[
    "program", "plan", "phase", "milestone", "commitment", "incident", "figure", "release", "member", "owed"
]


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference; `before` or `after` is None where the thing did not exist."""

    noun: Noun
    name: str
    title: str
    before: str | None
    after: str | None

    @property
    def sentence(self) -> str:
        if self.before is None:
            return f"{self.title}: {self.after}; it was not there before."
        if self.after is None:
            return f"{self.title}: no longer there; it was {self.before}."
        return f"{self.title}: {self.after}; it was {self.before}."


def differences(before: Program, then: datetime, after: Program, now: datetime) -> Iterator[Difference]:
    """The differences between two states of a program, each described as of its instant, in the order of the plan."""
    plan = after.plan
    yield from _diff("program", {"standing": after.title}, _standing(before), _standing(after))
    yield from _diff("plan", {"text": plan.title}, _text(before), _text(after))
    yield from _diff("phase", {n: p.title for n, p in plan.phases.items()}, _phases(before), _phases(after))
    yield from _diff("milestone", {n: m.title for n, m in plan.milestones.items()}, _milestones(before), _milestones(after))
    promises = {name: promise.title for name, promise in plan.commitments.items()}
    yield from _diff("commitment", promises, _commitments(before), _commitments(after))
    yield from _diff("incident", {}, _incidents(before), _incidents(after))
    yield from _diff("figure", {n: i.title for n, i in plan.indicators.items()}, _figures(before), _figures(after))
    yield from _diff("release", {n: r.title for n, r in plan.releases.items()}, _releases(before), _releases(after))
    yield from _diff("member", {}, _members(before), _members(after))
    were, are = _owed(before, then), _owed(after, now)
    yield from _diff("owed", {}, were, are)


def _diff(noun: Noun, titles: Mapping[str, str], before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Difference]:
    for name in dict.fromkeys((*before, *after)):
        was, is_ = before.get(name), after.get(name)
        if was != is_:
            yield Difference(noun, name, titles.get(name, name), was, is_)


def _standing(program: Program) -> dict[str, str]:
    return {"standing": program.standing.value}


def _text(program: Program) -> dict[str, str]:
    return {"text": f"the text with the SHA-256 {program.plan_sha256}"}


def _phases(program: Program) -> dict[str, str]:
    return {name: _phase(program, name) for name in program.plan.phases}


def _phase(program: Program, name: str) -> str:
    state, kept = program.phase(name), program.stability.get(name)
    text = f"{state.status.value}, its entry gate is {'met' if state.entry_met else 'not met'}"
    if kept is None:
        return text
    quiet = "kept" if kept.completed_at else kept.counted.status
    ends = f", until {_date(program, kept.counted.completes_at)}" if kept.counted.completes_at else ""
    return f"{text}, its stability period is {quiet}{ends}"


def _milestones(program: Program) -> dict[str, str]:
    return {name: _milestone(program, program.milestone(name)) for name in program.plan.milestones}


def _milestone(program: Program, state: MilestoneState) -> str:
    told = state.status.value.replace("_", " ")
    told += f" ({state.grade.normalize():f})" if state.grade is not None else ""
    told += ", waived" if state.waived else ""
    if state.due is not None:
        told += f", due on {_date(program, state.due.revised)}" if state.due.revised else ", its due date is paused"
        told += ", missed" if state.due.missed_at else ""
    if state.finding is not None:
        told += f", found {state.finding.outcome.value.replace('_', ' ')}"
        told += f", {state.finding.proposes} proposed" if state.finding.proposes else ""
    return told


def _commitments(program: Program) -> dict[str, str]:
    return {name: state.status.replace("_", " ") for name, state in program.commitments.items()}


def _incidents(program: Program) -> dict[str, str]:
    return {
        name: f"{incident.status.value}, {incident.severity}" + (", resolved" if incident.resolved_at else "")
        for name, incident in program.incidents.items()
    }


def _figures(program: Program) -> dict[str, str]:
    found = {name: newest_figure(program, name) for name in program.plan.indicators}
    return {
        name: f"{figure.value:f} {figure.unit} of {figure.period} ({citation(figure)})"
        for name, figure in found.items()
        if figure is not None
    }


def _releases(program: Program) -> dict[str, str]:
    return {
        name: ", ".join(f"{account} {amount:f}" for account, amount in state.balances.items() if amount)
        for name, state in program.paying
    }


def _members(program: Program) -> dict[str, str]:
    held = sorted(program.members, key=lambda member: (member.person, member.role, member.party or ""))
    people: dict[str, list[str]] = {}
    for member in held:
        people.setdefault(member.person, []).append(_role(member))
    return {person: ", ".join(roles) for person, roles in people.items()}


def _role(member: Member) -> str:
    return f"{member.role} of {member.party}" if member.party else member.role.value


def _owed(program: Program, at: datetime) -> dict[str, str]:
    return {
        f"{one.owed.party}.{one.owed.kind}.{one.owed.name}": _of_owed(program, one, at) for one in outstanding_at(program, at)
    }


def _of_owed(program: Program, one: OutstandingAct, at: datetime) -> str:
    late = one.overdue_from is not None and one.overdue_from <= at
    text = f"{one.owed.kind} owed by {one.owed.party} since {_date(program, one.owed.since)}"
    return f"{text}, overdue" if late else text


def _date(program: Program, date: datetime | None) -> str:
    return dates.in_words(date, program.plan.time_zone) if date else ""
