"""Validation of the windows of gates and agreed dates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from rules import dates
from rules.language import criteria as c
from rules.language.plan import Plan
from rules.language.reading import Fault, Path
from rules.validation.criteria import anchor_faults, placed_leaves
from rules.validation.names import unknown_name


def gate_window_faults(plan: Plan) -> Iterator[Fault]:
    """Windows that close before they open, and windows where nothing is opened."""
    for place, gate in plan.gates:
        of_a_phase = place[0] == "phases" and place[-1] in ("entry", "exit")
        for at, leaf in placed_leaves(place, gate):
            if isinstance(leaf, c.NotAfter) and not of_a_phase:
                text = "a window closes a gate of a phase; what ends otherwise is written as due, lapses, within or until"
                yield Fault(at, text)
        opening = [leaf.not_before for leaf in gate if isinstance(leaf, c.NotBefore)]
        closing = [(at, leaf.not_after) for at, leaf in placed_leaves(place, gate) if isinstance(leaf, c.NotAfter)]
        for at, last in closing:
            yield from (fault for first in opening for fault in _empty(plan, at, first, last))


def agreed_date_faults(plan: Plan) -> Iterator[Fault]:
    """Agreed dates with unknown references, or with an empty window."""
    for name, rule in plan.agreed_dates.items():
        at: Path = ("agreed_dates", name)
        yield from anchor_faults(plan, (*at, "not_before", "from"), rule.not_before.from_)
        yield from anchor_faults(plan, (*at, "not_after", "from"), rule.not_after.from_)
        yield from unknown_name((*at, "agreed_by"), rule.agreed_by, "procedure", plan.procedures)
        yield from _empty(plan, (*at, "not_after"), rule.not_before, rule.not_after)


_ANY_DAY = datetime(2001, 1, 1, 12, tzinfo=UTC)


def _empty(plan: Plan, at: Path, first: c.After, last: c.After) -> Iterator[Fault]:
    """Whether both edges have one anchor and the window closes before it opens."""
    if first.from_ != last.from_:
        return
    since = first.from_.date or _ANY_DAY
    if dates.end_after(since, last.within, plan.time_zone) < dates.start_of_date(since, first.within, plan.time_zone):
        yield Fault(at, f"this window closes ({last.within}) before it opens ({first.within})")
