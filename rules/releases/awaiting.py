"""Explanation of releases: why one is not fully paid, in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from rules import dates
from rules.explanations.criteria import criterion_text, unmet_criteria
from rules.explanations.milestones import milestone_reason
from rules.figures.derived import Counted
from rules.figures.selection import by_period, unverified
from rules.language.terms import PerUnit, Release
from rules.program import Program
from rules.queries.verifiers import allowed_verifiers
from rules.releases.earned import counted_figure, earned_amount
from rules.releases.pending import is_pending
from rules.releases.windows import at_stake, cured_by, ends_at, next_instalment_at, remaining
from rules.times import day_in_words
from rules.truth import Truth
from rules.vocabulary.releases import ReleaseState
from rules.vocabulary.standing import Standing


@dataclass(frozen=True, slots=True)
class Awaited:
    """One thing that a release waits for. `owes`, `since` and `earliest` are as in Blocking."""

    what: str
    outcome: Truth
    sentence: str
    owes: tuple[str, ...] = ()
    since: datetime | None = None
    earliest: datetime | None = None


def awaited_by(program: Program, name: str, at: datetime) -> tuple[Awaited, ...]:
    """What a release waits for; empty if nothing is left to be earned."""
    terms, state = program.plan.releases[name], program.releases.get(name)
    if state is None or program.ended_at is not None:
        return ()
    if not remaining(program, name):
        return ()
    return (
        *_standing(program),
        *_earning_reason(program, name, terms, at),
        *_advance(program, terms, state, at),
        *_time(program, name, state, at),
    )


def _standing(program: Program) -> Iterator[Awaited]:
    if program.standing is not Standing.RUNNING and program.suspensions:
        since = program.suspensions[-1][0]
        sentence = f"The program is {program.standing} since {day_in_words(since, program.plan.time_zone)}; nothing is paid."
        yield Awaited("program: running", Truth.NOT_MET, sentence, since=since)


def _earning_reason(program: Program, name: str, terms: Release, at: datetime) -> Iterator[Awaited]:
    for leaf, outcome, (sentence, owes, since, earliest) in unmet_criteria(program, None, terms.when, at):
        yield Awaited(criterion_text(leaf), outcome, sentence, owes, since, earliest)
    now = earned_amount(program, name, at)
    if now.amount == terms.amount:
        return
    text = (
        "How much of it is earned is not known" if now.amount is None else f"Earned so far: {now.amount:f} of {terms.amount:f}"
    )
    outcome = Truth.INDETERMINATE if now.amount is None else Truth.NOT_MET
    if terms.share_of is not None:
        sentence, owes, since, earliest = milestone_reason(program, terms.share_of, at)
        yield Awaited(f"share_of: {terms.share_of}", outcome, f"{sentence} {text} {terms.unit}.", owes, since, earliest)
    elif terms.per_time is not None:
        end, zone = next_instalment_at(program, name), program.plan.time_zone
        lacks = " ".join(reason[0] for _, _, reason in unmet_criteria(program, None, terms.per_time.while_, at))
        coming = f" The next is earned on {dates.in_words(end, zone)} if all that is asked for holds then." if end else ""
        yield Awaited(
            "per_time", outcome, f"{now.sentence} {lacks}{coming} {text} {terms.unit}.".replace("  ", " "), earliest=end
        )
    elif terms.per_unit is not None:
        sentence = f"{now.sentence} {_sample_reason(program, terms, terms.per_unit)}{text} {terms.unit}."
        yield Awaited(f"per_unit: {terms.per_unit.indicator}", outcome, sentence, _owed_by(program, terms, terms.per_unit))


def _sample_reason(program: Program, terms: Release, rule: PerUnit) -> str:
    """Why the newest figure does not count, if a sample is the reason."""
    newest = _unsampled(program, terms, rule)
    if rule.sample is None or newest is None:
        return ""
    title, asked = program.plan.indicators[rule.sample.indicator].title, f"at least {rule.sample.at_least:f}"
    share = by_period(program, rule.sample.indicator).get(newest.period)
    waiting = unverified(program, rule.sample.indicator, newest.period)
    if share is not None:
        why = f"{title} was {share.value:f} {share.unit} for it, and {asked} is asked"
    elif waiting is not None:
        why = f"{title} is recorded for it and not verified yet; asked is {asked}"
    else:
        why = f"{title} is not recorded for it; asked is {asked}"
    return f"That of {newest.period} does not count: {why}. "


def _unsampled(program: Program, terms: Release, rule: PerUnit) -> Counted | None:
    """The newest figure, if it does not count for lack of a good sample."""
    counted = counted_figure(program, terms, rule)
    newest = counted_figure(program, terms, rule.model_copy(update={"sample": None}))
    return None if newest is not None and counted is not None and counted.period == newest.period else newest


def _owed_by(program: Program, terms: Release, rule: PerUnit) -> tuple[str, ...]:
    """Who owes the next act: the verifier of unverified figures, or else whoever shows more."""
    newest = _unsampled(program, terms, rule)
    asked = rule.sample.indicator if rule.sample and newest else rule.indicator
    piece = unverified(program, asked, newest.period if newest else None)
    return (allowed_verifiers(program, piece) if piece else ()) or (terms.to,)


def _advance(program: Program, terms: Release, state: ReleaseState, at: datetime) -> Iterator[Awaited]:
    if terms.advance is None or (state.advanced_at is None and not state.balances["committed"]):
        return
    if state.advanced_at is None:
        for leaf, outcome, (sentence, owes, since, earliest) in unmet_criteria(program, None, terms.advance.when, at):
            yield Awaited(f"advance, {criterion_text(leaf)}", outcome, f"For the advance: {sentence}", owes, since, earliest)
    elif state.balances["advanced"]:
        sentence = f"Of the advance {state.balances['advanced']:f} {terms.unit} is still to be recovered from results."
        yield Awaited("advance", Truth.NOT_MET, sentence, (terms.to,), state.advanced_at)


def _time(program: Program, name: str, state: ReleaseState, at: datetime) -> Iterator[Awaited]:
    terms, zone = program.plan.releases[name], program.plan.time_zone
    for part in state.suspensions:
        until = cured_by(program, name, part)
        lost = (
            f"it is lost unless it is earned by {dates.in_words(until, zone)}" if until else "it waits until it is earned again"
        )
        if until is not None and dates.has_passed(until, at, zone) and is_pending(program, name, until):
            lost = f"what was shown by {dates.in_words(until, zone)} is still to be decided"
        sentence = f"{part.amount:f} {terms.unit} is suspended since {day_in_words(part.since, zone)}; {lost}."
        yield Awaited("cure", Truth.NOT_MET, sentence, (terms.to,), part.since, until)
    end = ends_at(program, name)
    if end is not None and not dates.has_passed(end, at, zone) and at_stake(program, name):
        then = "suspended" if terms.due else "lost"
        sentence = f"What is not earned by {dates.in_words(end, zone)} is {then}."
        yield Awaited("time", Truth.NOT_MET, sentence, (terms.to,), earliest=end)
