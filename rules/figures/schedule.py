"""Targets set for each period: which were reached, and which reports are awaited, missing or late."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from fractions import Fraction

from rules import dates
from rules.figures.comparison import reaches
from rules.figures.derived import Counted, citation, exact_value, rounded
from rules.figures.judgement import Judgement, not_known
from rules.figures.selection import by_period, verified, without_revisions
from rules.figures.unknown import unknown_figure
from rules.language.milestones import Measured
from rules.language.periods import covered, in_order
from rules.language.revision_causes import Cause
from rules.program import Program
from rules.times import days_between, start_of_day
from rules.truth import Truth, conjunction
from rules.vocabulary.unknown import Unknown


def judge_schedule(program: Program, how: Measured, at: datetime, counted: Collection[Cause] | None) -> Judgement:
    """Judgements on the figure of each period of a target, whatever its age."""
    judged = list(_judge_period(program, how, at, counted))
    outcome = conjunction(one.outcome for one in judged)
    first = judged[-1] if outcome is Truth.MET else next(one for one in judged if one.outcome is outcome)
    reached = sum(one.outcome is Truth.MET for one in judged)
    row = f" {reached} of {len(judged)} periods are reached." if len(judged) > 1 else ""
    return Judgement(outcome, f"{first.sentence}{row}", first.unknown)


def _judge_period(program: Program, how: Measured, at: datetime, counted: Collection[Cause] | None) -> Iterator[Judgement]:
    calendar, held = program.plan.periods, by_period(program, how.indicator)
    total: Fraction | None = Fraction(0)
    for period in sorted(how.target.by_period, key=lambda period: in_order(period, calendar)):
        if (figure := held.get(period)) is None:
            total = None
            yield not_known(_missing(program, how.indicator, period, at))
            continue
        counts = figure if counted is None else without_revisions(program, figure, counted)
        total = None if total is None else total + exact_value(counts)
        if how.target.of == "total" and total is None:
            text = f"what it adds up to by {period} is not known, since an earlier figure is missing"
            yield not_known(Unknown("gap", f"{program.plan.indicators[how.indicator].title}: {text}."))
        else:
            yield _compare(
                program, how, counts, total if how.target.of == "total" and total is not None else exact_value(counts)
            )


def _compare(program: Program, how: Measured, figure: Counted, exact: Fraction) -> Judgement:
    indicator, level = program.plan.indicators[how.indicator], how.target.by_period[figure.period]
    wanted = "at most" if indicator.better == "lower" else "at least"
    when = f"up to and in {figure.period}" if how.target.of == "total" else f"in {figure.period}"
    was = f"{indicator.title} was {rounded(exact):f} {figure.unit} {when} ({citation(figure)})"
    sentence = f"{was}; asked is {wanted} {level:f}.{_late(program, figure)}"
    return Judgement(Truth.MET if reaches(exact, level, wanted) else Truth.NOT_MET, sentence)


def expected_by(program: Program, indicator: str, period: str) -> datetime | None:
    """The last instant by which a figure is expected; for derived figures the last of its parts.

    None: the plan does not say.
    """
    zone = program.plan.time_zone
    told = (program.plan.indicators[part].reported_within for part in program.plan.recorded_for[indicator])
    last = start_of_day(covered(period, program.plan.periods)[1], zone)
    expected = (
        dates.end_after(last, one, zone) if dates.is_positive(one) else dates.end_of_day(last, zone) for one in told if one
    )
    return max(expected, default=None)


def _missing(program: Program, indicator: str, period: str, at: datetime) -> Unknown:
    title, by, zone = program.plan.indicators[indicator].title, expected_by(program, indicator, period), program.plan.time_zone
    nothing = f"{title}: no verified figure of {period} is recorded"
    if by is None:
        return unknown_figure(program, indicator, Unknown("missing", f"{nothing}."))
    if not dates.has_passed(by, at, zone):
        return Unknown("awaited", f"{nothing}; it is expected by {dates.in_words(by, zone)}.")
    return unknown_figure(program, indicator, Unknown("missing", f"{nothing}; it was expected by {dates.in_words(by, zone)}."))


def _late(program: Program, figure: Counted) -> str:
    """How late the first figure of a period was recorded, in words."""
    by, zone = expected_by(program, figure.indicator, figure.period), program.plan.time_zone
    of_it = (one.measurement for one in verified(program, figure.indicator) if one.period == figure.period)
    recorded = min((program.evidence[name].recorded_at for name in of_it), default=None)
    if by is None or recorded is None or not dates.has_passed(by, recorded, zone):
        return ""
    return (
        f" It was reported {days_between(by, recorded, zone)} days after {dates.in_words(by, zone)}, by when it was expected."
    )
