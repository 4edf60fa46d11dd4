"""Figures derived from other figures of the same period, computed exactly and shown with their parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Context, Decimal
from fractions import Fraction
from typing import TypeAlias

from rules.facts import MeasurementRecorded
from rules.language.derivations import MadeOf, Way
from rules.language.indicators import Indicator
from rules.language.periods import Calendar, period_end
from rules.vocabulary.unknown import Unknown

_EXACT = Context(prec=120)
_TOLD = Context(prec=10)
_MOST_PLACES = 18


@dataclass(frozen=True, slots=True)
class Derived:
    """A derived figure. `exact` is compared, `value` is shown; `parts` stand with their titles."""

    indicator: str
    unit: str
    period: str
    way: Way
    parts: tuple[tuple[str, Counted], ...]
    exact: Fraction

    @property
    def value(self) -> Decimal:
        return rounded(self.exact)

    @property
    def standard_error(self) -> None:
        """Not known: producers do not say how the errors of their figures go together."""

    @property
    def retrieved_at(self) -> datetime:
        return max(figure.retrieved_at for _, figure in self.parts)


Counted: TypeAlias = MeasurementRecorded | Derived
"""A figure that can count: as it was recorded, or made of such."""


def derive(
    indicator: str, rule: Indicator, made: MadeOf, period: str, parts: Sequence[tuple[str, Counted]]
) -> Derived | Unknown:
    """The derived figure of a period from its parts, in order; unknown on division by zero."""
    exact = compute(made.way, [exact_value(figure) for _, figure in parts])
    if exact is None:
        text = f"{rule.title} of {period} is not known: {parts[1][0]} was 0, and nothing is divided by that."
        return Unknown("missing", text)
    return Derived(indicator, rule.unit, period, made.way, tuple(parts), exact)


def compute(way: Way, parts: Sequence[Fraction]) -> Fraction | None:
    """The exact value; None on division by zero."""
    match way:
        case "sum":
            return sum(parts, Fraction(0))
        case "difference":
            return parts[0] - parts[1]
        case "share":
            return parts[0] * 100 / parts[1] if parts[1] else None
        case "ratio":
            return parts[0] / parts[1] if parts[1] else None


def rounded(exact: Fraction) -> Decimal:
    """The exact decimal if it has few enough places; otherwise its first ten digits."""
    digits = _TOLD if 10**_MOST_PLACES % exact.denominator else _EXACT
    return digits.divide(Decimal(exact.numerator), Decimal(exact.denominator))


def exact_value(figure: Counted) -> Fraction:
    """A figure as an exact fraction, for comparisons."""
    return figure.exact if isinstance(figure, Derived) else Fraction(figure.value)


def figure_in_words(figure: Counted) -> str:
    """A figure with its unit, its period, and its producer or its parts."""
    about = "" if not isinstance(figure, Derived) or Fraction(figure.value) == figure.exact else "about "
    return f"{about}{figure.value:f} {figure.unit} in {figure.period} ({citation(figure)})"


def citation(figure: Counted) -> str:
    """A figure's producer and edition, or its parts."""
    if not isinstance(figure, Derived):
        return f"{figure.producer}, {figure.edition}"
    parts = [
        f"{title} {part.value:f}{'' if part.period == figure.period else f' in {part.period}'}" for title, part in figure.parts
    ]
    if figure.way == "sum":
        return f"{', '.join(parts[:-1])} and {parts[-1]} together"
    return f"{parts[0]} {_BETWEEN[figure.way]} {parts[1]}"


_BETWEEN: Mapping[Way, str] = {"difference": "less", "share": "of", "ratio": "to"}


def recorded_parts(figure: Counted) -> Iterator[MeasurementRecorded]:
    """The recorded figures behind a figure: itself, or those that it is derived from in the end."""
    if not isinstance(figure, Derived):
        yield figure
        return
    for _, part in figure.parts:
        yield from recorded_parts(part)


def newest_common(series: Sequence[Mapping[str, Counted]], calendar: Calendar) -> str | None:
    """The newest period with a figure of any part, of a length in which all parts have figures."""
    lengths = [{_length(period) for period in held} for held in series]
    common = set.intersection(*lengths)
    periods = [period for held in series for period in held if _length(period) in common]
    return max(periods, key=lambda period: period_end(period, calendar), default=None)


def _length(period: str) -> str:
    """The key of a period's length: the form in which it is written."""
    return re.sub(r"[0-9]", "9", period)


def a_year_before(period: str) -> str:
    """The same period of the previous year, of a range both ends. 29 February gives a day without a figure."""
    return re.sub(r"[0-9]{4}", lambda year: f"{int(year[0]) - 1:04d}", period)
