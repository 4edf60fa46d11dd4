"""Findings: what the evidence for a milestone shows. A finding decides nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, assert_never

from rules.facts import MeasurementRecorded
from rules.figures.comparison import compare
from rules.figures.consecutive import consecutive_figures
from rules.figures.derived import Counted, recorded_parts
from rules.figures.judgement import Judgement, not_known
from rules.figures.schedule import judge_schedule
from rules.figures.selection import is_presumed, newest_figure, usable_figure, without_revisions
from rules.figures.witnesses import witnesses
from rules.language.milestones import Measured, Shown
from rules.language.revision_causes import Cause
from rules.program import Program
from rules.queries.duties import parties_missing
from rules.queries.filing import unfiled_sentence
from rules.queries.gates import judge_gate
from rules.times import day_in_words
from rules.truth import Truth, conjunction
from rules.vocabulary.milestones import MilestoneStatus
from rules.vocabulary.unknown import Unknown, Why

_LONGEST = 4000
"""As long as a sentence in the ledger can be."""
MET, NOT_MET, INDETERMINATE = Truth.MET, Truth.NOT_MET, Truth.INDETERMINATE


@dataclass(frozen=True, slots=True)
class FindingResult:
    """A judgement with the determination that it proposes, if any."""

    outcome: Truth
    proposes: Literal["achievement", "grading", "reversal"] | None
    sentence: str
    unknown: Why | None = None


def finding_on(program: Program, name: str, at: datetime) -> FindingResult:
    """The finding on a milestone at an instant."""
    now = judge_milestone(program, name, at)
    proposes, sentence = _proposed(program, name, at, now)
    return FindingResult(
        now.outcome, proposes, sentence if len(sentence) <= _LONGEST else f"{sentence[: _LONGEST - 1]}…", now.unknown
    )


def _proposed(
    program: Program, name: str, at: datetime, now: Judgement
) -> tuple[Literal["achievement", "grading", "reversal"] | None, str]:
    """The determination that a judgement proposes, and its sentence."""
    step, state = program.plan.milestones[name], program.milestone(name)
    if state.status is MilestoneStatus.ACHIEVED:
        if now.outcome is not NOT_MET:
            return None, now.sentence
        if state.final_at is not None:
            told = day_in_words(state.final_at, program.plan.time_zone)
            return None, f"{now.sentence} It can't be undone since {told}: this is shown, and changes nothing."
        if judge_milestone(program, name, at, counted=step.reversed_by).outcome is NOT_MET:
            return "reversal", now.sentence
        if (changed := _presumed(program, name)) is not None:
            why = str(changed.cause).replace("_", " ")
            return None, (
                f"{now.sentence} The source has changed its figure under the same edition ({changed.edition}); that this is "
                f"{why} is presumed, and nothing is reversed before somebody records the figure as a revision of "
                f"{changed.measurement} with its cause."
            )
        only = ", ".join(step.reversed_by).replace("_", " ") or "no cause at all"
        excuse = f"A revised figure alone says so, and its cause is none for which this is reversed ({only})."
        return None, f"{now.sentence} {excuse}"
    if now.outcome is MET:
        return "achievement", now.sentence
    rests = _rests_on(program, name, at)
    if rests is INDETERMINATE:
        return None, now.sentence
    if step.determined.scale is not None and rests is MET and (so_far := _standing_evidence(program, name)):
        return "grading", f"Verified so far: {', '.join(so_far)}. {now.sentence}"
    return "reversal" if state.status is MilestoneStatus.PARTLY_ACHIEVED else None, now.sentence


def _presumed(program: Program, name: str) -> MeasurementRecorded | None:
    """A counted figure whose presumed cause would reverse the milestone if a person confirmed it."""
    step = program.plan.milestones[name]
    changed = (one for one in _measurements(program, name) if one.cause in step.reversed_by and is_presumed(program, one))
    return next(changed, None)


def _measurements(program: Program, name: str) -> Iterator[MeasurementRecorded]:
    """The recorded figures behind those that a milestone counts."""
    for how in program.plan.milestones[name].shown_by.values():
        figure = newest_figure(program, how.indicator) if isinstance(how, Measured) else None
        if figure is not None:
            yield from recorded_parts(figure)


def _standing_evidence(program: Program, name: str) -> list[str]:
    """The standing verified evidence for a milestone, by id: more of it makes a new judgement of a part."""
    documents = (piece for held in program.milestone(name).shown.values() for piece in held)
    return [*documents, *(figure.measurement for figure in _measurements(program, name))]


def _rests_on(program: Program, name: str, at: datetime) -> Truth:
    """Whether the conditions of an achievement hold."""
    criteria, phase = program.plan.milestones[name].holds_while, program.plan.phase_of[name]
    return judge_gate(program, program.consented(phase, "entry"), criteria, at) if criteria else MET


_RESTS_ON = {
    NOT_MET: "What it rests on beside its evidence does not hold.",
    INDETERMINATE: "It is not known whether what it rests on beside its evidence holds.",
}


def judge_milestone(program: Program, name: str, at: datetime, *, counted: Collection[Cause] | None = None) -> Judgement:
    """The judgement on whether all that the plan requires for a milestone is shown and verified.

    The outcome combines its showings and its lasting conditions. The sentence is that of the first unmet showing, or says
    that all are met; if figures disagree it gives all of them. With `counted`, revisions for other causes are ignored.
    """
    step = program.plan.milestones[name]
    by_showing = {key: judge_showing(program, name, key, at, counted=counted) for key in step.shown_by}
    judgements = list(by_showing.values())
    if (held := _rests_on(program, name, at)) is not MET:
        judgements.append(Judgement(held, _RESTS_ON[held]))
    outcome = conjunction(judgement.outcome for judgement in judgements)
    if outcome is MET:
        sentences = [judgement.sentence for judgement in judgements]
        return Judgement(MET, " ".join(sentences[:3]))
    first = next(judgement for judgement in judgements if judgement.outcome is outcome)
    figures = {key: by_showing[key] for key, how in step.shown_by.items() if isinstance(how, Measured)}
    if len({judgement.outcome for judgement in figures.values()}) > 1 and first in figures.values():
        return Judgement(outcome, _disagreeing(figures), first.unknown)
    return first


def _disagreeing(figures: Mapping[str, Judgement]) -> str:
    """The sentences of measures that disagree. A volume may stay while the intensity falls, and readers should know both."""
    each = (f"{key} is {str(judgement.outcome).replace('_', ' ')}: {judgement.sentence}" for key, judgement in figures.items())
    return f"What is measured disagrees. {' '.join(each)}"


def judge_showing(
    program: Program, name: str, key: str, at: datetime, *, counted: Collection[Cause] | None = None
) -> Judgement:
    """The judgement on one showing of a milestone."""
    how = program.plan.milestones[name].shown_by[key]
    standing = program.milestone(name).shown.get(key, ())
    match how:
        case Shown():
            if standing and not parties_missing(program, name, key):
                counted_ones = standing if how.by else standing[-1:]
                return Judgement(MET, f"{_shown_by(program, name, key, how)}{unfiled_sentence(program, counted_ones)}")
            if (why := program.milestone(name).returned.get(key)) is not None:
                return Judgement(NOT_MET, f"{key} was returned: {why} Asked is {how.what}.")
            if how.by:
                lacks = "the attestation" if how.kind == "attestation" else "the part"
                return Judgement(
                    NOT_MET, f"{key} lacks {lacks} of {', '.join(parties_missing(program, name, key))}: {how.what}."
                )
            return Judgement(NOT_MET, f"{key} is missing or not verified: {how.what}.")
        case Measured():
            return judge_measured(program, how, at, counted)
    assert_never(how)


def _shown_by(program: Program, name: str, key: str, how: Shown) -> str:
    """By what a showing is there; who verified what they owe themselves stands with it."""
    standing = program.milestone(name).shown[key]
    pieces = [program.evidence[piece] for piece in (standing if how.by else standing[-1:])]
    itself = [one.recorded_by.party for one in pieces if one.judged and one.judged.by.party == one.recorded_by.party]
    reason = program.plan.milestones[name].verifies_itself
    by_itself = f" Verified by {', '.join(dict.fromkeys(filter(None, itself)))} itself: {reason}" if itself and reason else ""
    if how.kind == "attestation":
        return f"{key}: attested by {', '.join(how.by)}.{by_itself}"
    if how.by:
        return f"{key}: shown by each of {', '.join(how.by)}, verified.{by_itself}"
    return f"{key}: shown by {standing[-1]}, verified.{by_itself}"


def judge_measured(program: Program, how: Measured, at: datetime, counted: Collection[Cause] | None = None) -> Judgement:
    """The judgement on the newest verified figure of an indicator, and on those before it as far as the target requires.

    Newest is by period, then by edition. Only the plan's producer counts, and stale figures are unknown.
    """
    if how.target.by_period:
        return judge_schedule(program, how, at, counted)
    newest_one = usable_figure(program, how.indicator, at)
    if isinstance(newest_one, Unknown):
        return not_known(newest_one)
    judged: list[tuple[Judgement, Counted]] = []
    for figure in consecutive_figures(program, newest_one, how.target.periods):
        if isinstance(figure, Unknown):
            judged.append((not_known(figure), newest_one))
            continue
        counts = figure if counted is None else without_revisions(program, figure, counted)
        judged.append((compare(program, how, counts), counts))
    outcome = conjunction(judgement.outcome for judgement, _ in judged)
    first, figure = next(pair for pair in judged if pair[0].outcome is outcome)
    unfiled = unfiled_sentence(program, [piece.measurement for piece in recorded_parts(figure)])
    row = (
        f" So in {len(judged)} consecutive periods, from {judged[-1][1].period}." if outcome is MET and len(judged) > 1 else ""
    )
    return Judgement(outcome, f"{first.sentence}{row}{witnesses(program, how, figure, outcome)}{unfiled}", first.unknown)
