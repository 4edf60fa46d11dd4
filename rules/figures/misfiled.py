"""Detection of figures filed under the wrong period, a frequent error at the turn of the year."""

from __future__ import annotations

from collections.abc import Mapping

from rules.facts import MeasurementRecorded
from rules.figures.derived import a_year_before
from rules.figures.selection import latest_of, unrevised
from rules.language.periods import Calendar, after, before, covered, in_order, is_period, kind_of
from rules.program import Program
from rules.times import local_day

_TELLING = 4
"""Digits. Shorter values are often the same twice."""


def misfiling_doubt(program: Program, figure: MeasurementRecorded) -> str | None:
    """Why a figure may belong to another period, judged by earlier figures; None without a doubt.

    The figure is recorded anyway. Figures read by checks and explicit revisions are never doubted.
    """
    if figure.origin is not None or figure.revises is not None:
        return None
    calendar = program.plan.periods
    standing = _standing(program, figure)
    kind = kind_of(figure.period, calendar)
    row = {period: held for period, held in standing.items() if kind_of(period, calendar) == kind}
    title = program.plan.indicators[figure.indicator].title
    said = _repeats(program, figure, row) or _breaks(figure, row, calendar) or _shares(figure, standing, calendar)
    return said and f"{title}, {figure.period} ({figure.measurement}): {said}"


def _standing(program: Program, figure: MeasurementRecorded) -> dict[str, MeasurementRecorded]:
    """By period, the recorded or verified figure of the same indicator and producer."""
    names = (*program.figures.get(figure.indicator, ()), *program.unjudged)
    held = (one for name in names if (one := program.evidence[name].measurement) is not None)
    own = (one for one in held if (one.indicator, one.producer) == (figure.indicator, figure.producer))
    return latest_of(unrevised(one for one in own if is_period(one.period, program.plan.periods)))


def _repeats(program: Program, figure: MeasurementRecorded, row: Mapping[str, MeasurementRecorded]) -> str | None:
    if not row:
        return None
    calendar, by_end = program.plan.periods, sorted(row, key=lambda period: in_order(period, program.plan.periods))
    expected = after(by_end[-1], calendar)
    over = covered(expected, calendar)[1].isoformat() <= local_day(figure.retrieved_at, program.plan.time_zone)
    held = row.get(figure.period)
    if over and held is not None and held.value != figure.value and _is_slip(figure, expected, by_end[-1], row):
        return (
            f"{held.value:f} is recorded for it already ({held.edition}), and {expected} has no figure. "
            f"If this one is of {expected}, withdraw it and record it for that."
        )
    if over and in_order(figure.period, calendar) < in_order(by_end[0], calendar):
        return (
            f"it lies before all that is recorded ({by_end[0]} and later), and {expected} has no figure. Is it of {expected}?"
        )
    earlier = row.get(before(figure.period, calendar))
    if earlier is not None and earlier.value == figure.value and len(figure.value.as_tuple().digits) >= _TELLING:
        return f"the value is that of {earlier.period} to the last digit. Is it the same figure, filed twice?"
    return None


def _is_slip(figure: MeasurementRecorded, expected: str, last: str, row: Mapping[str, MeasurementRecorded]) -> bool:
    """Whether a second value of a period may be a slip: for the last period, or for the year before the awaited one.

    An edition that also gives other periods publishes the whole series and may revise its past.
    """
    tells_anew = any(held.edition == figure.edition for held in row.values())
    return not tells_anew and figure.period in {last, a_year_before(expected)}


def _breaks(figure: MeasurementRecorded, row: Mapping[str, MeasurementRecorded], calendar: Calendar) -> str | None:
    if not row or figure.period in row:
        return None
    last = max(row, key=lambda period: in_order(period, calendar))
    expected = after(last, calendar)
    if in_order(figure.period, calendar) <= in_order(expected, calendar):
        return None
    return f"the last one recorded is of {last}, and {expected} has none. Is it of {expected}?"


def _shares(figure: MeasurementRecorded, standing: Mapping[str, MeasurementRecorded], calendar: Calendar) -> str | None:
    """Whether the period partly overlaps a recorded one, which is seldom intended."""
    first, last = covered(figure.period, calendar)
    for period in standing:
        begins, ends = covered(period, calendar)
        if begins < first <= ends < last or first < begins <= last < ends:
            return f"it shares days with {period}, for which a figure is recorded; a sum would count them twice."
    return None
