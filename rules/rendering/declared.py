"""Declarations of a plan in words: parameters, indicators, incident kinds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rules.language.derivations import MadeOf, Part
from rules.language.indicators import Indicator
from rules.language.plan import Plan


def render_declarations(plan: Plan) -> Iterator[str]:
    """The declarations of a plan as indented text, under headings."""
    groups: Mapping[str, list[str]] = {
        "parameters, which the source leaves open": [
            f"{name}: {rule.default}; {rule.why}" for name, rule in plan.parameters.items()
        ],
        "how periods are named": list(_periods(plan)),
        "what is measured": [line for name, rule in plan.indicators.items() for line in _indicator(name, rule)],
        "what can happen": [f"{name}: {rule.title}{with_note(rule.note)}" for name, rule in plan.incidents.items()],
    }
    for heading, lines in groups.items():
        if lines:
            yield heading
            yield from (f"  {line}" for line in lines)
    if plan.severities:
        yield f"  graver in this order: {', '.join(plan.severities)}"


def with_note(note: str | None) -> str:
    """A line with a note behind it."""
    return f" ({note.strip()})" if note else ""


def _periods(plan: Plan) -> Iterator[str]:
    if (rule := plan.reporting) is None:
        return
    if (year := rule.fiscal_year) is not None:
        yield f"a fiscal year begins with month {year.first_month}, and has the name of the year of its {year.named_after}"
    if (month := rule.month) is not None:
        yield f"a month begins on day {month.first_day}, and has the name of the month of its {month.named_after}"
    for name, season in rule.seasons.items():
        yield f"{name}: from {season.from_} through {season.through}"


def _indicator(name: str, rule: Indicator) -> Iterator[str]:
    counts = f", {rule.quantity}" if rule.quantity else ""
    text = f", reported within {rule.reported_within}" if rule.reported_within else ""
    yield f"{name}: {rule.title}, in {rule.unit}{counts}; better {rule.better}, known for {rule.oldest}{text}"
    if rule.made_of is not None:
        yield f"  made of {derivation_in_words(rule.made_of)}"
    else:
        yield f"  by {rule.producer}: {rule.source} ({rule.licence})"
    if rule.verified_by:
        yield f"  verified by {' or '.join(rule.verified_by)}"
    if (base := rule.baseline) is not None:
        error = f", standard error {base.standard_error:f}" if base.standard_error is not None else ""
        yield f"  baseline {base.value:f} in {base.period} ({base.edition}{error})"
    if rule.plausible is not None:
        yield f"  plausible is {rule.plausible}"


def derivation_in_words(how: MadeOf) -> str:
    """The derivation of a figure in words."""
    parts = [_part(part) for part in how.parts]
    if how.way == "sum":
        return f"the sum of {', '.join(parts)}"
    between = {"difference": "less", "share": "as a share of", "ratio": "to"}[how.way]
    return f"{parts[0]} {between} {parts[1]}"


def _part(part: Part) -> str:
    return f"{part.indicator} a year before" if part.a_year_before else part.indicator
