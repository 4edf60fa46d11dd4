"""Validation of derived figures: common units, common wholes, and no cycles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rules.language.derivations import MadeOf
from rules.language.indicators import Indicator
from rules.language.plan import Plan
from rules.language.reading import Fault, Path
from rules.validation.names import unknown_name

MOST_PARTS = 300
"""Of recorded figures that one is made of. What is reckoned after each act stays quick."""


def derivation_faults(plan: Plan) -> Iterator[Fault]:
    """Derived figures with unknown parts, cycles, too many parts, or parts that do not combine."""
    sizes = _sizes(plan.indicators)
    for name in plan.derived:
        rule, at = plan.indicators[name], ("indicators", name, "made_of")
        made, size = rule.made_of, sizes[name]
        if made is None:
            continue
        if faults := _unknown(plan, at, made):
            yield from faults
        elif size is None:
            yield Fault(at, f"{name} is made of itself")
        elif size > MOST_PARTS:
            yield Fault(at, f"{name} is made of {size} figures; at most {MOST_PARTS} go together")
        else:
            yield from _units(plan, at, rule, made)
            yield from _shares(plan, at, made)


def _unknown(plan: Plan, at: Path, made: MadeOf) -> list[Fault]:
    return [
        fault
        for place, part in made.placed
        for fault in unknown_name((*at, *place), part.indicator, "indicator", plan.indicators)
    ]


def _sizes(indicators: Mapping[str, Indicator]) -> dict[str, int | None]:
    """By indicator, the number of recorded figures it is derived from; None on a cycle."""
    found: dict[str, int | None] = {}

    def size(name: str, within: tuple[str, ...]) -> int | None:
        if name in within or len(within) > MOST_PARTS:
            return None
        if name not in found:
            rule = indicators.get(name)
            parts = rule.made_of.parts if rule and rule.made_of else ()
            inner = [size(part.indicator, (*within, name)) for part in parts]
            counts = [one for one in inner if one is not None]
            found[name] = None if len(counts) < len(inner) else sum(counts) or 1
        return found[name]

    for name in indicators:
        size(name, ())
    return found


def _units(plan: Plan, at: Path, rule: Indicator, made: MadeOf) -> Iterator[Fault]:
    first = plan.indicators[made.parts[0].indicator]
    if made.way != "ratio":
        for place, part in made.placed:
            unit = plan.indicators[part.indicator].unit
            if unit != first.unit:
                yield Fault((*at, *place), f"the unit {unit} is not that of {made.parts[0].indicator}: {first.unit}")
    if made.way == "share" and rule.unit != "%":
        yield Fault((*at[:-1], "unit"), f'a share is reckoned in per cent; write unit: "%" (found {rule.unit})')
    if made.way in ("sum", "difference") and rule.unit != first.unit:
        yield Fault((*at[:-1], "unit"), f"the unit {rule.unit} is not that of its parts: {first.unit}")


def _shares(plan: Plan, at: Path, made: MadeOf) -> Iterator[Fault]:
    """Faults of sums of shares, which need a common whole."""
    if made.way != "sum":
        return
    wholes = {_whole(plan, part.indicator) for part in made.parts}
    for place, part in made.placed:
        indicator = plan.indicators[part.indicator]
        added = indicator.adds_up or indicator.quantity == "level"
        if not added and not (len(wholes) == 1 and None not in wholes):
            text = f"figures of {part.indicator} in {indicator.unit} add up only as shares of one whole"
            yield Fault(
                (*at, *place),
                f"{text}; make each of them as {{share: A, of: B}} with the same B, or add up what they are shares of",
            )


def _whole(plan: Plan, name: str) -> tuple[str, bool] | None:
    made = plan.indicators[name].made_of
    return (made.of.indicator, made.of.a_year_before) if made is not None and made.of is not None else None
