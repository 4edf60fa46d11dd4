"""Explanation of criteria: why one is not met, and who owes the next act."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TypeAlias, assert_never

from rules import dates
from rules.explanations.agreed_dates import date_reason
from rules.explanations.assessments import assessment_reason
from rules.explanations.consents import awaited_consents, consent_in_words, met_since, next_gate
from rules.explanations.disputes import dispute_reason
from rules.explanations.family import child_reason
from rules.explanations.incidents import undecidable
from rules.explanations.milestones import milestone_reason
from rules.explanations.reasons import Reason, names_in_words
from rules.explanations.stability import stability_reason
from rules.figures.selection import judge_figure
from rules.language import criteria as c
from rules.language.voting import SomeOf, of_votes
from rules.program import Program
from rules.queries.anchors import occurred_at
from rules.queries.gates import judge_criterion
from rules.queries.incidents import deciders, matching
from rules.queries.lateness import lateness
from rules.queries.windows import window_closes_at
from rules.truth import Truth
from rules.vocabulary.phases import Gate, PhaseStatus

Asking: TypeAlias = tuple[str, Gate]
"""A phase, and which gate of it."""


def unmet_criteria(
    program: Program, asking: Asking | None, criteria: Iterable[c.Criterion], at: datetime
) -> Iterator[tuple[c.Leaf, Truth, Reason]]:
    """The unmet criteria with their reasons; `asking` is the phase and gate whose consents count, if any."""
    consents = program.consented(*asking) if asking else frozenset()
    for criterion in criteria:
        if judge_criterion(program, consents, criterion, at) is Truth.MET:
            continue
        for leaf in c.leaves(criterion):
            if (outcome := judge_criterion(program, consents, leaf, at)) is not Truth.MET:
                yield leaf, outcome, _leaf(program, asking, leaf, at)


def criterion_text(leaf: c.Leaf) -> str:
    """A criterion in the plan's notation, shortened."""
    (key,) = type(leaf).model_fields
    value = getattr(leaf, key)
    if isinstance(value, c.Graded | c.Outcome):
        return f"{key}: {value.milestone}"
    if isinstance(value, c.DaysLate):
        return f"{key}: {value.milestone}"
    if isinstance(value, SomeOf):
        return f"{key}: {', '.join(value.by)}"
    if isinstance(value, c.FigureCondition):
        return f"{key}: {value.indicator}"
    if isinstance(value, c.OfProgram):
        return f"{key}: {value.program}.{value.milestone}"
    return f"{key}: {value}" if isinstance(value, str) else key


def _leaf(program: Program, asking: Asking | None, leaf: c.Leaf, at: datetime) -> Reason:  # noqa: C901, PLR0912  one arm a criterion
    """The reason of one unmet criterion: sentence, who owes, since when, earliest date."""
    plan = program.plan
    match leaf:
        case c.MilestoneAchieved(milestone=name):
            return milestone_reason(program, name, at)
        case c.MilestoneGraded(graded=c.Graded(milestone=name, at_least=least)):
            sentence, owes, since, earliest = milestone_reason(program, name, at)
            return f"{sentence} Asked is the grade {least.normalize():f}.", owes, since, earliest
        case c.OutcomeIs(outcome=asked):
            return _outcome_reason(program, asked, at)
        case c.PhaseComplete(phase=name):
            owes = tuple(dict.fromkeys(party for owed in _owed_in(program, name, at) for party in owed))
            return f"{plan.phases[name].title}: not complete ({program.phase(name).told}).", owes, None, None
        case c.StabilityKept(stability=name):
            return stability_reason(program, name, at)
        case c.CommitmentHolds(commitment=name):
            return commitment_reason(program, name, at)
        case c.ConsentsGiven(consent=votes):
            sentence, owes, since, earliest = _consent_reason(program, asking, votes.by, at)
            enough = "" if votes.takes_all else f" It takes {of_votes(votes.by, votes.agree, votes.weights)}."
            return f"{sentence}{enough}", owes, since, earliest
        case c.NoOpenIncident(no_open_incident=trigger):
            open_ = [i.id for i in matching(program, (trigger,)) if i.is_open_question or i.resolved_at is None]
            undecided = [i for i in matching(program, (trigger,)) if i.is_open_question]
            owes = tuple(dict.fromkeys(who for incident in undecided for who in deciders(program, incident)))
            stuck = "".join(undecidable(program, incident) for incident in undecided[:1] if not owes)
            return f"Open incidents: {', '.join(open_[:5])}.{stuck}", owes, None, None
        case c.NoOpenDispute(no_open_dispute=ladder):
            return dispute_reason(program, ladder)
        case c.NoSnapback(no_snapback=name):
            held, title = program.snapbacks.get(name), plan.snapbacks[name].title
            return f"{title}: it is in effect, until it is decided otherwise.", (), held.in_effect_since if held else None, None
        case c.Assessed(assessed=asked):
            return assessment_reason(program, asked)
        case c.NotBefore(not_before=after):
            since = occurred_at(program, after.from_)
            if since is None and after.from_.agreed is not None:
                return date_reason(program, after.from_.agreed, at)
            if since is None:
                return "What this date is counted from has not happened yet.", (), None, None
            begins = dates.start_of_date(since, after.within, plan.time_zone)
            return f"Not before {dates.start_in_words(begins, after.within, plan.time_zone)}.", (), since, begins
        case c.NotAfter(not_after=edge):
            ends = window_closes_at(program, edge)
            when = dates.in_words(ends, plan.time_zone) if ends else "a date"
            return f"Not after {when}, which has passed; only an amendment of the plan can move it.", (), ends, None
        case c.InTime(days_late=late):
            return _late_reason(program, late, at)
        case c.FigureHolds(figure=figure):
            return judge_figure(program, figure, at)[1], (), None, None
        case c.ProgramComplete(program=name):
            return child_reason(program, name, None)
        case c.ProgramMilestone(program_milestone=asked):
            return child_reason(program, asked.program, asked.milestone)
    assert_never(leaf)


