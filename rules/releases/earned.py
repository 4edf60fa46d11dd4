"""The earned amount of a release, as a function of the present state alone.

So nothing is counted twice, and an amount that is no longer earned falls by itself.
`rules.releases.settlement` compares the result with what is posted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from rules.figures.derived import Counted, exact_value, figure_in_words
from rules.figures.selection import by_period, missing_part, stale_from, unverified, without_revisions
from rules.language.grades import grade_share
from rules.language.periods import period_end
from rules.language.terms import PerTime, PerUnit, Release
from rules.program import Program
from rules.queries.gates import judge_gate
from rules.truth import Truth
from rules.vocabulary.releases import ReleaseState


@dataclass(frozen=True, slots=True)
class Earned:
    """The earned amount, None while unknown, with a sentence."""

    amount: Decimal | None
    sentence: str


def earned_amount(program: Program, name: str, at: datetime) -> Earned:
    """The earned amount of a release at an instant, rounded to its smallest unit and capped at the total."""
    terms = program.plan.releases[name]
    match judge_gate(program, (), terms.when, at):
        case Truth.NOT_MET:
            return Earned(Decimal(0), "What it is given for does not hold.")
        case Truth.INDETERMINATE:
            return Earned(None, "Whether what it is given for holds is not known.")
        case Truth.MET:
            pass
    if terms.share_of is not None:
        return _by_share(program, terms, terms.share_of)
    if terms.per_unit is not None:
        return _by_unit(program, terms, terms.per_unit, at)
    if terms.per_time is not None:
        return _by_time(program, terms, terms.per_time, name)
    return Earned(terms.amount, "What it is given for holds.")


def _by_time(program: Program, terms: Release, rule: PerTime, name: str) -> Earned:
    state = program.releases.get(name, ReleaseState())
    text = f"{state.earned_instalments} of {state.instalments} instalments so far are earned, one every {rule.every}."
    return Earned(min(terms.rounded(Fraction(rule.each) * state.earned_instalments), terms.amount), text)


def _by_share(program: Program, terms: Release, milestone: str) -> Earned:
    grade = program.milestone(milestone).grade
    scale = program.plan.milestones[milestone].determined.scale
    title = program.plan.milestones[milestone].title
    if grade is None or scale is None:
        return Earned(Decimal(0), f"{title}: nothing of it is achieved.")
    return Earned(terms.rounded(Fraction(terms.amount) * grade_share(scale, grade)), f"{title}: determined as {grade:f}.")


def _by_unit(program: Program, terms: Release, rule: PerUnit, at: datetime) -> Earned:
    indicator = program.plan.indicators[rule.indicator]
    figure = counted_figure(program, terms, rule)
    lack = missing_part(program, rule.indicator)
    if lack is not None and rule.of == "newest":
        return Earned(Decimal(0) if figure is None else None, lack.sentence)
    if figure is None:
        waits = "a figure is recorded and not verified yet" if unverified(program, rule.indicator) else "no figure is recorded"
        known = bool(by_period(program, rule.indicator))
        return Earned(Decimal(0), f"{indicator.title}: {'no verified figure counts yet' if known else waits}.")
    was = f"{indicator.title}: {figure_in_words(figure)}"
    if rule.of == "newest" and stale_from(program, rule.indicator, figure) <= at:
        return Earned(None, f"{was}, which is older than the plan accepts.")
    start = indicator.frozen.value if rule.from_ is None else rule.from_
    way, done = Fraction(rule.to) - Fraction(start), exact_value(figure) - Fraction(start)
    units = min(max(done if way > 0 else -done, Fraction(0)), abs(way))
    amount = terms.rounded(units * Fraction(rule.each))
    return Earned(min(amount, terms.amount), f"{was}, from {start:f} to {rule.to:f}.")


def counted_figure(program: Program, terms: Release, rule: PerUnit) -> Counted | None:
    """The newest or best figure with a good enough sample, without revisions that change no money."""
    calendar = program.plan.periods
    sampled = [figure for figure in by_period(program, rule.indicator).values() if _has_sample(program, rule, figure.period)]
    if rule.of == "best":
        way = -1 if program.plan.indicators[rule.indicator].better == "lower" else 1
        counted = [without_revisions(program, figure, terms.reversed_by) for figure in sampled]
        return max(counted, key=lambda figure: (way * exact_value(figure), period_end(figure.period, calendar)), default=None)
    newest = max(reversed(sampled), key=lambda figure: period_end(figure.period, calendar), default=None)
    return newest and without_revisions(program, newest, terms.reversed_by)


def _has_sample(program: Program, rule: PerUnit, period: str) -> bool:
    if rule.sample is None:
        return True
    share = by_period(program, rule.sample.indicator).get(period)
    return share is not None and exact_value(share) >= Fraction(rule.sample.at_least)
