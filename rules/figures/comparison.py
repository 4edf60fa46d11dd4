"""Comparison of one figure with its target: the required level, and the base of a change."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from rules.figures.derived import Counted, Derived, exact_value, figure_in_words, recorded_parts
from rules.figures.judgement import Judgement, not_known
from rules.figures.selection import published
from rules.figures.significance import UncertainDifference
from rules.language.indicators import Indicator, Target
from rules.language.milestones import Measured
from rules.program import Program
from rules.truth import Truth
from rules.vocabulary.unknown import Unknown


@dataclass(frozen=True, slots=True)
class Base:
    """The base from which a change is counted."""

    value: Decimal
    standard_error: Decimal | None = None


NOTHING = Base(Decimal(0))
"""A level is compared with nothing, and its indicator may have no baseline."""


def base_of(program: Program, how: Measured, figure: Counted) -> Base | Unknown:
    """The base of a change: the frozen baseline, or the figure of its period in the edition of the judged figure.

    Later editions rewrite the past: a fall within one edition can be a rise against another's number. A trend is therefore
    computed within one edition, and a promise about a number against that number.
    """
    if how.target.change is None:
        return NOTHING
    indicator = program.plan.indicators[how.indicator]
    frozen = indicator.frozen
    if how.target.compares == "frozen_baseline" or isinstance(figure, Derived):
        return Base(frozen.value, frozen.standard_error)
    if (found := published(program, figure, frozen.period)) is not None:
        return Base(found.value, found.standard_error)
    lacks = f"no verified figure of {frozen.period} in the edition {figure.edition} is recorded"
    return Unknown("no_base", f"{indicator.title}: {lacks}, so that the change up to {figure.period} is not known.")


def required_level(target: Target, indicator: Indicator, start: Decimal | None = None) -> tuple[Decimal, str]:
    """The level that a target requires, and its direction; a change counts from `start`, or from the frozen baseline.

    A relative change scales with the absolute base, so 10 % more than -1.32 is -1.188.
    """
    if target.at_most is not None:
        return target.at_most, "at most"
    if target.at_least is not None:
        return target.at_least, "at least"
    start = indicator.frozen.value if start is None else start
    change = Decimal((target.change or "").removesuffix("%"))
    return start + abs(start) * change / 100, "at most" if indicator.better == "lower" else "at least"


def reaches(figure: Fraction, level: Decimal, wanted: str) -> bool:
    """Whether a figure is on the required side of a level. Exact."""
    way = figure - Fraction(level)
    return way <= 0 if wanted == "at most" else way >= 0


def compare(program: Program, how: Measured, figure: Counted) -> Judgement:
    """Whether a figure reaches its target, and by more than its noise if the target requires that."""
    indicator, start = program.plan.indicators[how.indicator], base_of(program, how, figure)
    if isinstance(start, Unknown):
        return not_known(start)
    level, wanted = required_level(how.target, indicator, start.value)
    asked = f"asked is {wanted} {level.normalize():f}{_from(how.target, indicator, start)}."
    sentence = f"{indicator.title} was {figure_in_words(figure)}{_revised(program, figure)}; {asked}"
    if not reaches(exact_value(figure), level, wanted):
        return Judgement(Truth.NOT_MET, sentence)
    if how.target.standard_errors is None:
        return Judgement(Truth.MET, sentence)
    difference = UncertainDifference(figure.value, figure.standard_error, start.value, start.standard_error)
    sentence = f"{sentence} {difference.told(how.target.standard_errors)}"
    match difference.exceeds(how.target.standard_errors):
        case None:
            return Judgement(Truth.INDETERMINATE, sentence, "error_unknown")
        case exceeds:
            return Judgement(Truth.MET if exceeds else Truth.NOT_MET, sentence)


def _revised(program: Program, figure: Counted) -> str:
    """The revisions among the figures with their causes, for readers of a fallen judgement."""
    sentences = ""
    for one in recorded_parts(figure):
        piece = program.evidence.get(one.revises or "")
        if one.cause is not None and piece is not None and (was := piece.measurement) is not None:
            of = f"{program.plan.indicators[one.indicator].title} " if one is not figure else ""
            sentences += f", {of}revised from {was.value:f} ({was.edition}) because of {one.cause.replace('_', ' ')}"
    return sentences


def _from(target: Target, indicator: Indicator, start: Base) -> str:
    if target.compares == "frozen_baseline":
        return ""
    return f", {target.change} from {start.value:f} in {indicator.frozen.period} in the same edition"
