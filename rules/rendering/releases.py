"""Releases of a plan in words."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from rules.language.plan import Plan
from rules.language.revision_causes import THAT_COUNT
from rules.rendering.criteria import anchor_in_words, gate_in_words


def render_release(plan: Plan, name: str) -> Iterator[str]:
    """A release as indented lines."""
    terms = plan.releases[name]
    yield f"{name}: {terms.title} [{terms.party} to {terms.to}]"
    rounded = f", to {terms.smallest:f}" if terms.smallest != Decimal("0.01") else ""
    yield f"  {terms.amount:f} {terms.unit}{rounded}, {earning_in_words(plan, name)}"
    if terms.per_unit and terms.per_unit.sample:
        sample = terms.per_unit.sample
        yield f"  a figure counts if {sample.indicator} of its period is at least {sample.at_least:f}"
    if terms.advance:
        advance = terms.advance
        given = f"{advance.amount:f} in advance with {gate_in_words(advance.when, plan.time_zone)}"
        yield f"  {given}; {advance.recovered} of later results go against it"
    if terms.due:
        yield f"  what is not earned {terms.due.within} after {anchor_in_words(terms.due.from_, plan.time_zone)} is suspended"
    if terms.lapses:
        yield f"  what is not earned {terms.lapses.within} after {anchor_in_words(terms.lapses.from_, plan.time_zone)} is lost"
    if terms.cure:
        yield f"  what is suspended can be earned again for {terms.cure}"
    if terms.verified_by:
        yield f"  its figures verified by {' or '.join(terms.verified_by)}"
    if terms.reversed_by != THAT_COUNT:
        yield f"  changed by figures revised for {' or '.join(terms.reversed_by) or 'no cause at all'}"
    if terms.note:
        yield f"  note: {terms.note.strip()}"


def earning_in_words(plan: Plan, name: str) -> str:
    """How a release is earned, in words."""
    terms = plan.releases[name]
    gate = f"with {gate_in_words(terms.when, plan.time_zone)}" if terms.when else ""
    if terms.share_of:
        return f"as much of it as is achieved of {terms.share_of} {gate}".rstrip()
    if terms.per_unit:
        rule = terms.per_unit
        indicator = plan.indicators[rule.indicator]
        start = indicator.frozen.value if rule.from_ is None else rule.from_
        best = " at its best" if rule.of == "best" else ""
        each = f"{rule.each:f} a unit of {rule.indicator}{best} ({indicator.unit})"
        return f"{each} from {start:f} to {rule.to:f} {gate}".rstrip()
    if terms.per_time:
        flows = terms.per_time
        kept = gate_in_words(flows.while_, plan.time_zone)
        since = anchor_in_words(flows.from_, plan.time_zone)
        return f"{flows.each:f} every {flows.every} from when {since}, while {kept} {gate}".rstrip()
    return f"all of it {gate}"
