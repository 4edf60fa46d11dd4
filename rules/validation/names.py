"""Validation of names: unique, and defined where they are referred to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from rules.field_types import did_you_mean
from rules.language.plan import Plan
from rules.language.reading import Fault, Path


def duplicate_names(plan: Plan) -> Iterator[Fault]:
    """Names that stand for two things."""
    seen: dict[str, str] = {}
    for phase, rule in plan.phases.items():
        for name in rule.milestones:
            if name in seen:
                message = f"the milestone {name} stands in {seen[name]} already; names are unique in a plan"
                yield Fault(("phases", phase, "milestones", name), message)
            seen[name] = phase
    groups: Mapping[str, Mapping[str, object]] = {
        "parties": plan.parties,
        "bodies": plan.bodies,
        "non_parties": plan.non_parties,
        "assessors": plan.assessors,
    }
    named: set[str] = set()
    for group, held in groups.items():
        for name in held:
            if name in named:
                yield Fault((group, name), f"{name} is named twice among parties, bodies, non-parties and assessors")
            named.add(name)


@dataclass(frozen=True, slots=True)
class MissingFault(Fault):
    """A reference to something that does not exist."""


def unknown_name(path: Path, word: str, what: str, known: Collection[str]) -> Iterator[MissingFault]:
    """The fault of an unknown name, with a suggestion; none for a known one."""
    if word not in known:
        yield MissingFault(path, f"{word} is no {what} of this plan; {did_you_mean(word, known)}")


def each_once(faults: Iterable[Fault]) -> Iterator[Fault]:
    """The faults with repeated references to one missing name joined into the first."""
    missing: dict[str, list[Fault]] = {}
    for fault in faults:
        if isinstance(fault, MissingFault):
            missing.setdefault(fault.message.partition(" ")[0], []).append(fault)
        else:
            yield fault
    for places in missing.values():
        first, more = min(places, key=lambda fault: fault.position), len(places) - 1
        also = f" ({more} more {'place refers' if more == 1 else 'places refer'} to it)" if more else ""
        yield replace(first, message=f"{first.message}{also}")
