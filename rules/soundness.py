"""Whether a plan makes sense as a whole: references, units, and gates that can open at all."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import assert_never

from rules import criteria as c
from rules import plan as p
from rules.acts import ChildPlan
from rules.amounts import amounts
from rules.comparison import bound
from rules.grades import WRITTEN, fits
from rules.indicators import Indicator
from rules.milestones import Attestation, Filed, Measured, Milestone, Statement
from rules.parameters import plan_of, text_read
from rules.periods import is_period
from rules.reachability import unreachable
from rules.reading import Document, Fault, Faulty, Path
from rules.sourcing import sourced
from rules.times import in_whole_days, parsed
from rules.timetable import Deadline
from rules.words import did_you_mean


def sound(
    document: Document,
    chosen: Mapping[str, str | int] | None = None,
    programs: Mapping[str, ChildPlan] | None = None,
) -> p.Plan:
    """A plan out of a document, checked to the end. Raises Faulty with every fault and its place.

    `programs` are the plans of its child programs, without which none can be started; left out,
    the plan is checked by itself.
    """
    plan = plan_of(document, chosen)
    faults = [*_names(plan), *_references(plan)]
    if not faults and programs is not None:
        faults = [*children_sound(plan, programs)]
    if not faults:
        faults = [*_units(plan), *_verifiers(plan), *_empty_periods(plan), *amounts(plan), *unreachable(plan)]
    if faults:
        raise Faulty([document.placed(fault) for fault in faults])
    return plan


def _names(plan: p.Plan) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for phase, rule in plan.phases.items():
        for name in rule.milestones:
            if name in seen:
                message = f"the milestone {name} stands in {seen[name]} already; names are unique in a plan"
                yield Fault(("phases", phase, "milestones", name), message)
            seen[name] = phase
    groups: tuple[Mapping[str, object], ...] = (plan.parties, plan.bodies, plan.non_parties, plan.assessors)
    everybody = [name for group in groups for name in group]
    for name in {name for name in everybody if everybody.count(name) > 1}:
        yield Fault(("parties",), f"{name} is named twice among parties, bodies, non-parties and assessors")


def _unknown(path: Path, word: str, what: str, known: Collection[str]) -> Iterator[Fault]:
    if word not in known:
        yield Fault(path, f"{word} is no {what} of this plan; {did_you_mean(word, known)}")


def _references(plan: p.Plan) -> Iterator[Fault]:
    signatories, everybody = [*plan.parties, *plan.bodies], [*plan.parties, *plan.non_parties]
    yield from _bodies(plan, signatories)
    for name, rule in plan.commitments.items():
        at: Path = ("commitments", name)
        if rule.party:
            yield from _unknown((*at, "party"), rule.party, "party", plan.parties)
        yield from _anchor(plan, (*at, "in_force"), rule.in_force)
        yield from _triggers(plan, (*at, "broken_by"), rule.broken_by, everybody)
        yield from _kept_while(plan, (*at, "kept_while"), rule.kept_while)
    for name, still in plan.inactivity.items():
        yield from _unknown(("inactivity", name), name, "party or body", signatories)
        yield from _windows(plan, ("inactivity", name, "paused_in"), still.paused_in)
    yield from _procedures(plan, signatories)
    for name, phase in plan.phases.items():
        at = ("phases", name)
        if phase.party:
            yield from _unknown((*at, "party"), phase.party, "party or body", signatories)
        if phase.within:
            yield from _unknown((*at, "within"), phase.within, "phase", plan.phases)
        yield from _gate(plan, (*at, "entry"), phase.entry)
        yield from _gate(plan, (*at, "exit"), phase.exit)
        if phase.stability:
            yield from _stability(plan, (*at, "stability"), phase.stability, everybody)
        for step_name, step in phase.milestones.items():
            yield from _milestone(plan, (*at, "milestones", step_name), step, signatories)
    for name, child in plan.programs.items():
        yield from _unknown(("programs", name, "opened_in"), child.opened_in, "phase", plan.phases)
    yield from _releases(plan, signatories)
    yield from sourced(plan)


def _bodies(plan: p.Plan, signatories: list[str]) -> Iterator[Fault]:
    for name, body in plan.bodies.items():
        for index, member in enumerate(body.members):
            yield from _unknown(("bodies", name, "members", index), member, "party", plan.parties)
    for name, indicator in plan.indicators.items():
        for index, who in enumerate(indicator.verified_by):
            yield from _unknown(("indicators", name, "verified_by", index), who, "party or body", signatories)
    for index, name in enumerate(plan.authorities):
        yield from _unknown(("authorities", index), name, "party or body", signatories)


def children_sound(plan: p.Plan, programs: Mapping[str, ChildPlan]) -> Iterator[Fault]:
    """Faults of child programs: no plan, another than declared, a faulty one, one without a milestone that is asked for."""
    for name in programs:
        yield from _unknown(("programs", name), name, "child program", plan.programs)
    for name, rule in plan.programs.items():
        at: Path = ("programs", name)
        if name not in programs:
            yield Fault((*at, "plan"), f"the plan {rule.plan} is not at hand; give it with the program")
            continue
        try:
            child = sound(text_read(programs[name].document), programs[name].parameters, programs[name].programs or {})
        except Faulty as error:
            yield from (Fault((*at, "plan"), f"in {rule.plan}: {fault.line('plan.yaml')}") for fault in error.faults)
            continue
        if child.plan != rule.plan:
            yield Fault((*at, "plan"), f"the plan given for it is {child.plan}, not {rule.plan}")
        yield from _asked_of(plan, name, child)


def _asked_of(plan: p.Plan, name: str, child: p.Plan) -> Iterator[Fault]:
    for at, gate in plan.gates:
        for index, criterion in enumerate(gate):
            for leaf in c.leaves(criterion):
                if isinstance(leaf, c.ProgramMilestone) and leaf.program_milestone.program == name:
                    wanted = leaf.program_milestone.milestone
                    if wanted not in child.milestones:
                        told = f"{wanted} is no milestone of the plan {child.plan}; {did_you_mean(wanted, child.milestones)}"
                        yield Fault((*at, index), told)


def _releases(plan: p.Plan, signatories: list[str]) -> Iterator[Fault]:
    for name, terms in plan.releases.items():
        at: Path = ("releases", name)
        for field, who in (("party", terms.party), ("to", terms.to)):
            yield from _unknown((*at, field), who, "party or body", signatories)
        for index, who in enumerate(terms.verified_by):
            yield from _unknown((*at, "verified_by", index), who, "party or body", signatories)
        yield from _gate(plan, (*at, "when"), terms.when)
        if terms.advance:
            yield from _gate(plan, (*at, "advance", "when"), terms.advance.when)
        if terms.share_of is not None:
            yield from _scaled(plan, (*at, "share_of"), terms.share_of)
        if terms.per_unit is not None:
            places: tuple[Path, ...] = ((*at, "per_unit", "indicator"), (*at, "per_unit", "sample", "indicator"))
            for place, indicator in zip(places, terms.per_unit.indicators, strict=False):
                yield from _unknown(place, indicator, "indicator", plan.indicators)
        for field, wait in (("due", terms.due), ("lapses", terms.lapses)):
            if wait is not None:
                yield from _anchor(plan, (*at, field, "from"), wait.from_)
        if c.consents_asked(*terms.gates):
            message = "consent is given to the opening of a phase; ask it there, and here for the phase or its milestone"
            yield Fault((*at, "when"), message)


def _anchor(plan: p.Plan, at: Path, anchor: c.Anchor) -> Iterator[Fault]:
    if anchor.phase:
        yield from _unknown((*at, "phase"), anchor.phase, "phase", plan.phases)
    if anchor.milestone:
        yield from _unknown((*at, "milestone"), anchor.milestone, "milestone", plan.milestones)


def _triggers(plan: p.Plan, at: Path, triggers: tuple[c.Trigger, ...], everybody: list[str]) -> Iterator[Fault]:
    for index, trigger in enumerate(triggers):
        yield from _trigger(plan, (*at, index), trigger, everybody)


def _trigger(plan: p.Plan, at: Path, trigger: c.Trigger, everybody: list[str]) -> Iterator[Fault]:
    for index, kind in enumerate(trigger.kinds):
        yield from _unknown((*at, "kinds", index), kind, "kind of incident", plan.incidents)
    if trigger.at_least:
        yield from _unknown((*at, "at_least"), trigger.at_least, "severity", plan.severities)
    for index, who in enumerate(trigger.attributed_to or ()):
        yield from _unknown((*at, "attributed_to", index), who, "party or non-party", everybody)


def _stability(plan: p.Plan, at: Path, rule: p.StabilityPeriod, everybody: list[str]) -> Iterator[Fault]:
    yield from _triggers(plan, (*at, "restarted_by"), rule.restarted_by, everybody)
    yield from _triggers(plan, (*at, "paused_by"), rule.paused_by, everybody)
    yield from _windows(plan, (*at, "paused_in"), rule.paused_in)
    if rule.from_:
        yield from _anchor(plan, (*at, "from"), rule.from_)
    if rule.tolerates:
        for index, kind in enumerate(rule.tolerates.kinds):
            yield from _unknown((*at, "tolerates", "kinds", index), kind, "kind of incident", plan.incidents)
        yield from _unknown((*at, "tolerates", "at_most"), rule.tolerates.at_most, "severity", plan.severities)
    feeds = [name for name, check in plan.checks.items() if check.incidents]
    for index, name in enumerate(rule.watched_by):
        yield from _unknown((*at, "watched_by", index), name, "check of incidents", feeds)


def _milestone(plan: p.Plan, at: Path, step: Milestone, signatories: list[str]) -> Iterator[Fault]:
    yield from _unknown((*at, "party"), step.party, "party", plan.parties)
    for index, name in enumerate(step.verified_by):
        yield from _unknown((*at, "verified_by", index), name, "party or body", signatories)
    for index, name in enumerate(step.determined.by):
        yield from _unknown((*at, "determined", "by", index), name, "party or body", signatories)
    for key, how in step.shown_by.items():
        match how:
            case Attestation(by=parties):
                for index, name in enumerate(parties):
                    yield from _unknown((*at, "shown_by", key, "by", index), name, "party or body", signatories)
            case Measured(indicator=indicator):
                yield from _unknown((*at, "shown_by", key, "indicator"), indicator, "indicator", plan.indicators)
            case Filed() | Statement():
                pass
            case _:
                assert_never(how)
    if step.due:
        yield from _deadline(plan, (*at, "due"), step.due)
    if step.waived_by:
        yield from _unknown((*at, "waived_by"), step.waived_by, "procedure", plan.procedures)
    yield from _gate(plan, (*at, "holds_while"), step.holds_while)


def _deadline(plan: p.Plan, at: Path, due: Deadline) -> Iterator[Fault]:
    for index, date in enumerate(due.dates):
        yield from _anchor(plan, (*at, "earliest_of", index, "from") if due.earliest_of else (*at, "from"), date.from_)
    for index, name in enumerate(due.paused_while_broken):
        yield from _unknown((*at, "paused_while_broken", index), name, "commitment", plan.commitments)
    yield from _windows(plan, (*at, "paused_in"), due.paused_in)
    if due.extended_by:
        yield from _unknown((*at, "extended_by"), due.extended_by, "procedure", plan.procedures)


def _windows(plan: p.Plan, at: Path, names: tuple[str, ...]) -> Iterator[Fault]:
    """Two windows that overlap are one that was written twice, mostly with a slip in a date."""
    for index, name in enumerate(names):
        yield from _unknown((*at, index), name, "window of the calendar", plan.calendar)
        if (window := plan.calendar.get(name)) is None:
            continue
        for other in names[:index]:
            if (held := plan.calendar.get(other)) and held.from_ < window.to and window.from_ < held.to:
                yield Fault((*at, index), f"the windows {other} and {name} overlap; write their times apart")


def _procedures(plan: p.Plan, signatories: list[str]) -> Iterator[Fault]:
    for name, rule in plan.procedures.items():
        at: Path = ("procedures", name)
        for index, who in enumerate(rule.proposed_by):
            yield from _unknown((*at, "proposed_by", index), who, "party or body", signatories)
        for index, who in enumerate(rule.vetoed_by):
            yield from _unknown((*at, "vetoed_by", index), who, "party", plan.parties)
        for party, who in rule.on_behalf.items():
            yield from _unknown((*at, "on_behalf", party), party, "party that the procedure asks", rule.asked)
            yield from _unknown((*at, "on_behalf", party), who, "party or body", signatories)
        yield from _gate(plan, (*at, "adopted_when"), rule.adopted_when)
        yield from _windows(plan, (*at, "paused_in"), rule.paused_in)
    yield from _disputes(plan, signatories)
    for name, assessor in plan.assessors.items():
        yield from _unknown(("assessors", name, "scale"), assessor.scale, "scale", plan.scales)
    for name, amendment in plan.amendments.items():
        at = ("amendments", name, "procedure")
        yield from _unknown(at, amendment.procedure, "procedure", plan.procedures)


def _disputes(plan: p.Plan, signatories: list[str]) -> Iterator[Fault]:
    for name, ladder in plan.disputes.items():
        for index, who in enumerate(ladder.raised_by):
            yield from _unknown(("disputes", name, "raised_by", index), who, "party", plan.parties)
        for key, stage in ladder.stages.items():
            at: Path = ("disputes", name, "stages", key)
            for index, who in enumerate(stage.before):
                yield from _unknown((*at, "before", index), who, "party or body", signatories)
            if stage.extended_by:
                yield from _unknown((*at, "extended_by"), stage.extended_by, "procedure", plan.procedures)
    for name, snapback in plan.snapbacks.items():
        at = ("snapbacks", name)
        for index, who in enumerate(snapback.invoked_by):
            yield from _unknown((*at, "invoked_by", index), who, "party", plan.parties)
        if snapback.only_after:
            yield from _unknown((*at, "only_after"), snapback.only_after, "kind of dispute", plan.disputes)
        yield from _unknown((*at, "kept_by"), snapback.kept_by, "procedure", plan.procedures)


def _gate(plan: p.Plan, at: Path, criteria: tuple[c.Criterion, ...]) -> Iterator[Fault]:
    for index, criterion in enumerate(criteria):
        yield from _criterion(plan, (*at, index), criterion)


def _kept_while(plan: p.Plan, at: Path, criteria: tuple[c.Criterion, ...]) -> Iterator[Fault]:
    yield from _gate(plan, at, criteria)
    for index, criterion in enumerate(criteria):
        for leaf in c.leaves(criterion):
            if isinstance(leaf, c.CommitmentHolds | c.ConsentGiven | c.NotBefore):
                message = "a commitment is kept by what is so: not by another one, a consent or a date"
                yield Fault((*at, index), message)


def _criterion(plan: p.Plan, at: Path, criterion: c.Criterion) -> Iterator[Fault]:  # noqa: C901, PLR0912  one arm a criterion
    match criterion:
        case c.All(all=parts):
            yield from _gate(plan, (*at, "all"), parts)
        case c.AnyOf(any=parts):
            yield from _gate(plan, (*at, "any"), parts)
        case c.AtLeast(at_least=several):
            yield from _gate(plan, (*at, "at_least", "of"), several.of)
            if several.count > len(several.of):
                message = f"this gate can never open: {several.count} of {len(several.of)} criteria"
                yield Fault((*at, "at_least", "count"), message)
        case c.MilestoneAchieved(milestone=name):
            yield from _unknown((*at, "milestone"), name, "milestone", plan.milestones)
        case c.MilestoneGraded(graded=graded):
            yield from _graded(plan, (*at, "graded"), graded)
        case c.PhaseComplete(phase=name):
            yield from _unknown((*at, "phase"), name, "phase", plan.phases)
        case c.StabilityKept(stability=name):
            periods = [phase for phase, rule in plan.phases.items() if rule.stability]
            yield from _unknown((*at, "stability"), name, "phase with a stability period", periods)
        case c.CommitmentHolds(commitment=name):
            yield from _unknown((*at, "commitment"), name, "commitment", plan.commitments)
        case c.ConsentGiven(consent=parties):
            for index, party in enumerate(parties):
                yield from _unknown((*at, "consent", index), party, "party", plan.parties)
        case c.NoOpenIncident(no_open_incident=trigger):
            yield from _trigger(plan, (*at, "no_open_incident"), trigger, [*plan.parties, *plan.non_parties])
        case c.NoOpenDispute(no_open_dispute=name):
            yield from _unknown((*at, "no_open_dispute"), name, "kind of dispute", plan.disputes)
        case c.NoSnapback(no_snapback=name):
            yield from _unknown((*at, "no_snapback"), name, "snapback", plan.snapbacks)
        case c.Assessed(assessed=asked):
            yield from _unknown((*at, "assessed", "milestone"), asked.milestone, "milestone", plan.milestones)
            yield from _unknown((*at, "assessed", "by"), asked.by, "assessor", plan.assessors)
        case c.NotBefore(not_before=after):
            yield from _anchor(plan, (*at, "not_before", "from"), after.from_)
        case c.FigureHolds(figure=figure):
            yield from _figure(plan, (*at, "figure"), figure)
        case c.ProgramComplete(program=name):
            yield from _unknown((*at, "program"), name, "child program", plan.programs)
        case c.ProgramMilestone(program_milestone=asked):
            yield from _unknown((*at, "program_milestone", "program"), asked.program, "child program", plan.programs)
        case _:
            assert_never(criterion)


def _figure(plan: p.Plan, at: Path, figure: c.FigureAsked) -> Iterator[Fault]:
    yield from _unknown((*at, "indicator"), figure.indicator, "indicator", plan.indicators)
    indicator = plan.indicators.get(figure.indicator)
    if indicator is None:
        return
    if figure.unit != indicator.unit:
        yield Fault((*at, "unit"), f"the unit {figure.unit} is not that of {figure.indicator}: {indicator.unit}")
    counted = figure.indicator in plan.measured or plan.paid_by.get(figure.indicator)
    if not counted and not indicator.verified_by:
        message = f"nobody verifies the figures of {figure.indicator}; write verified_by: [...] there"
        yield Fault((*at, "indicator"), message)


def _graded(plan: p.Plan, at: Path, graded: c.Graded) -> Iterator[Fault]:
    yield from _scaled(plan, (*at, "milestone"), graded.milestone)
    step = plan.milestones.get(graded.milestone)
    scale = step.determined.scale if step else None
    if scale is not None and not fits(scale, graded.at_least):
        yield Fault((*at, "at_least"), f"{graded.at_least:f} is not on the scale of {graded.milestone}: {WRITTEN[scale]}")


def _scaled(plan: p.Plan, at: Path, milestone: str) -> Iterator[Fault]:
    yield from _unknown(at, milestone, "milestone", plan.milestones)
    if milestone in plan.milestones and plan.milestones[milestone].determined.scale is None:
        yield Fault(at, f"{milestone} has no scale; write determined: {{..., scale: ordinal}} or scale: share there")


def _units(plan: p.Plan) -> Iterator[Fault]:
    for name, indicator in plan.indicators.items():
        if indicator.plausible is not None and not indicator.plausible.holds(indicator.baseline.value):
            told = f"the baseline {indicator.baseline.value:f} is not plausible itself: {indicator.plausible}"
            yield Fault(("indicators", name, "plausible"), told)
    for name, phase in plan.phases.items():
        for step_name, step in phase.milestones.items():
            for key, how in step.shown_by.items():
                if not isinstance(how, Measured):
                    continue
                at: Path = ("phases", name, "milestones", step_name, "shown_by", key, "target")
                indicator = plan.indicators[how.indicator]
                if how.target.unit != indicator.unit:
                    message = f"the unit {how.target.unit} is not that of {how.indicator}: {indicator.unit}"
                    yield Fault((*at, "unit"), message)
                yield from _for_the_worse(at, how, indicator)
                yield from _never_reached(at, how, indicator)


def _never_reached(at: Path, how: Measured, indicator: Indicator) -> Iterator[Fault]:
    """A target that no plausible figure reaches, or a change within editions from a period that none of them could have."""
    level, wanted = bound(how.target, indicator)
    if indicator.plausible is not None and not indicator.plausible.holds(level):
        yield Fault(at, f"{wanted} {level:f} is not plausible for {how.indicator}: {indicator.plausible}")
    if how.target.compares == "within_edition" and not is_period(indicator.baseline.period):
        told = f"{indicator.baseline.period} is no period that a figure covers; write YYYY, YYYY-MM or YYYY-MM-DD there"
        yield Fault((*at, "compares"), told)


def _for_the_worse(at: Path, how: Measured, indicator: Indicator) -> Iterator[Fault]:
    lower = how.target.at_most is not None or (how.target.change or "").startswith("-")
    if lower != (indicator.better == "lower"):
        yield Fault(at, f"the target asks for the worse: {how.indicator} is better {indicator.better}")
        return
    level, wanted = bound(how.target, indicator)
    start = indicator.baseline.value
    if level > start if lower else level < start:
        message = f"the target asks for the worse: {wanted} {level:f}, where the baseline is {start:f}"
        yield Fault(at, message)
    elif how.target.change is not None and level == start and how.target.standard_errors is None:
        yield Fault((*at, "change"), f"a change of {how.target.change} from {start:f} is none; name a level")


def _verifiers(plan: p.Plan) -> Iterator[Fault]:
    for name, phase in plan.phases.items():
        for step_name, step in phase.milestones.items():
            if set(step.verified_by) == {step.party}:
                message = f"this gate can never open: {step.party} owes it and would verify itself"
                yield Fault(("phases", name, "milestones", step_name, "verified_by"), message)
            for key, how in step.shown_by.items():
                alone = set(step.verified_by) & set(how.by) if isinstance(how, Attestation) else set()
                if alone == set(step.verified_by) and len(alone) == 1:
                    message = f"this gate can never open: {', '.join(alone)} attests it and would verify itself"
                    yield Fault(("phases", name, "milestones", step_name, "shown_by", key), message)


def _empty_periods(plan: p.Plan) -> Iterator[Fault]:
    for name, phase in plan.phases.items():
        if phase.stability and parsed(phase.stability.length).sign() == 0:
            yield Fault(
                ("phases", name, "stability", "length"),
                "a stability period of no length keeps nothing",
            )
        if phase.stability and in_whole_days(phase.stability.length) > in_whole_days(phase.stability.settling):
            message = "a period in days settles in days, for example P2D"
            yield Fault(("phases", name, "stability", "settling"), message)