def _late_reason(program: Program, asked: c.DaysLate, at: datetime) -> Reason:
    if not program.milestone(asked.milestone).counts:
        return milestone_reason(program, asked.milestone, at)
    late = lateness(program, asked.milestone, at)
    days = (late.against(asked.against) if late else None) or 0
    title = program.plan.milestones[asked.milestone].title
    sentence = f"{title}: achieved {days} days after its {asked.against} date; asked is at most {asked.at_most}."
    return sentence, (), program.milestone(asked.milestone).achieved_at, None


def _outcome_reason(program: Program, asked: c.Outcome, at: datetime) -> Reason:
    wanted = " or ".join(one.replace("_", " ") for one in asked.is_)
    sentence, owes, since, earliest = milestone_reason(program, asked.milestone, at)
    if "achieved" in asked.is_:
        return f"{sentence} Asked is {wanted}.", owes, since, earliest
    told = program.milestone(asked.milestone).told.replace("_", " ")
    return f"{program.plan.milestones[asked.milestone].title}: it is {told}; asked is {wanted}.", (), None, None


def _consent_reason(program: Program, asking: Asking | None, parties: tuple[str, ...], at: datetime) -> Reason:
    if asking is None:
        return f"Not yet consented: {names_in_words(program, parties)}.", (), None, None
    phase, which = asking
    missing = tuple(party for party in parties if party not in program.consented(phase, which))
    what = f"{consent_in_words(which)} of {program.plan.phases[phase].title}"
    sentence = f"Not yet consented to the {what}: {names_in_words(program, missing)}."
    if next_gate(program, phase)[2] != which or not awaited_consents(program, phase, at):
        return sentence, (), None, None
    return sentence, missing, met_since(program, phase, at), at


def _owed_in(program: Program, phase: str, at: datetime) -> Iterator[tuple[str, ...]]:
    """Who owes the next acts in an open phase that another waits for. Not transitive."""
    if program.phase(phase).status is PhaseStatus.OPEN:
        consents = program.consented(phase, "exit")
        for criterion in program.plan.exits[phase]:
            for leaf in c.leaves(criterion):
                if not isinstance(leaf, c.PhaseComplete) and judge_criterion(program, consents, leaf, at) is not Truth.MET:
                    yield _leaf(program, (phase, "exit"), leaf, at)[1]


def commitment_reason(program: Program, name: str, at: datetime) -> Reason:
    """Why a commitment is not kept, and who owes that it is."""
    rule, state = program.plan.commitments[name], program.commitments.get(name)
    owes = (rule.party,) if rule.party else ()
    if state is None:
        return f"{rule.title}: not in force yet.", (), None, None
    if state.because is None:
        text = " ".join(reason[0] for _, _, reason in unmet_criteria(program, None, rule.kept_while, at))
        if state.status == "broken":
            return f"{rule.title}: broken. {text}".rstrip(), owes, state.failing[-1][0], None
        return f"{rule.title}: in question. {text}".rstrip(), (), None, None
    incident = program.incidents[state.because]
    if state.status == "in_question":
        sentence = f"{rule.title}: in question, since the incident {state.because} is not decided."
        return f"{sentence}{undecidable(program, incident)}", deciders(program, incident), incident.happened_at, None
    return (
        f"{rule.title}: broken by the incident {state.because}, which is not resolved.",
        owes,
        incident.happened_at,
        None,
    )
