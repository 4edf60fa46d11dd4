"""Selection of figures: which figure of an indicator counts, and until when it is fresh."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Context, Decimal
from fractions import Fraction
from functools import reduce

from rules.facts import MeasurementRecorded
from rules.figures import derived
from rules.figures.coverage import disjoint, overlapping
from rules.figures.derived import Counted, Derived, a_year_before, citation, derive, exact_value, newest_common
from rules.figures.unknown import unknown_figure
from rules.language.criteria import FigureCondition
from rules.language.derivations import MadeOf
from rules.language.periods import Calendar, covered, is_period, period_end
from rules.language.revision_causes import Cause
from rules.program import Program
from rules.times import add_duration, start_of_day
from rules.truth import Truth
from rules.vocabulary.evidence import Evidence
from rules.vocabulary.unknown import Unknown

_EXACT = Context(prec=80)
"""Figures have up to 38 digits, 18 of them after the point: a sum of any number of them fits."""


def newest_figure(program: Program, indicator: str) -> Counted | None:
    """The newest verified figure of the plan's producer, or the newest derived figure.

    Newest is by the end of the period, then by edition. Figures of other producers only corroborate or contradict.
    """
    return _newest(by_period(program, indicator), program.plan.periods)


def _newest(held: Mapping[str, Counted], calendar: Calendar) -> Counted | None:
    best: Counted | None = None
    for figure in held.values():
        if best is None or _rank(figure, calendar) >= _rank(best, calendar):
            best = figure
    return best


def _rank(figure: Counted, calendar: Calendar) -> tuple[datetime, datetime]:
    return period_end(figure.period, calendar), figure.retrieved_at


def by_period(program: Program, indicator: str) -> Mapping[str, Counted]:
    """By period, the figure that counts: that of the newest edition; for a derived figure where all parts exist.

    Edition labels have no order; the newest edition is the one retrieved last, and among those retrieved together the one
    verified last.
    """
    made = program.plan.indicators[indicator].made_of
    if made is not None:
        return _derived(program, indicator, made, _series(program, made))
    return latest_of(counting(program, indicator))


def _series(program: Program, made: MadeOf) -> list[Mapping[str, Counted]]:
    """By part in order, the figures by period."""
    held = {name: by_period(program, name) for name in dict.fromkeys(part.indicator for part in made.parts)}
    return [held[part.indicator] for part in made.parts]


def _derived(program: Program, indicator: str, made: MadeOf, series: Sequence[Mapping[str, Counted]]) -> dict[str, Counted]:
    first = next(index for index, part in enumerate(made.parts) if not part.a_year_before)
    made_up = ((period, _of_period(program, indicator, made, series, period)) for period in series[first])
    return {period: figure for period, figure in made_up if isinstance(figure, Derived)}


def _of_period(
    program: Program, indicator: str, made: MadeOf, series: Sequence[Mapping[str, Counted]], period: str
) -> Derived | Unknown | tuple[str, str]:
    """The figure of a period; or why there is none; or the missing part, with its period."""
    named: list[tuple[str, Counted]] = []
    for part, held in zip(made.parts, series, strict=True):
        asked = a_year_before(period) if part.a_year_before else period
        if (figure := held.get(asked)) is None:
            return part.indicator, asked
        named.append((program.plan.indicators[part.indicator].title, figure))
    return derive(indicator, program.plan.indicators[indicator], made, period, named)


def missing_part(program: Program, indicator: str) -> Unknown | None:
    """What the newest period of a derived figure lacks, if any part of it is known; None for others."""
    made = program.plan.indicators[indicator].made_of
    return None if made is None else _missing(program, indicator, made, _series(program, made))


def _missing(program: Program, indicator: str, made: MadeOf, series: Sequence[Mapping[str, Counted]]) -> Unknown | None:
    title = program.plan.indicators[indicator].title
    now = [(part.indicator, held) for part, held in zip(made.parts, series, strict=True) if not part.a_year_before]
    for name, held in now:
        if not held:
            return _part_missing(program, title, name, None)
    period = newest_common([held for _, held in now], program.plan.periods)
    if period is None:
        return Unknown("missing", f"{title} is not known: its parts have figures of no period in common.")
    match _of_period(program, indicator, made, series, period):
        case Derived():
            return None
        case Unknown() as unknown:
            return unknown
        case name, asked:
            return _part_missing(program, title, name, asked)


def _part_missing(program: Program, title: str, part: str, period: str | None) -> Unknown:
    rule = program.plan.indicators[part]
    if (inner := missing_part(program, part)) is not None:
        return Unknown(inner.why, f"{title} is not known. {inner.sentence}")
    of = f" of {period}" if period else ""
    lack = Unknown("missing", f"{title} is not known: no verified figure{of} for {rule.title} is recorded.")
    return unknown_figure(program, part, lack)


def latest_of(figures: Iterable[MeasurementRecorded]) -> dict[str, MeasurementRecorded]:
    """By period, the figure retrieved last."""
    found: dict[str, MeasurementRecorded] = {}
    for figure in figures:
        held = found.get(figure.period)
        if held is None or figure.retrieved_at >= held.retrieved_at:
            found[figure.period] = figure
    return found


def counting(program: Program, indicator: str) -> list[MeasurementRecorded]:
    """The verified figures of the plan's producer, without revised ones."""
    producer, calendar = program.plan.indicators[indicator].producer, program.plan.periods
    # An amendment may have removed a season, or the fiscal year.
    known = (figure for figure in verified(program, indicator) if is_period(figure.period, calendar))
    return unrevised(figure for figure in known if figure.producer == producer)


