"""Validation of release amounts: exact, in one direction, and possible to earn."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from rules.language.plan import Plan
from rules.language.reading import Fault, Path
from rules.language.terms import PerUnit, Release

MOST_SMALLEST = 10**15
"""So many smallest units a release has at most: then every sum of its postings is exact."""


def amount_faults(plan: Plan) -> Iterator[Fault]:
    """Amounts that do not fit their smallest unit, or cannot be earned in full."""
    for name, terms in plan.releases.items():
        at: Path = ("releases", name)
        advance = terms.advance.amount if terms.advance else terms.smallest
        for place, amount in (((*at, "amount"), terms.amount), ((*at, "advance", "amount"), advance)):
            if amount % terms.smallest:
                yield Fault(place, f"{amount:f} is not a whole number of the smallest amount, {terms.smallest:f}")
        if terms.amount / terms.smallest >= MOST_SMALLEST:
            yield Fault((*at, "smallest"), "is too small for the amount: balances are kept to fifteen digits")
        if advance > terms.amount:
            yield Fault((*at, "advance", "amount"), "the advance is more than all of it")
        if terms.per_unit is not None:
            yield from _per_unit(plan, at, terms, terms.per_unit)


def _per_unit(plan: Plan, at: Path, terms: Release, rule: PerUnit) -> Iterator[Fault]:
    indicator = plan.indicators[rule.indicator]
    if rule.from_ is None and indicator.baseline is None:
        yield Fault((*at, "per_unit"), f"{rule.indicator} has no baseline to count from; write from: here, or a baseline there")
        return
    way = rule.to - (indicator.frozen.value if rule.from_ is None else rule.from_)
    if not way or (way < 0) != (indicator.better == "lower"):
        yield Fault(
            (*at, "per_unit", "to"), f"pays for the worse, or for nothing: {rule.indicator} is better {indicator.better}"
        )
    elif Fraction(abs(way)) * Fraction(rule.each) < Fraction(terms.amount):
        most = terms.rounded(Fraction(abs(way)) * Fraction(rule.each))
        yield Fault((*at, "amount"), f"can never be earned in full: the units between from and to come to {most:f}")
    if rule.sample is not None and plan.indicators[rule.sample.indicator].better == "lower":
        yield Fault((*at, "per_unit", "sample", "at_least"), f"asks at_least of what is better lower: {rule.sample.indicator}")
