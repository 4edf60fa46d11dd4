"""Validation of calendar windows."""

from __future__ import annotations

from collections.abc import Iterator

from rules.language.plan import Plan
from rules.language.reading import Fault, Path
from rules.validation.names import unknown_name


def window_faults(plan: Plan, at: Path, names: tuple[str, ...]) -> Iterator[Fault]:
    """Calendar windows that overlap, mostly one written twice with a slip in a date."""
    for index, name in enumerate(names):
        yield from unknown_name((*at, index), name, "window of the calendar", plan.calendar)
    known = [(plan.calendar[name], index, name) for index, name in enumerate(names) if name in plan.calendar]
    if not known:
        return
    known.sort(key=lambda one: (one[0].from_, one[1]))
    longest = known[0]
    for one in known[1:]:  # sorted by beginning, so only the latest end so far can overlap the next one
        if one[0].from_ < longest[0].to:
            (_, _, first), (_, later, second) = sorted((longest, one), key=lambda window: window[1])
            yield Fault((*at, later), f"the windows {first} and {second} overlap; write their times apart")
        longest = max(longest, one, key=lambda window: window[0].to)