def verified(program: Program, indicator: str) -> Iterator[MeasurementRecorded]:
    """The verified figures of an indicator by any producer, oldest first."""
    pieces = (program.evidence[piece].measurement for piece in program.figures.get(indicator, ()))
    return (figure for figure in pieces if figure is not None)


def unverified(program: Program, indicator: str, period: str | None = None) -> Evidence | None:
    """The newest figure of the plan's producers that is neither verified nor returned; of one period, or of any."""
    named = {(name, program.plan.indicators[name].producer) for name in program.plan.recorded_for[indicator]}
    for piece in (program.evidence[name] for name in reversed(program.unjudged)):
        figure = piece.measurement
        of_it = figure is not None and (figure.indicator, figure.producer) in named
        if of_it and figure is not None and period in (None, figure.period):
            return piece
    return None


def unrevised(figures: Iterable[MeasurementRecorded]) -> list[MeasurementRecorded]:
    """The figures that no other one of them revises."""
    held = list(figures)
    revised = {figure.revises for figure in held}
    return [figure for figure in held if figure.measurement not in revised]


def published(program: Program, figure: MeasurementRecorded, period: str) -> MeasurementRecorded | None:
    """The verified figure of a period in a given edition, even if later editions have revised it."""
    edition = (figure.producer, figure.edition, period)
    held = (one for one in verified(program, figure.indicator) if (one.producer, one.edition, one.period) == edition)
    return latest_of(unrevised(held)).get(period)


def usable_figure(program: Program, indicator: str, at: datetime) -> Counted | Unknown:
    """The newest figure, or the Unknown that says why none is usable now."""
    rule = program.plan.indicators[indicator]
    if (made := rule.made_of) is None:
        figure = newest_figure(program, indicator)
    else:
        series = _series(program, made)
        if (lack := _missing(program, indicator, made, series)) is not None:
            return lack
        figure = _newest(_derived(program, indicator, made, series), program.plan.periods)
    if figure is None:
        missing = f"No verified figure for {rule.title} by {rule.producer} is recorded."
        return unknown_figure(program, indicator, Unknown("missing", missing))
    if stale_from(program, indicator, figure) <= at:
        stale = f"{rule.title}: the newest figure is of {figure.period}, older than the {rule.oldest} that the plan accepts."
        return unknown_figure(program, indicator, Unknown("stale", stale))
    return figure


def figure_of_period(program: Program, indicator: str, period: str) -> Counted | Unknown:
    """The figure of one period whatever its age, or the Unknown."""
    title = program.plan.indicators[indicator].title
    return by_period(program, indicator).get(period) or Unknown(
        "missing", f"{title}: no verified figure of {period} is recorded."
    )


def total(program: Program, indicator: str) -> Decimal | Unknown:
    """The sum of the newest figures of all disjoint periods."""
    held, calendar = list(by_period(program, indicator).values()), program.plan.periods
    if (both := overlapping(held, calendar)) is not None:
        title = program.plan.indicators[indicator].title
        text = f"{title}: the figures of {both[0]} and {both[1]} share days, so that their sum is not known."
        return Unknown("overlap", text)
    return reduce(_EXACT.add, (figure.value for figure in disjoint(held, calendar)), Decimal(0))


def judge_figure(program: Program, asked: FigureCondition, at: datetime) -> tuple[Truth, str]:
    """The truth value of a figure criterion, with a sentence."""
    name, period = asked.indicator, asked.period
    figure = usable_figure(program, name, at) if period is None else figure_of_period(program, name, period)
    if isinstance(figure, Unknown):
        return Truth.INDETERMINATE, figure.sentence
    value = total(program, name) if asked.of == "total" else None
    if isinstance(value, Unknown):
        return Truth.INDETERMINATE, value.sentence
    level, wanted = (asked.at_most, "at most") if asked.at_most is not None else (asked.at_least or Decimal(0), "at least")
    was, exact = derived.figure_in_words(figure), exact_value(figure)
    if value is not None:
        was, exact = f"{value:f} {figure.unit} in all, up to {figure.period} ({citation(figure)})", Fraction(value)
    sentence = f"{program.plan.indicators[name].title} was {was}; asked is {wanted} {level:f}."
    reached = exact <= Fraction(level) if wanted == "at most" else exact >= Fraction(level)
    return Truth.MET if reached else Truth.NOT_MET, sentence


def without_revisions(program: Program, figure: Counted, counted: Collection[Cause]) -> Counted:
    """The figure before those revisions whose cause is excluded, or only presumed by a check.

    For a derived figure this applies to its parts.
    """
    if isinstance(figure, Derived):
        parts = tuple((title, without_revisions(program, part, counted)) for title, part in figure.parts)
        exact = derived.compute(figure.way, [exact_value(part) for _, part in parts])
        return figure if exact is None else replace(figure, parts=parts, exact=exact)
    while figure.cause is not None and (figure.cause not in counted or is_presumed(program, figure)):
        before = program.evidence[figure.revises or ""].measurement
        if before is None:
            break
        figure = before
    return figure


def is_presumed(program: Program, figure: MeasurementRecorded) -> bool:
    """Whether a source has changed a value under the same edition label, and no person has judged the cause."""
    before = program.evidence[figure.revises].measurement if figure.revises is not None else None
    is_changed = before is not None and before.edition == figure.edition and before.value != figure.value
    return is_changed and program.evidence[figure.measurement].accepted_by is not None


def stale_from(program: Program, indicator: str, figure: Counted) -> datetime:
    """The instant from which a figure is stale by the plan."""
    oldest, zone = program.plan.indicators[indicator].oldest, program.plan.time_zone
    ends = start_of_day(covered(figure.period, program.plan.periods)[1] + timedelta(days=1), zone)
    return add_duration(ends, oldest, zone)
