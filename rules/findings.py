"""What the evidence for a milestone shows by itself: a finding, which decides nothing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, assert_never

from rules.causes import Cause
from rules.effects import Truth
from rules.figures import bound, newest, usable, without_revisions
from rules.gates import every, gate
from rules.milestones import Attestation, Filed, Measured, Statement
from rules.program import MilestoneStatus, Program

MET, NOT_MET, INDETERMINATE = Truth.MET, Truth.NOT_MET, Truth.INDETERMINATE


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether something is shown, and a sentence that says why, or what is missing."""

    outcome: Truth
    sentence: str


@dataclass(frozen=True, slots=True)
class Found:
    """A judgement with what is to be determined on it, if anything."""

    outcome: Truth
    proposes: Literal["achievement", "grading", "reversal"] | None
    sentence: str


def found(program: Program, name: str, at: datetime) -> Found:
    """What a finding on a milestone would say at an instant."""
    step, state, now = program.plan.milestones[name], program.milestone(name), shown(program, name, at)
    if state.status is MilestoneStatus.ACHIEVED:
        if now.outcome is not NOT_MET:
            return Found(now.outcome, None, now.sentence)
        if shown(program, name, at, counted=step.reversed_by).outcome is NOT_MET:
            return Found(NOT_MET, "reversal", now.sentence)
        only = ", ".join(step.reversed_by).replace("_", " ") or "no cause at all"
        excuse = f"A revised figure alone says so, and its cause is none for which this is reversed ({only})."
        return Found(NOT_MET, None, f"{now.sentence} {excuse}")
    if now.outcome is MET:
        return Found(MET, "achievement", now.sentence)
    if step.determined.scale is not None and (so_far := _so_far(program, name)):
        return Found(now.outcome, "grading", f"Verified so far: {', '.join(so_far)}. {now.sentence}")
    fallen = state.status is MilestoneStatus.PARTLY_ACHIEVED
    return Found(now.outcome, "reversal" if fallen else None, now.sentence)


def _so_far(program: Program, name: str) -> list[str]:
    """The verified evidence for a milestone that stands, by id: with more of it a part is judged anew."""
    documents = (piece for held in program.milestone(name).shown.values() for piece in held)
    shown_by = program.plan.milestones[name].shown_by.values()
    figures = (newest(program, how.indicator) for how in shown_by if isinstance(how, Measured))
    return [*documents, *(figure.measurement for figure in figures if figure is not None)]


_RESTS_ON = {
    NOT_MET: "What it rests on beside its evidence does not hold.",
    INDETERMINATE: "It is not known whether what it rests on beside its evidence holds.",
}


def shown(program: Program, name: str, at: datetime, *, counted: Collection[Cause] | None = None) -> Judgement:
    """Whether everything that the plan asks for a milestone is shown and verified.

    The outcome is that of its showings together, and of what it is held while; the sentence is
    the first showing's that is not met, or says that all are. With `counted`, figures are taken as
    they were before they were revised for other causes.
    """
    step = program.plan.milestones[name]
    judgements = [showing(program, name, key, at, counted=counted) for key in step.shown_by]
    consents = program.consented(program.plan.phase_of[name])
    if step.holds_while and (held := gate(program, consents, step.holds_while, at)) is not MET:
        judgements.append(Judgement(held, _RESTS_ON[held]))
    outcome = every(judgement.outcome for judgement in judgements)
    if outcome is MET:
        sentences = [judgement.sentence for judgement in judgements]
        return Judgement(MET, " ".join(sentences[:3]))
    return next(judgement for judgement in judgements if judgement.outcome is outcome)


def showing(program: Program, name: str, key: str, at: datetime, *, counted: Collection[Cause] | None = None) -> Judgement:
    """Whether one showing of a milestone is there and verified."""
    how = program.plan.milestones[name].shown_by[key]
    standing = program.milestone(name).shown.get(key, ())
    match how:
        case Filed() | Statement():
            if standing:
                return Judgement(MET, f"{key}: shown by {standing[-1]}, verified.")
            return Judgement(NOT_MET, f"{key} is missing or not verified: {how.what}.")
        case Attestation(by=parties):
            given = {program.evidence[piece].recorded_by.party for piece in standing}
            missing = [party for party in parties if party not in given]
            if not missing:
                return Judgement(MET, f"{key}: attested by {', '.join(parties)}.")
            return Judgement(NOT_MET, f"{key} lacks the attestation of {', '.join(missing)}: {how.what}.")
        case Measured():
            return measured(program, how, at, counted)
    assert_never(how)


def measured(program: Program, how: Measured, at: datetime, counted: Collection[Cause] | None = None) -> Judgement:
    """Whether the newest verified figure of an indicator reaches its target.

    Newest is by the period covered, then by when it was recorded. Only the named producer's
    figures count; one older than the indicator allows is no figure any more.
    """
    indicator = program.plan.indicators[how.indicator]
    figure = usable(program, how.indicator, at)
    if isinstance(figure, str):
        return Judgement(INDETERMINATE, figure)
    if counted is not None:
        figure = without_revisions(program, figure, counted)
    level, wanted = bound(how.target, indicator)
    reached = figure.value <= level if wanted == "at most" else figure.value >= level
    return Judgement(
        MET if reached else NOT_MET,
        f"{indicator.title} was {figure.value:f} {figure.unit} in {figure.period} "
        f"({figure.producer}, {figure.edition}); asked is {wanted} {level.normalize():f}.",
    )
