"""Windows of the calendar that clocks name."""

from __future__ import annotations

from collections.abc import Iterator

from rules.language.plan import Plan
from rules.language.reading import Fault, Path
from rules.soundness.names import unknown


def windows(plan: Plan, at: Path, names: tuple[str, ...]) -> Iterator[Fault]:
    """Two windows that overlap are one that was written twice, mostly with a slip in a date."""
    for index, name in enumerate(names):
        yield from unknown((*at, index), name, "window of the calendar", plan.calendar)
        if (window := plan.calendar.get(name)) is None:
            continue
        for other in names[:index]:
            if (held := plan.calendar.get(other)) and held.from_ < window.to and window.from_ < held.to:
                yield Fault((*at, index), f"the windows {other} and {name} overlap; write their times apart")
