"""Figures of indicators: which one counts, and how long it is fresh."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from decimal import Context, Decimal
from functools import reduce

from rules.facts import MeasurementRecorded
from rules.language.causes import Cause
from rules.language.criteria import FigureAsked
from rules.language.periods import Calendar, is_period, period_end
from rules.measuring.coverage import apart, overlapping
from rules.measuring.unread import explained
from rules.program import Program
from rules.times import plus
from rules.truth import Truth
from rules.vocabulary.evidence import Evidence
from rules.vocabulary.unknown import Unknown

_EXACT = Context(prec=80)
"""Figures have up to 38 digits, 18 of them after the point: a sum of any number of them fits."""


def newest(program: Program, indicator: str) -> MeasurementRecorded | None:
    """The newest verified figure of the producer that the plan names.

    Newest is by the end of the period covered, then by edition; another producer's figure is kept as
    corroboration or contradiction and never counts instead.
    """
    best: MeasurementRecorded | None = None
    calendar = program.plan.periods
    for figure in by_period(program, indicator).values():
        if best is None or _rank(figure, calendar) >= _rank(best, calendar):
            best = figure
    return best


def _rank(figure: MeasurementRecorded, calendar: Calendar) -> tuple[datetime, datetime]:
    return period_end(figure.period, calendar), figure.retrieved_at


def by_period(program: Program, indicator: str) -> dict[str, MeasurementRecorded]:
    """By period the figure that counts: that of the newest edition.

    Editions are labels of the producers' own making and have no order; the newest is the one that was
    retrieved last, and of those retrieved together the one that was verified last.
    """
    return latest_of(counting(program, indicator))


def latest_of(figures: Iterable[MeasurementRecorded]) -> dict[str, MeasurementRecorded]:
    """By period the figure that was retrieved last; the last one of several."""
    found: dict[str, MeasurementRecorded] = {}
    for figure in figures:
        held = found.get(figure.period)
        if held is None or figure.retrieved_at >= held.retrieved_at:
            found[figure.period] = figure
    return found


def counting(program: Program, indicator: str) -> list[MeasurementRecorded]:
    """The verified figures of the producer that the plan names, without those that were revised."""
    producer, calendar = program.plan.indicators[indicator].producer, program.plan.periods
    # A new text of the plan may no longer know a season, or its fiscal year.
    known = (figure for figure in verified(program, indicator) if is_period(figure.period, calendar))
    return unrevised(figure for figure in known if figure.producer == producer)


def verified(program: Program, indicator: str) -> Iterator[MeasurementRecorded]:
    """The verified figures of an indicator that stand, of whichever producer, oldest first."""
    pieces = (program.evidence[piece].measurement for piece in program.figures.get(indicator, ()))
    return (figure for figure in pieces if figure is not None)


def unverified(program: Program, indicator: str, period: str | None = None) -> Evidence | None:
    """The newest figure of the producer that the plan names which nobody has verified or returned; of one period, or of any."""
    producer = program.plan.indicators[indicator].producer
    for piece in (program.evidence[name] for name in reversed(program.unjudged)):
        figure = piece.measurement
        of_it = figure is not None and (figure.indicator, figure.producer) == (indicator, producer)
        if of_it and figure is not None and period in (None, figure.period):
            return piece
    return None


def unrevised(figures: Iterable[MeasurementRecorded]) -> list[MeasurementRecorded]:
    """Figures without those that others of them have taken the place of."""
    held = list(figures)
    revised = {figure.revises for figure in held}
    return [figure for figure in held if figure.measurement not in revised]


def published(program: Program, figure: MeasurementRecorded, period: str) -> MeasurementRecorded | None:
    """The verified figure of a period in the edition of another one, though later editions may have revised it."""
    edition = (figure.producer, figure.edition, period)
    held = (one for one in verified(program, figure.indicator) if (one.producer, one.edition, one.period) == edition)
    return latest_of(unrevised(held)).get(period)


def usable(program: Program, indicator: str, at: datetime) -> MeasurementRecorded | Unknown:
    """The newest figure, or why there is none that tells anything about now."""
    rule, figure = program.plan.indicators[indicator], newest(program, indicator)
    if figure is None:
        missing = f"No verified figure for {rule.title} by {rule.producer} is recorded."
        return explained(program, indicator, Unknown("missing", missing))
    if stale_from(program, indicator, figure) <= at:
        stale = f"{rule.title}: the newest figure is of {figure.period}, older than the {rule.oldest} that the plan accepts."
        return explained(program, indicator, Unknown("stale", stale))
    return figure


def total(program: Program, indicator: str) -> Decimal | Unknown:
    """The newest figures of all periods added up. A month of a year that has a figure itself is not counted twice."""
    held, calendar = list(by_period(program, indicator).values()), program.plan.periods
    if (both := overlapping(held, calendar)) is not None:
        title = program.plan.indicators[indicator].title
        told = f"{title}: the figures of {both[0]} and {both[1]} share days, so that their sum is not known."
        return Unknown("overlap", told)
    return reduce(_EXACT.add, (figure.value for figure in apart(held, calendar)), Decimal(0))


def holds(program: Program, asked: FigureAsked, at: datetime) -> tuple[Truth, str]:
    """Whether a figure is what a criterion asks for, and a sentence that says so."""
    figure = usable(program, asked.indicator, at)
    if isinstance(figure, Unknown):
        return Truth.INDETERMINATE, figure.sentence
    summed = asked.of == "total"
    value = total(program, asked.indicator) if summed else figure.value
    if isinstance(value, Unknown):
        return Truth.INDETERMINATE, value.sentence
    level, wanted = (asked.at_most, "at most") if asked.at_most is not None else (asked.at_least or Decimal(0), "at least")
    when = f"in all, up to {figure.period}" if summed else f"in {figure.period}"
    sentence = (
        f"{program.plan.indicators[asked.indicator].title} was {value:f} {figure.unit} {when} "
        f"({figure.producer}, {figure.edition}); asked is {wanted} {level:f}."
    )
    reached = value <= level if wanted == "at most" else value >= level
    return Truth.MET if reached else Truth.NOT_MET, sentence


def without_revisions(program: Program, figure: MeasurementRecorded, counted: Collection[Cause]) -> MeasurementRecorded:
    """The figure as it was before revisions whose cause is not among those that count, or is presumed by nobody but a check."""
    while figure.cause is not None and (figure.cause not in counted or is_presumed(program, figure)):
        before = program.evidence[figure.revises or ""].measurement
        if before is None:
            break
        figure = before
    return figure


def is_presumed(program: Program, figure: MeasurementRecorded) -> bool:
    """Whether a source has changed a value under the same edition, and no person has looked at why."""
    before = program.evidence[figure.revises].measurement if figure.revises is not None else None
    is_changed = before is not None and before.edition == figure.edition and before.value != figure.value
    return is_changed and program.evidence[figure.measurement].accepted_by is not None


def stale_from(program: Program, indicator: str, figure: MeasurementRecorded) -> datetime:
    """The instant from which a figure is too old for the plan."""
    oldest = program.plan.indicators[indicator].oldest
    return plus(period_end(figure.period, program.plan.periods), oldest, program.plan.time_zone)
