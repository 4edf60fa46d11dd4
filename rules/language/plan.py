"""The plan model: parties, phases, milestones, gates and clocks, as data.

A plan says who must do what, which evidence shows it, who verifies it, what it opens, and what
happens when it is broken or undone. What a source text leaves open ("some period of time") is a
named parameter with a default and a `why`; `$name` stands for its value anywhere in the plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from rules.field_types import Chosen, Label, Name, StrictModel, Text, WhenSuspended
from rules.language.agreed_dates import AgreedDate
from rules.language.assessors import Assessor, GradeScale
from rules.language.checks import Check
from rules.language.commitments import Commitment
from rules.language.criteria import (
    Criterion,
    FigureHolds,
    MilestoneAchieved,
    NotAfter,
    NotBefore,
    OutcomeIs,
    PhaseOver,
    ProgramComplete,
    StabilityKept,
    consents_asked,
    leaves,
)
from rules.language.dependents import Dependents, Subject, dependents
from rules.language.disputes import Ladder, Snapback
from rules.language.indicators import Indicator, recorded
from rules.language.lasting import lasting_criteria
from rules.language.milestones import Measured, Milestone
from rules.language.parties import JointBody, NonParty, Party
from rules.language.periods import USUAL, Calendar
from rules.language.phases import Phase
from rules.language.procedures import AmendmentClass, Procedure
from rules.language.reporting import Reporting
from rules.language.sources import Host, Source
from rules.language.terms import Release
from rules.language.timetable import Inactivity, Window
from rules.text_formats import HYPHENED
from rules.times import Interval, TimeZone

Edge: TypeAlias = NotBefore | NotAfter
"""A date that a gate waits for, or by which it has to let through."""

PlanName = Annotated[str, Field(pattern=HYPHENED)]


MANY = 300
"""Of a kind that a plan declares. What is asked again after each act stays quick."""


class Parameter(StrictModel):
    """A blank that the source text leaves open."""

    default: Chosen = Field(description="used when the program is started without a value")
    why: Text = Field(description="what the source leaves open, and why this default")


class IncidentKind(StrictModel):
    """A class of events that the plan gives consequences to."""

    title: Label
    note: Text | None = None


class ChildProgram(StrictModel):
    """A program of its own that a phase opens: with its own plan, members, ledger and clocks."""

    title: Label
    plan: PlanName = Field(description="name of its plan")
    opened_in: Name = Field(description="the phase that opens it")
    when_suspended: WhenSuspended = Field(
        description="what becomes of it while this program is suspended, or that phase has stepped back"
    )
    note: Text | None = None


class Plan(StrictModel):
    """A whole plan, with every parameter filled in."""

    accord: Literal[1] = Field(description="version of the plan language")
    plan: PlanName = Field(description="name of the plan")
    title: Label
    source: Text
    time_zone: TimeZone
    parameters: dict[Name, Parameter] = Field(default_factory=dict)
    parties: dict[Name, Party] = Field(min_length=1, max_length=MANY)
    bodies: dict[Name, JointBody] = Field(default_factory=dict, max_length=MANY)
    non_parties: dict[Name, NonParty] = Field(default_factory=dict, max_length=MANY)
    severities: tuple[Name, ...] = Field(default=(), max_length=100, description="from the least to the gravest")
    incidents: dict[Name, IncidentKind] = Field(default_factory=dict, max_length=MANY)
    reporting: Reporting | None = Field(default=None, description="what periods of figures mean, where it is not the usual")
    indicators: dict[Name, Indicator] = Field(default_factory=dict, max_length=MANY)
    hosts: tuple[Host, ...] = Field(default=(), max_length=50, description="the only hosts that checks may ask")
    sources: dict[Name, Source] = Field(default_factory=dict, max_length=100)
    checks: dict[Name, Check] = Field(default_factory=dict, max_length=200)
    commitments: dict[Name, Commitment] = Field(default_factory=dict, max_length=MANY)
    calendar: dict[Name, Window] = Field(
        default_factory=dict, max_length=MANY, description="times that stop the clocks which name them"
    )
    agreed_dates: dict[Name, AgreedDate] = Field(
        default_factory=dict, max_length=MANY, description="days that parties agree on, within a window"
    )
    inactivity: dict[Name, Inactivity] = Field(
        default_factory=dict, description="by party or body, when it stands still; only while it owes something"
    )
    authorities: tuple[Name, ...] = Field(
        default=(),
        description="parties or bodies that decide incidents, end suspensions and terminate; left out, those that determine",
    )
    members_admitted_by: Literal["own_party", "officer"] = Field(
        default="own_party",
        description="who admits and removes members of a party or body: its own representative, if it has one, or an officer",
    )
    procedures: dict[Name, Procedure] = Field(default_factory=dict, max_length=MANY)
    amendments: dict[Name, AmendmentClass] = Field(
        default_factory=dict,
        max_length=20,
        description="the first class that allows all changes of an amendment decides its procedure",
    )
    scales: dict[Name, GradeScale] = Field(default_factory=dict, max_length=MANY)
    assessors: dict[Name, Assessor] = Field(default_factory=dict, max_length=MANY)
    disputes: dict[Name, Ladder] = Field(default_factory=dict, max_length=MANY)
    snapbacks: dict[Name, Snapback] = Field(default_factory=dict, max_length=MANY)
    phases: dict[Name, Phase] = Field(min_length=1, max_length=MANY)
    programs: dict[Name, ChildProgram] = Field(default_factory=dict, max_length=100, description="child programs")
    releases: dict[Name, Release] = Field(default_factory=dict, max_length=MANY)

    @cached_property
    def periods(self) -> Calendar:
        """The calendar by which periods of figures are read."""
        return self.reporting.calendar if self.reporting else USUAL

    @cached_property
    def milestones(self) -> Mapping[str, Milestone]:
        """All milestones by name; names are unique in the plan."""
        return {name: step for phase in self.phases.values() for name, step in phase.milestones.items()}

    @cached_property
    def owed_by(self) -> Mapping[str, tuple[str, ...]]:
        """By milestone, the parties that owe it, with bodies expanded to their members."""
        return {name: tuple(dict.fromkeys(self._members(step.party))) for name, step in self.milestones.items()}

    def _members(self, names: Iterable[str]) -> Iterator[str]:
        for name in names:
            yield from self.bodies[name].members if name in self.bodies else (name,)

    @cached_property
    def deciders(self) -> tuple[str, ...]:
        """The authorities, who decide incidents, end suspensions and terminate."""
        determining = {name for step in self.milestones.values() for name in step.determined.by}
        return self.authorities or tuple(sorted(determining or {*self.parties, *self.bodies}))

    @cached_property
    def everybody(self) -> frozenset[str]:
        """All to whom an incident can be attributed: parties and non-parties."""
        return frozenset((*self.parties, *self.non_parties))

    @cached_property
    def phase_of(self) -> Mapping[str, str]:
        """The phase of each milestone."""
        return {name: phase for phase, held in self.phases.items() for name in held.milestones}

    @cached_property
    def recorded_for(self) -> Mapping[str, tuple[str, ...]]:
        """By indicator, the recorded indicators behind it: itself, or those from which it is derived."""
        return {name: tuple(dict.fromkeys(recorded(self.indicators, name))) for name in self.indicators}

    @cached_property
    def derived(self) -> tuple[str, ...]:
        """The derived indicators."""
        return tuple(name for name, rule in self.indicators.items() if rule.made_of is not None)

    @cached_property
    def compared_with_a_year_before(self) -> frozenset[str]:
        """The indicators whose figure of the year before is part of a derived one."""
        made = (self.indicators[name].made_of for name in self.derived)
        parts = (part.indicator for one in made if one is not None for part in one.parts if part.a_year_before)
        return frozenset(name for part in parts for name in self.recorded_for.get(part, ()))

    @cached_property
    def measured(self) -> Mapping[str, tuple[tuple[str, str, Measured], ...]]:
        """By recorded indicator, the milestones that count it, each with the showing and its target."""
        uses: dict[str, list[tuple[str, str, Measured]]] = {}
        for name, step in self.milestones.items():
            for showing, how in step.shown_by.items():
                if isinstance(how, Measured):
                    for indicator in self.recorded_for.get(how.indicator, ()):
                        uses.setdefault(indicator, []).append((name, showing, how))
        return {indicator: tuple(found) for indicator, found in uses.items()}

    @cached_property
    def read_by(self) -> Mapping[str, tuple[str, ...]]:
        """By indicator, the checks that read its figures from its own producer."""
        checks: dict[str, tuple[str, ...]] = {}
        for name, check in self.checks.items():
            indicator = check.figures_of
            if indicator and self.sources[check.source].producer == self.indicators[indicator].producer:
                checks[indicator] = (*checks.get(indicator, ()), name)
        return checks

    @cached_property
    def paid_by(self) -> Mapping[str, frozenset[str]]:
        """By indicator that a release counts, who verifies its figures."""
        verifiers: dict[str, frozenset[str]] = {}
        for terms in self.releases.values():
            if (rule := terms.per_unit) is not None:
                for indicator in (one for name in rule.indicators for one in self.recorded_for.get(name, ())):
                    verifiers[indicator] = verifiers.get(indicator, frozenset()) | frozenset(terms.verified_by)
        return verifiers

    @cached_property
    def size(self) -> int:
        """The cost of evaluating a program: the number of milestones and gate criteria."""
        return len(self.milestones) + sum(1 for _, gate in self.gates for _ in leaves(*gate))

    @cached_property
    def gates(self) -> tuple[tuple[tuple[str, ...], tuple[Criterion, ...]], ...]:
        """All lists of criteria in the plan, with their paths."""
        return tuple(self._gates())

    def _gates(self) -> Iterator[tuple[tuple[str, ...], tuple[Criterion, ...]]]:
        for name, phase in self.phases.items():
            yield ("phases", name, "entry"), phase.entry
            yield ("phases", name, "exit"), phase.exit
            yield ("phases", name, "closes_when"), phase.closes_when
            for step_name, step in phase.milestones.items():
                yield ("phases", name, "milestones", step_name, "owed_while"), step.owed_while
                yield ("phases", name, "milestones", step_name, "holds_while"), step.holds_while
                yield ("phases", name, "milestones", step_name, "final_when"), step.final_when
        for name, commitment in self.commitments.items():
            yield ("commitments", name, "owed_while"), commitment.owed_while
            yield ("commitments", name, "kept_while"), commitment.kept_while
        for name, procedure in self.procedures.items():
            yield ("procedures", name, "adopted_when"), procedure.adopted_when
        for name, terms in self.releases.items():
            yield ("releases", name, "when"), terms.when
            if terms.per_time:
                yield ("releases", name, "per_time", "while"), terms.per_time.while_
            if terms.advance:
                yield ("releases", name, "advance", "when"), terms.advance.when

    @cached_property
    def figures(self) -> Mapping[str, str]:
        """By indicator in a figure criterion, the first phase that uses it, or else the first phase."""
        first = next(iter(self.phases))
        uses: dict[str, str] = {}
        for name, step in self.milestones.items():
            for how in step.shown_by.values():
                if isinstance(how, Measured):
                    uses.setdefault(how.indicator, self.phase_of[name])
        for place, gate in self.gates:
            for leaf in leaves(*gate):
                if isinstance(leaf, FigureHolds):
                    uses.setdefault(leaf.figure.indicator, place[1] if place[0] == "phases" else first)
        return uses

    @cached_property
    def exits(self) -> Mapping[str, tuple[Criterion, ...]]:
        """The exit gate of each phase, with the implicit criteria of unwritten ones."""
        return {name: phase.exit or tuple(self._whole(name)) for name, phase in self.phases.items()}

    @cached_property
    def consents_asked(self) -> Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]:
        """By phase, the parties whose consent its entry gate and its exit gate require."""
        return {name: (consents_asked(*phase.entry), consents_asked(*self.exits[name])) for name, phase in self.phases.items()}

    @cached_property
    def dates(self) -> Mapping[str, tuple[tuple[Edge, ...], tuple[Edge, ...], tuple[Edge, ...]]]:
        """By phase with dates in its gates: the dates of entry and exit, and those that close it."""
        waits = {
            name: (_dated(phase.entry), _dated(self.exits[name]), _dated(phase.closes_when))
            for name, phase in self.phases.items()
        }
        return {name: dated for name, dated in waits.items() if any(dated)}

    @cached_property
    def kept(self) -> Mapping[str, tuple[tuple[Criterion, ...], tuple[Criterion, ...]]]:
        """By phase, the lasting criteria of its entry gate (while open) and of its exit gate (while complete)."""
        return {
            name: (lasting_criteria(phase.entry), lasting_criteria(self.exits[name]))
            if name in self.dates
            else (phase.entry, self.exits[name])
            for name, phase in self.phases.items()
        }

    def _whole(self, name: str) -> Iterator[Criterion]:
        phase = self.phases[name]
        for milestone, step in phase.milestones.items():
            if step.declined_by is None:
                yield MilestoneAchieved(milestone=milestone)
            else:
                yield OutcomeIs.model_validate({"outcome": {"milestone": milestone, "is": ["achieved", "waived", "declined"]}})
        if phase.stability is not None:
            yield StabilityKept(stability=name)
        for inner, other in self.phases.items():
            if other.within == name:
                yield PhaseOver(phase=inner)
        for child, opened in self.programs.items():
            if opened.opened_in == name:
                yield ProgramComplete(program=child)

    @cached_property
    def final_dates(self) -> Mapping[str, tuple[Edge, ...]]:
        """The milestones whose finality has a date."""
        return {name: dated for name, step in self.milestones.items() if (dated := _dated(step.final_when))}

    @cached_property
    def dependents(self) -> Mapping[Subject, Dependents]:
        """The dependency index, by milestone, phase, indicator and child program."""
        index = dependents(self.commitments, self.phases, self.exits, self.releases)
        for name in self.derived:
            for part in self.recorded_for[name]:
                index["indicator", part].join(index["indicator", name])
        return index

    def windows(self, names: Iterable[str]) -> list[Interval]:
        """The calendar windows with these names."""
        return [(self.calendar[name].from_, self.calendar[name].to) for name in names]

    def severity(self, name: str | None) -> int:
        """The rank of a severity; -1 without one."""
        return -1 if name is None else self.severities.index(name)


def _dated(gate: tuple[Criterion, ...]) -> tuple[Edge, ...]:
    return tuple(leaf for leaf in leaves(*gate) if isinstance(leaf, NotBefore | NotAfter))
