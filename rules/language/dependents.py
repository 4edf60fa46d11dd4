"""The dependency index of a plan: which rules depend on which subject, so that only these are evaluated again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from rules.language.commitments import Commitment
from rules.language.criteria import (
    Anchor,
    Assessed,
    Criterion,
    FigureHolds,
    Graded,
    InTime,
    MilestoneAchieved,
    MilestoneGraded,
    NotAfter,
    NotBefore,
    Outcome,
    OutcomeIs,
    PhaseComplete,
    ProgramComplete,
    ProgramMilestone,
    leaves,
)
from rules.language.phases import Phase
from rules.language.terms import Release

Subject: TypeAlias = tuple[Literal["milestone", "phase", "indicator", "program"], str]


@dataclass(slots=True)
class Dependents:
    """The milestones, phases, commitments and releases with a rule that asks for one subject."""

    milestones: set[str] = field(default_factory=set)
    phases: set[str] = field(default_factory=set)
    commitments: set[str] = field(default_factory=set)
    releases: set[str] = field(default_factory=set)

    def join(self, other: Dependents) -> None:
        """Adds the dependents of another subject from which this one is derived."""
        self.milestones |= other.milestones
        self.phases |= other.phases
        self.commitments |= other.commitments
        self.releases |= other.releases


def dependents(
    commitments: Mapping[str, Commitment],
    phases: Mapping[str, Phase],
    exits: Mapping[str, Iterable[Criterion]],
    releases: Mapping[str, Release],
) -> dict[Subject, Dependents]:
    """By milestone, phase, indicator and child program, what to evaluate when it changes; itself included."""
    index: dict[Subject, Dependents] = defaultdict(Dependents)
    for name, commitment in commitments.items():
        asked = [subject for criterion in (*commitment.kept_while, *commitment.owed_while) for subject in _needs(criterion)]
        for subject in (*asked, *_anchor_subjects(commitment.in_force)):
            index[subject].commitments.add(name)
    for name, phase in phases.items():
        own = index["phase", name]
        own.phases.add(name)
        own.milestones.update(phase.milestones)
        if phase.within is not None:
            index["phase", phase.within].phases.add(name)
        anchor = phase.stability.from_ if phase.stability else None
        asked = [subject for criterion in (*phase.entry, *exits[name], *phase.closes_when) for subject in _needs(criterion)]
        for subject in (*asked, *(_anchor_subjects(anchor) if anchor else ())):
            index[subject].phases.add(name)
    for name, step in ((name, step) for phase in phases.values() for name, step in phase.milestones.items()):
        index["milestone", name].milestones.add(name)
        asked = [
            subject for criterion in (*step.holds_while, *step.owed_while, *step.final_when) for subject in _needs(criterion)
        ]
        anchors = [date.from_ for date in step.due.dates] if step.due else []
        for subject in (*asked, *(subject for anchor in anchors for subject in _anchor_subjects(anchor))):
            index[subject].milestones.add(name)
    for name, terms in releases.items():
        for subject in _earning(terms):
            index[subject].releases.add(name)
    return index


def _earning(terms: Release) -> Iterator[Subject]:
    """The criteria by which a release is earned, and the anchors of its instalments."""
    for criterion in terms.gates:
        yield from _needs(criterion)
    if terms.share_of is not None:
        yield "milestone", terms.share_of
    if terms.per_unit is not None:
        yield from (("indicator", indicator) for indicator in terms.per_unit.indicators)
    for counted in (terms.due, terms.lapses, terms.per_time):
        if counted is not None:
            yield from _anchor_subjects(counted.from_)


def _needs(criterion: Criterion) -> Iterator[Subject]:
    for leaf in leaves(criterion):
        match leaf:
            case (
                MilestoneAchieved(milestone=name)
                | MilestoneGraded(graded=Graded(milestone=name))
                | OutcomeIs(outcome=Outcome(milestone=name))
            ):
                yield "milestone", name
            case Assessed(assessed=asked):
                yield "milestone", asked.milestone
            case PhaseComplete(phase=name):
                yield "phase", name
            case InTime(days_late=late):
                yield "milestone", late.milestone
            case NotBefore(not_before=after) | NotAfter(not_after=after):
                yield from _anchor_subjects(after.from_)
            case FigureHolds(figure=figure):
                yield "indicator", figure.indicator
            case ProgramComplete(program=name):
                yield "program", name
            case ProgramMilestone(program_milestone=asked):
                yield "program", asked.program
            case _:
                pass  # a dependency on anything else makes the agenda evaluate everything


def _anchor_subjects(anchor: Anchor) -> Iterator[Subject]:
    if anchor.milestone is not None:
        yield "milestone", anchor.milestone
    elif anchor.finding is not None:
        yield "milestone", anchor.finding
    elif anchor.phase is not None:
        yield "phase", anchor.phase
