"""Why something is as it is: what blocks a gate, in plain words, and who owes the next act."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias, assert_never

from rules import criteria as c
from rules.anchors import occurred
from rules.figures import holds, usable
from rules.findings import showing, shown
from rules.gates import judge
from rules.incidents import matching
from rules.parameters import recorded_plan
from rules.parties import JointBody, NonParty, Party
from rules.program import Program
from rules.stability import days_left, zone_of
from rules.times import local_day, plus
from rules.truth import Truth
from rules.unknown import Unknown, Why
from rules.vocabulary.disputes import DisputeStatus
from rules.vocabulary.evidence import Evidence
from rules.vocabulary.milestones import MilestoneState, MilestoneStatus
from rules.vocabulary.phases import PhaseStatus
from rules.vocabulary.standing import Standing


@dataclass(frozen=True, slots=True)
class Blocking:
    """One unmet criterion of a gate.

    `owes` names who owes the next act (parties, bodies; empty: only time or an event outside
    the parties' acts). `since` is when it began to be owed. `earliest` is the first instant at
    which the criterion could be met if everything owed were done at once; None: not known.
    """

    phase: str
    gate: Literal["entry", "exit"]
    criterion: str
    outcome: Truth
    sentence: str
    owes: tuple[str, ...]
    since: datetime | None
    earliest: datetime | None
    unknown: Why | None = None
    """Where a figure that it needs tells nothing: of which kind that is."""


Reason: TypeAlias = tuple[str, tuple[str, ...], datetime | None, datetime | None]
"""A sentence, who owes the next act, since when, and the earliest instant."""


def blocking(program: Program, at: datetime) -> tuple[Blocking, ...]:
    """What blocks the phases that are next: open ones from completing, reachable ones from opening.

    Phases inside a phase that is itself not open are left out: the outer one blocks them. That an
    open phase waits for those inside it is left out too: what blocks them is said of themselves.
    """
    found: list[Blocking] = []
    for name, rule in program.plan.phases.items():
        outer = program.phase(rule.within).status if rule.within else PhaseStatus.OPEN
        if program.phase(name).status is PhaseStatus.COMPLETE or outer is PhaseStatus.WAITING:
            continue
        inner = {f"phase: {other}" for other, held in program.plan.phases.items() if held.within == name}
        found.extend(block for block in blocking_phase(program, name, at) if block.criterion not in inner)
    return tuple(found)


def blocking_phase(program: Program, name: str, at: datetime) -> tuple[Blocking, ...]:
    """What blocks one phase: its entry gate while it waits, its exit gate while it is open."""
    rule, state = program.plan.phases[name], program.phase(name)
    if program.ended_at is not None or state.status is PhaseStatus.COMPLETE:
        return ()
    found: list[Blocking] = []
    waiting = state.status is PhaseStatus.WAITING
    gate: Literal["entry", "exit"] = "entry" if waiting else "exit"
    if program.standing is not Standing.RUNNING:
        since = program.suspensions[-1][0]
        with_parent = f" {program.parent.reason}" if program.parent and program.parent.holds else ""
        sentence = f"The program is {program.standing} since {local_day(since, program.plan.time_zone)}; no gate opens."
        found.append(Blocking(name, gate, "program: running", Truth.NOT_MET, sentence + with_parent, (), since, None))
    if waiting and rule.within and program.phase(rule.within).status is PhaseStatus.WAITING:
        sentence = f"It opens within {program.plan.phases[rule.within].title}, which is not open."
        found.append(Blocking(name, gate, f"within: {rule.within}", Truth.NOT_MET, sentence, (), None, None))
    found.extend(_unmet(program, name, gate, rule.entry if waiting else program.plan.exits[name], at))
    if waiting and not found and rule.opens == "on_advance":
        sentence = f"The entry gate of {rule.title} is met; it opens when somebody advances it."
        owes = (rule.party,) if rule.party else tuple(program.plan.parties)
        found.append(Blocking(name, gate, "advance", Truth.NOT_MET, sentence, owes, state.entry_met_at, at))
    return tuple(_with_stalls(program, block) for block in found)


def _with_stalls(program: Program, block: Blocking) -> Blocking:
    """Says of those who owe and stand still that they do."""
    stalls = ((party, program.stalls[party].since) for party in block.owes if party in program.stalls)
    zone = program.plan.time_zone
    told = [f"{_names(program, [party])} has stood still since {local_day(since, zone)}." for party, since in stalls]
    return replace(block, sentence=" ".join((block.sentence, *told))) if told else block


def _unmet(
    program: Program,
    phase: str,
    gate: Literal["entry", "exit"],
    criteria: Iterable[c.Criterion],
    at: datetime,
) -> Iterator[Blocking]:
    for leaf, outcome, (sentence, owes, since, earliest) in unmet(program, phase, criteria, at):
        yield Blocking(phase, gate, written(leaf), outcome, sentence, owes, since, earliest, _unknown(program, leaf, at))


def _unknown(program: Program, leaf: c.Leaf, at: datetime) -> Why | None:
    match leaf:
        case c.MilestoneAchieved(milestone=name) | c.MilestoneGraded(graded=c.Graded(milestone=name)):
            return shown(program, name, at).unknown
        case c.FigureHolds(figure=asked):
            figure = usable(program, asked.indicator, at)
            return figure.why if isinstance(figure, Unknown) else None
        case _:
            return None


def unmet(
    program: Program, phase: str, criteria: Iterable[c.Criterion], at: datetime
) -> Iterator[tuple[c.Leaf, Truth, Reason]]:
    """Each criterion that is not met, with its reason; `phase` is the one whose consents count."""
    consents = program.consented(phase)
    for criterion in criteria:
        if judge(program, consents, criterion, at) is Truth.MET:
            continue
        for leaf in c.leaves(criterion):
            if (outcome := judge(program, consents, leaf, at)) is not Truth.MET:
                yield leaf, outcome, _leaf(program, phase, leaf, at)


def written(leaf: c.Leaf) -> str:
    """A criterion as a plan writes it, in short."""
    (key,) = type(leaf).model_fields
    value = getattr(leaf, key)
    if isinstance(value, c.Graded):
        return f"{key}: {value.milestone}"
    if isinstance(value, tuple):
        return f"{key}: {', '.join(value)}"
    if isinstance(value, c.FigureAsked):
        return f"{key}: {value.indicator}"
    if isinstance(value, c.OfProgram):
        return f"{key}: {value.program}.{value.milestone}"
    return f"{key}: {value}" if isinstance(value, str) else key


def _leaf(program: Program, phase: str, leaf: c.Leaf, at: datetime) -> Reason:  # noqa: C901, PLR0912  one arm a criterion
    """The sentence, who owes, since when, and the earliest date, of one unmet criterion."""
    plan = program.plan
    opened = program.phase(phase).opened_at
    match leaf:
        case c.MilestoneAchieved(milestone=name):
            return milestone_reason(program, name, at)
        case c.MilestoneGraded(graded=c.Graded(milestone=name, at_least=least)):
            sentence, owes, since, earliest = milestone_reason(program, name, at)
            return f"{sentence} Asked is the grade {least.normalize():f}.", owes, since, earliest
        case c.PhaseComplete(phase=name):
            owes = tuple(dict.fromkeys(party for owed in _owed_in(program, name, at) for party in owed))
            return f"{plan.phases[name].title} is not complete ({program.phase(name).status}).", owes, None, None
        case c.StabilityKept(stability=name):
            return _stability(program, name, at)
        case c.CommitmentHolds(commitment=name):
            return commitment_reason(program, name, at)
        case c.ConsentGiven(consent=parties):
            missing = tuple(p for p in parties if p not in program.consented(phase))
            return (
                f"Not yet consented: {_names(program, missing)}.",
                missing,
                opened or program.started_at,
                at,
            )
        case c.NoOpenIncident(no_open_incident=trigger):
            open_ = [i.id for i in matching(program, (trigger,)) if i.is_open_question or i.resolved_at is None]
            return f"Open incidents: {', '.join(open_[:5])}.", (), None, None
        case c.NoOpenDispute(no_open_dispute=ladder):
            return _disputed(program, ladder)
        case c.NoSnapback(no_snapback=name):
            held, title = program.snapbacks.get(name), plan.snapbacks[name].title
            return f"{title}: it is in effect, until it is decided otherwise.", (), held.in_effect_since if held else None, None
        case c.Assessed(assessed=asked):
            return _assessed(program, asked)
        case c.NotBefore(not_before=after):
            since = occurred(program, after.from_)
            if since is None:
                return "What this date is counted from has not happened yet.", (), None, None
            due = plus(since, after.within, plan.time_zone)
            return f"Not before {local_day(due, plan.time_zone)}.", (), since, due
        case c.FigureHolds(figure=figure):
            return holds(program, figure, at)[1], (), None, None
        case c.ProgramComplete(program=name):
            return _child(program, name, None)
        case c.ProgramMilestone(program_milestone=asked):
            return _child(program, asked.program, asked.milestone)
    assert_never(leaf)


def _child(program: Program, name: str, milestone: str | None) -> Reason:
    """What a child program lacks, or one milestone of it, and who owes that, as far as it has reported."""
    rule, child = program.plan.programs[name], program.children.get(name)
    if child is None:
        return f"{rule.title} opens with {program.plan.phases[rule.opened_in].title}.", (), None, None
    if child.report is None or child.reported_at is None:
        return f"{rule.title} is opened and has not reported yet.", (), child.opened_at, None
    as_of = f"as of {local_day(child.reported_at, program.plan.time_zone)}"
    if milestone is None:
        lacks = f": {child.report.lacks}" if child.report.lacks else "."
        return f"{rule.title} is not complete ({child.standing}, {as_of}){lacks}", child.report.owes, child.opened_at, None
    reported = child.milestone(milestone)
    agreed = program.agreed[name]
    title = recorded_plan(agreed.document, agreed.parameters).milestones[milestone].title
    if reported is None:
        return f"{rule.title}: {title}: nothing is owed yet ({as_of}).", (), child.opened_at, None
    lacks = reported.sentence or f"{title} is {reported.status.replace('_', ' ')}."
    return f"{rule.title}, {as_of}: {lacks}", reported.owes, child.opened_at, None


def lacking(program: Program, milestone: str, at: datetime) -> tuple[str, tuple[str, ...]]:
    """What a milestone that is not achieved lacks, and who owes that."""
    sentence, owes, _, _ = milestone_reason(program, milestone, at)
    return sentence, owes


def _assessed(program: Program, asked: c.AssessedAs) -> Reason:
    said = program.milestone(asked.milestone).assessments.get(asked.by)
    who, step = program.plan.assessors[asked.by].title, program.plan.milestones[asked.milestone]
    if said is None:
        return f"{who} has not assessed {step.title}.", (asked.by,), None, None
    return f"{who} assessed {step.title} as {said.grade}: {said.reason}", (step.party,), said.at, None


def _disputed(program: Program, ladder: str) -> Reason:
    open_ = [dispute for dispute in program.disputes.values() if dispute.ladder == ladder and dispute.is_unsettled]
    stages = program.plan.disputes[ladder].stages
    told = "; ".join(
        f"{dispute.id} lies before {stages[dispute.stage].title} until {local_day(dispute.until, program.plan.time_zone)}"
        if dispute.status is DisputeStatus.OPEN and dispute.stage in stages
        else f"{dispute.id} was left unsettled"
        for dispute in open_[:5]
    )
    owes = dict.fromkeys(who for dispute in open_ if dispute.stage in stages for who in stages[dispute.stage].before)
    return f"Open disputes: {told}.", tuple(owes), min((dispute.raised_at for dispute in open_), default=None), None


def _owed_in(program: Program, phase: str, at: datetime) -> Iterator[tuple[str, ...]]:
    """Who owes the next acts in an open phase that another waits for; not what that phase waits for in its turn."""
    if program.phase(phase).status is PhaseStatus.OPEN:
        consents = program.consented(phase)
        for criterion in program.plan.exits[phase]:
            for leaf in c.leaves(criterion):
                if not isinstance(leaf, c.PhaseComplete) and judge(program, consents, leaf, at) is not Truth.MET:
                    yield _leaf(program, phase, leaf, at)[1]


def _names(program: Program, parties: Iterable[str]) -> str:
    plan = program.plan
    known: dict[str, Party | JointBody | NonParty] = {**plan.parties, **plan.bodies, **plan.non_parties}
    return " and ".join(known[party].name if party in known else party for party in parties)


@dataclass(frozen=True, slots=True)
class NextAct:
    """What a milestone that is not achieved waits for, who owes it and since when; `earliest` as with what blocks a gate.

    `showings` are those that wait for a verifier, where that is what it waits for.
    """

    what: Literal["nothing", "evidence", "verification", "observation", "determination"]
    owes: tuple[str, ...] = ()
    since: datetime | None = None
    earliest: datetime | None = None
    showings: tuple[str, ...] = ()


def next_act(program: Program, name: str, at: datetime) -> NextAct:
    """A milestone waits for evidence, then for a verifier, then for time to observe, then for a decision."""
    plan, step, finding = program.plan, program.plan.milestones[name], program.milestone(name).finding
    home = program.phase(plan.phase_of[name])
    if home.status is PhaseStatus.WAITING:
        return NextAct("nothing")
    if finding is not None and finding.outcome is Truth.MET:
        until = finding.observable_until
        if until is not None and until > at and not finding.observed:
            return NextAct("observation", (step.party,), finding.made_at, until)
        return NextAct("determination", step.determined.by, finding.made_at, at)
    waiting = {key: held for key in step.shown_by if (held := _unjudged(program, name, key))}
    pending = tuple(key for key in waiting if showing(program, name, key, at).outcome is not Truth.MET)
    if pending:
        since = min(piece.recorded_at for key in pending for piece in waiting[key])
        return NextAct("verification", step.verified_by, since, at, pending)
    return NextAct("evidence", (step.party,), home.opened_at, plus(at, step.determined.observation, plan.time_zone))


def milestone_reason(program: Program, name: str, at: datetime) -> Reason:
    """Why a milestone is not achieved, and who owes the next act."""
    act = next_act(program, name, at)
    return _waits(program, name, act, at), act.owes, act.since, act.earliest


def _waits(program: Program, name: str, act: NextAct, at: datetime) -> str:
    plan, title = program.plan, program.plan.milestones[name].title
    late, before, who = _late(program, name), _determined_before(program.milestone(name)), _names(program, act.owes)
    match act.what:
        case "nothing":
            return f"{title}: nothing is owed before {plan.phases[plan.phase_of[name]].title} opens."
        case "observation":
            until = local_day(act.earliest or at, plan.time_zone)
            return f"{title}: shown; {who} may observe until {until}."
        case "determination":
            return f"{title}: shown; {who} has not determined it.{late}{before}"
        case "verification":
            return f"{title}: {', '.join(act.showings)} awaits verification by {who}.{late}"
        case "evidence":
            return f"{title}: {shown(program, name, at).sentence}{late}{before}"
    assert_never(act.what)


def _late(program: Program, name: str) -> str:
    due, rule = program.milestone(name).due, program.plan.milestones[name].due
    if due is None or rule is None or due.missed_at is None:
        return ""
    force = "" if rule.scores else f", {rule.force}"
    return f" It was due on {local_day(due.missed_at, program.plan.time_zone)}{force}."


def _determined_before(state: MilestoneState) -> str:
    match state.status:
        case MilestoneStatus.REVERSED:
            return " It was achieved and has been reversed."
        case MilestoneStatus.PARTLY_ACHIEVED if state.grade is not None:
            return f" It is partly achieved: {state.grade.normalize():f}."
        case _:
            return ""


def without_evidence(program: Program, name: str, at: datetime) -> list[str]:
    """The showings of a milestone for which nothing has been recorded that stands or waits for a verifier."""
    shown_by = program.plan.milestones[name].shown_by
    pending = (key for key in shown_by if showing(program, name, key, at).outcome is not Truth.MET)
    return [key for key in pending if not _unjudged(program, name, key)]


def _unjudged(program: Program, milestone: str, key: str) -> list[Evidence]:
    """The evidence for a showing that nobody has verified or returned."""
    indicator = getattr(program.plan.milestones[milestone].shown_by[key], "indicator", None)
    return [
        piece
        for piece in (program.evidence[name] for name in program.unjudged)
        if (piece.milestone == milestone and piece.shows == key)
        or (piece.measurement is not None and piece.measurement.indicator == indicator)
    ]


def _stability(program: Program, phase: str, at: datetime) -> Reason:
    plan, rule, state = (
        program.plan,
        program.plan.phases[phase].stability,
        program.stability.get(phase),
    )
    if rule is None or state is None:
        return f"The stability period of {plan.phases[phase].title} has not begun.", (), None, None
    zone, counted = zone_of(program, rule), state.counted
    moved = f" It was last moved by the incident {counted.moved_by}." if counted.moved_by else ""
    ends = counted.completes_at
    match counted.status:
        case "paused":
            return (
                f"The stability period is paused and does not count.{moved}",
                (),
                counted.effective_at,
                None,
            )
        case "frozen":
            authorities = tuple(sorted({who for step in plan.milestones.values() for who in step.determined.by}))
            sentence = (
                f"The stability period is frozen until the incident {counted.frozen_by} is decided: "
                f"dismissed, it ends on {local_day(ends, zone) if ends else 'a later day'}; "
                f"confirmed, it starts anew.{moved}"
            )
            return sentence, authorities, counted.effective_at, None
        case "counting":
            left = days_left(program, phase, at)
            until = f", until {local_day(ends, zone)}" if ends else ""
            ahead = [plan.calendar[name] for name in rule.paused_in]
            titles = [window.title for window in ahead if ends and at < window.to and window.from_ < ends]
            apart = f" Days of {' and '.join(titles)} do not count." if titles else ""
            unseen = _unseen(program, counted.unseen_by)
            if unseen and ends is not None and ends <= at:
                return f"Nothing is known that broke the quiet.{unseen}{moved}", (), ends, None
            return (
                f"{left} days of stability are still to be kept{until}.{apart}{unseen}{moved}",
                (),
                counted.counted_from,
                ends,
            )
    assert_never(counted.status)


def _unseen(program: Program, check: str | None) -> str:
    if check is None:
        return ""
    covered = program.checks[check].covers_until if check in program.checks else None
    title = program.plan.checks[check].title
    speaks = f"speaks of days up to {covered}" if covered else "has not spoken of any day yet"
    return f" {title} {speaks}; a day that it does not cover is not counted as quiet."


def commitment_reason(program: Program, name: str, at: datetime) -> Reason:
    """Why a commitment is not kept, and who owes that it is."""
    rule, state = program.plan.commitments[name], program.commitments.get(name)
    owes = (rule.party,) if rule.party else ()
    if state is None:
        return f"{rule.title} is not in force yet.", (), None, None
    if state.because is None:
        told = " ".join(reason[0] for _, _, reason in unmet(program, "", rule.kept_while, at))
        if state.status == "broken":
            return f"{rule.title} is broken. {told}".rstrip(), owes, state.failing[-1][0], None
        return f"{rule.title} is in question. {told}".rstrip(), (), None, None
    happened = program.incidents[state.because].happened_at if state.because else None
    if state.status == "in_question":
        return (
            f"{rule.title} is in question: the incident {state.because} is not decided.",
            (),
            happened,
            None,
        )
    return (
        f"{rule.title} is broken by the incident {state.because}, which is not resolved.",
        owes,
        happened,
        None,
    )
