"""What the evidence for a milestone shows by itself: a finding, which decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from rules import plan as p
from rules.effects import Truth
from rules.figures import bound, newest, stale_from
from rules.gates import every, gate
from rules.program import Program

MET, NOT_MET, INDETERMINATE = Truth.MET, Truth.NOT_MET, Truth.INDETERMINATE


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether something is shown, and a sentence that says why, or what is missing."""

    outcome: Truth
    sentence: str


def shown(program: Program, name: str, at: datetime) -> Judgement:
    """Whether everything that the plan asks for a milestone is shown and verified.

    The outcome is that of its showings together, and of what it is held while; the sentence is
    the first showing's that is not met, or says that all are.
    """
    step = program.plan.milestones[name]
    judgements = [showing(program, name, key, at) for key in step.shown_by]
    consents = program.consented(program.plan.phase_of[name])
    if step.holds_while and (held := gate(program, consents, step.holds_while, at)) is not MET:
        judgements.append(Judgement(held, "What it is held while does not hold."))
    outcome = every(judgement.outcome for judgement in judgements)
    if outcome is MET:
        sentences = [judgement.sentence for judgement in judgements]
        return Judgement(MET, " ".join(sentences[:3]))
    return next(judgement for judgement in judgements if judgement.outcome is outcome)


def showing(program: Program, name: str, key: str, at: datetime) -> Judgement:
    """Whether one showing of a milestone is there and verified."""
    how = program.plan.milestones[name].shown_by[key]
    standing = program.milestone(name).shown.get(key, ())
    match how:
        case p.Filed() | p.Statement():
            if standing:
                return Judgement(MET, f"{key}: shown by {standing[-1]}, verified.")
            return Judgement(NOT_MET, f"{key} is missing or not verified: {how.what}.")
        case p.Attestation(by=parties):
            given = {program.evidence[piece].recorded_by.party for piece in standing}
            missing = [party for party in parties if party not in given]
            if not missing:
                return Judgement(MET, f"{key}: attested by {', '.join(parties)}.")
            return Judgement(NOT_MET, f"{key} lacks the attestation of {', '.join(missing)}: {how.what}.")
        case p.Measured():
            return measured(program, how, at)
    assert_never(how)


def measured(program: Program, how: p.Measured, at: datetime) -> Judgement:
    """Whether the newest verified figure of an indicator reaches its target.

    Newest is by the period covered, then by when it was recorded. Only the named producer's
    figures count; one older than the indicator allows is no figure any more.
    """
    indicator = program.plan.indicators[how.indicator]
    figure = newest(program, how.indicator)
    if figure is None:
        return Judgement(
            INDETERMINATE,
            f"No verified figure for {indicator.title} by {indicator.producer} is recorded.",
        )
    if stale_from(program, how.indicator, figure) <= at:
        return Judgement(
            INDETERMINATE,
            f"{indicator.title}: the newest figure is of {figure.period}, "
            f"older than the {indicator.oldest} that the plan accepts.",
        )
    level, wanted = bound(how.target, indicator)
    reached = figure.value <= level if wanted == "at most" else figure.value >= level
    return Judgement(
        MET if reached else NOT_MET,
        f"{indicator.title} was {figure.value:f} {figure.unit} in {figure.period} "
        f"({figure.producer}, {figure.edition}); asked is {wanted} {level.normalize():f}.",
    )
