"""Validation of criteria: whether this plan has what they refer to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import assert_never

from rules.language import criteria as c
from rules.language.grades import WRITTEN, fits
from rules.language.milestones import Measured
from rules.language.periods import is_period
from rules.language.plan import Plan
from rules.language.reading import Fault, Path
from rules.language.voting import votes_of
from rules.validation.names import unknown_name


def gate_faults(plan: Plan, at: Path, criteria: tuple[c.Criterion, ...]) -> Iterator[Fault]:
    """Criteria that refer to what the plan does not have."""
    for index, criterion in enumerate(criteria):
        yield from _criterion(plan, (*at, index), criterion)


def placed_leaves(at: Path, criteria: Iterable[c.Criterion]) -> Iterator[tuple[Path, c.Leaf]]:
    """The elementary criteria with their paths."""
    for index, criterion in enumerate(criteria):
        match criterion:
            case c.All(all=parts):
                yield from placed_leaves((*at, index, "all"), parts)
            case c.AnyOf(any=parts):
                yield from placed_leaves((*at, index, "any"), parts)
            case c.AtLeast(at_least=several):
                yield from placed_leaves((*at, index, "at_least", "of"), several.of)
            case _:
                (key,) = type(criterion).model_fields
                yield (*at, index, key), criterion


def kept_while_faults(plan: Plan, at: Path, criteria: tuple[c.Criterion, ...]) -> Iterator[Fault]:
    """Faults in the criteria that keep a commitment."""
    yield from gate_faults(plan, at, criteria)
    for place, leaf in placed_leaves(at, criteria):
        if isinstance(leaf, c.CommitmentHolds | c.ConsentsGiven | c.NotBefore | c.NotAfter | c.InTime):
            yield Fault(place, "a commitment is kept by what is so: not by another one, a consent or a date")


def weight_faults(at: Path, by: tuple[str, ...], agree: str, weights: Mapping[str, int]) -> Iterator[Fault]:
    """Votes that exceed the total, and weights of nobody or of zero."""
    if agree.isdigit() and int(agree) > (most := votes_of(by, weights)):
        yield Fault((*at, "agree"), f"this gate can never open: {agree} of {most} votes")
    for name, weight in weights.items():
        yield from unknown_name((*at, "weights", name), name, "name in by", by)
        if weight < 1:
            yield Fault((*at, "weights", name), "a vote weighs one or more; leave out of by who has none")


def owed_while_faults(plan: Plan, at: Path, criteria: tuple[c.Criterion, ...], *, of_milestone: bool) -> Iterator[Fault]:
    """Criteria of an obligation that are not events, or depend on the obligation itself."""
    yield from gate_faults(plan, at, criteria)
    for place, leaf in placed_leaves(at, criteria):
        outside = isinstance(leaf, c.NoOpenIncident | c.NoOpenDispute | c.NoSnapback | c.FigureHolds | c.Assessed)
        if not outside and not (of_milestone and isinstance(leaf, c.CommitmentHolds)):
            fits = "no_open_incident, no_open_dispute, no_snapback, figure, assessed"
            text = f"what is owed is lifted by what happens; write {fits}{' or commitment' if of_milestone else ''}"
            yield Fault(place, text)


def _criterion(plan: Plan, at: Path, criterion: c.Criterion) -> Iterator[Fault]:  # noqa: C901, PLR0912, PLR0915  one arm a criterion
    match criterion:
        case c.All(all=parts):
            yield from gate_faults(plan, (*at, "all"), parts)
        case c.AnyOf(any=parts):
            yield from gate_faults(plan, (*at, "any"), parts)
        case c.AtLeast(at_least=several):
            yield from gate_faults(plan, (*at, "at_least", "of"), several.of)
            if several.count > len(several.of):
                message = f"this gate can never open: {several.count} of {len(several.of)} criteria"
                yield Fault((*at, "at_least", "count"), message)
        case c.MilestoneAchieved(milestone=name):
            yield from unknown_name((*at, "milestone"), name, "milestone", plan.milestones)
        case c.MilestoneGraded(graded=graded):
            yield from _graded(plan, (*at, "graded"), graded)
        case c.OutcomeIs(outcome=outcome):
            yield from _outcome(plan, (*at, "outcome"), outcome)
        case c.PhaseComplete(phase=name):
            yield from unknown_name((*at, "phase"), name, "phase", plan.phases)
        case c.StabilityKept(stability=name):
            if name not in plan.phases or not plan.phases[name].stability:
                periods = [phase for phase, rule in plan.phases.items() if rule.stability]
                yield from unknown_name((*at, "stability"), name, "phase with a stability period", periods)
        case c.CommitmentHolds(commitment=name):
            yield from unknown_name((*at, "commitment"), name, "commitment", plan.commitments)
        case c.ConsentsGiven(consent=votes):
            listed: Path = (*at, "consent") if votes.takes_all else (*at, "consent", "by")
            for index, party in enumerate(votes.by):
                yield from unknown_name((*listed, index), party, "party", plan.parties)
            yield from weight_faults((*at, "consent"), votes.by, votes.agree, votes.weights)
        case c.NoOpenIncident(no_open_incident=trigger):
            yield from _trigger(plan, (*at, "no_open_incident"), trigger)
        case c.NoOpenDispute(no_open_dispute=name):
            yield from unknown_name((*at, "no_open_dispute"), name, "kind of dispute", plan.disputes)
        case c.NoSnapback(no_snapback=name):
            yield from unknown_name((*at, "no_snapback"), name, "snapback", plan.snapbacks)
        case c.Assessed(assessed=asked):
            yield from unknown_name((*at, "assessed", "milestone"), asked.milestone, "milestone", plan.milestones)
            yield from unknown_name((*at, "assessed", "by"), asked.by, "assessor", plan.assessors)
        case c.NotBefore(not_before=after):
            yield from anchor_faults(plan, (*at, "not_before", "from"), after.from_)
        case c.NotAfter(not_after=edge):
            yield from anchor_faults(plan, (*at, "not_after", "from"), edge.from_)
        case c.InTime(days_late=late):
            yield from _dated(plan, (*at, "days_late", "milestone"), late.milestone)
        case c.FigureHolds(figure=figure):
            yield from _figure(plan, (*at, "figure"), figure)
        case c.ProgramComplete(program=name):
            yield from unknown_name((*at, "program"), name, "child program", plan.programs)
        case c.ProgramMilestone(program_milestone=asked):
            yield from unknown_name((*at, "program_milestone", "program"), asked.program, "child program", plan.programs)
        case _:
            assert_never(criterion)


def _figure(plan: Plan, at: Path, figure: c.FigureCondition) -> Iterator[Fault]:
    yield from unknown_name((*at, "indicator"), figure.indicator, "indicator", plan.indicators)
    indicator = plan.indicators.get(figure.indicator)
    if indicator is None:
        return
    if figure.unit != indicator.unit:
        yield Fault((*at, "unit"), f"the unit {figure.unit} is not that of {figure.indicator}: {indicator.unit}")
    if figure.of == "total" and not indicator.adds_up:
        kind = indicator.quantity or f"in {indicator.unit}"
        text = f"figures of {figure.indicator} do not add up ({kind}): the total of several periods is no figure of anything"
        yield Fault((*at, "of"), f"{text}; ask of: newest, or say quantity: amount there if they do")
    if figure.period is not None and not is_period(figure.period, plan.periods):
        yield Fault((*at, "of"), f"{figure.of} is no period of this plan; write for example 2025, 2025-Q1 or 2025-06")
    for name in plan.recorded_for[figure.indicator]:
        counted = name in plan.measured or plan.paid_by.get(name)
        if not counted and not plan.indicators[name].verified_by:
            yield Fault((*at, "indicator"), f"nobody verifies the figures of {name}; write verified_by: [...] there")


def _outcome(plan: Plan, at: Path, outcome: c.Outcome) -> Iterator[Fault]:
    yield from unknown_name((*at, "milestone"), outcome.milestone, "milestone", plan.milestones)
    step = plan.milestones.get(outcome.milestone)
    if step is None:
        return
    scale = step.determined.scale is not None
    could: dict[c.Ending, tuple[bool, str]] = {
        "partly_achieved": (scale, "it has no scale; write determined: {..., scale: ordinal} there"),
        "waived": (step.waived_by is not None, "nothing waives it; write waived_by: PROCEDURE there"),
        "declined": (step.declined_by is not None, "nothing declines it; write declined_by: PROCEDURE there"),
        "not_achieved": (not step.determined.automatically, "nobody determines it; write determined: {by: [...]} there"),
        "reversed": (not step.determined.automatically, "nobody determines it; write determined: {by: [...]} there"),
    }
    for index, ending in enumerate(outcome.is_):
        if ending in could and not could[ending][0]:
            yield Fault((*at, "is", index), f"{outcome.milestone} is never {ending.replace('_', ' ')}: {could[ending][1]}")


def _graded(plan: Plan, at: Path, graded: c.Graded) -> Iterator[Fault]:
    yield from scale_faults(plan, (*at, "milestone"), graded.milestone)
    step = plan.milestones.get(graded.milestone)
    scale = step.determined.scale if step else None
    if scale is not None and not fits(scale, graded.at_least):
        yield Fault((*at, "at_least"), f"{graded.at_least:f} is not on the scale of {graded.milestone}: {WRITTEN[scale]}")


def _dated(plan: Plan, at: Path, milestone: str) -> Iterator[Fault]:
    yield from unknown_name(at, milestone, "milestone", plan.milestones)
    if milestone in plan.milestones and plan.milestones[milestone].due is None:
        yield Fault(at, f"{milestone} has no date that it could be late against; write due: {{...}} there")


def scale_faults(plan: Plan, at: Path, milestone: str) -> Iterator[Fault]:
    """Milestones that are asked for in part without having a scale."""
    yield from unknown_name(at, milestone, "milestone", plan.milestones)
    if milestone in plan.milestones and plan.milestones[milestone].determined.scale is None:
        yield Fault(at, f"{milestone} has no scale; write determined: {{..., scale: ordinal}} or scale: share there")


def anchor_faults(plan: Plan, at: Path, anchor: c.Anchor) -> Iterator[Fault]:
    """Anchors that the plan does not have."""
    if anchor.phase:
        yield from unknown_name((*at, "phase"), anchor.phase, "phase", plan.phases)
    if anchor.milestone:
        yield from unknown_name((*at, "milestone"), anchor.milestone, "milestone", plan.milestones)
    if anchor.finding:
        yield from unknown_name((*at, "finding"), anchor.finding, "milestone", plan.milestones)
    if anchor.agreed:
        yield from unknown_name((*at, "agreed"), anchor.agreed, "agreed date", plan.agreed_dates)
    step = plan.milestones.get(anchor.milestone or "")
    if step and anchor.as_ == "happened" and all(isinstance(how, Measured) for how in step.shown_by.values()):
        yield Fault(
            (*at, "as"), f"{anchor.milestone} is shown by figures alone, which do not say when it happened; leave as out"
        )


def trigger_faults(plan: Plan, at: Path, triggers: tuple[c.Trigger, ...]) -> Iterator[Fault]:
    """Incident classes that the plan does not have."""
    for index, trigger in enumerate(triggers):
        yield from _trigger(plan, (*at, index), trigger)


def _trigger(plan: Plan, at: Path, trigger: c.Trigger) -> Iterator[Fault]:
    for index, kind in enumerate(trigger.kinds):
        yield from unknown_name((*at, "kinds", index), kind, "kind of incident", plan.incidents)
    if trigger.at_least:
        yield from unknown_name((*at, "at_least"), trigger.at_least, "severity", plan.severities)
    for index, who in enumerate(trigger.attributed_to or ()):
        yield from unknown_name((*at, "attributed_to", index), who, "party or non-party", plan.everybody)
    for index, name in enumerate(trigger.about or ()):
        yield from unknown_name((*at, "about", index), name, "milestone", plan.milestones)
