"""The changes of an amendment: place by place, their class, and the merge with another amendment."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, TypeAlias

from rules.language.parameters import cached_document, recorded_plan
from rules.language.plan import Plan
from rules.language.procedures import AmendmentClass
from rules.language.timetable import Deadline
from rules.program import Program
from rules.vocabulary.amendments import Version

_Text: TypeAlias = tuple[str, tuple[tuple[str, str | int], ...]]

MISSING: Any = object()
"""What stands at a place that one text has and another has not."""


@dataclass(frozen=True, slots=True)
class Change:
    """One changed place of the plan; a value of None means that the place does not exist."""

    place: str
    before: Any
    after: Any


def plan_changes(before: Version, after: Version) -> tuple[Change, ...]:
    """All places at which two versions of a plan differ, with parameters filled in."""
    return _between(*((version.document, tuple(sorted(version.parameters.items()))) for version in (before, after)))


# Hot path: run after every act while an amendment is open.
@lru_cache(maxsize=64)
def _between(before: _Text, after: _Text) -> tuple[Change, ...]:
    return tuple(_changes(_as_data(before), _as_data(after), ()))


def _as_data(text: _Text) -> Any:
    document, parameters = text
    return recorded_plan(document, dict(parameters)).model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _changes(before: Any, after: Any, place: tuple[str, ...]) -> Iterator[Change]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in (*before, *(key for key in after if key not in before)):
            yield from _changes(before.get(key), after.get(key), (*place, key))
    else:
        yield Change(".".join(place), before, after)


def class_of(plan: Plan, changed: tuple[Change, ...]) -> AmendmentClass | None:
    """The first amendment class that allows all the changes."""
    return next((rule for rule in plan.amendments.values() if _allows(rule, changed)), None)


def _allows(rule: AmendmentClass, changed: tuple[Change, ...]) -> bool:
    patterns = [place.split(".") for place in rule.may_change]
    return all(any(matches(change.place.split("."), pattern) for pattern in patterns) for change in changed)


def matches(place: Sequence[str], pattern: Sequence[str]) -> bool:
    """Whether a pattern matches a place, in time proportional to the product of their lengths."""
    ends = {0}  # the pattern positions reachable after the steps so far
    for name in (*place, None):
        for part, written in enumerate(pattern):  # `**` also matches zero names
            if part in ends and written == "**":
                ends.add(part + 1)
        if name is None:
            break
        ends = {
            part if pattern[part] == "**" else part + 1
            for part in ends
            if part < len(pattern) and (pattern[part] == "**" or fnmatchcase(name, pattern[part]))
        }
    return len(pattern) in ends


class Conflict(Exception):
    """Two amendments that change the same places differently."""

    def __init__(self, places: tuple[str, ...]) -> None:
        super().__init__(", ".join(places))
        self.places = places


def merge(base: Version, now: Version, proposed: Version) -> Version:
    """Both amendments of one base merged. Raises Conflict with the places where they disagree."""
    conflicts: list[str] = []
    texts = [cached_document(version.document).data for version in (base, now, proposed)]
    data = _merge(texts[0], texts[1], texts[2], (), conflicts)
    parameters = _merge(dict(base.parameters), dict(now.parameters), dict(proposed.parameters), ("with",), conflicts)
    if conflicts:
        raise Conflict(tuple(conflicts))
    return Version(json.dumps(data, ensure_ascii=False, indent=1), parameters)


def _merge(base: Any, now: Any, proposed: Any, place: tuple[str, ...], conflicts: list[str]) -> Any:
    if proposed in (now, base):
        return now
    if base == now:
        return proposed
    if isinstance(now, dict) and isinstance(proposed, dict):
        known: Mapping[str, Any] = base if isinstance(base, dict) else {}
        keys = (*now, *(key for key in proposed if key not in now))
        held = {
            key: _merge(known.get(key, MISSING), now.get(key, MISSING), proposed.get(key, MISSING), (*place, key), conflicts)
            for key in keys
        }
        return {key: value for key, value in held.items() if value is not MISSING}
    conflicts.append(".".join(place))
    return now


@dataclass(frozen=True, slots=True)
class Uncounted:
    """A recorded fact that would count no more, because the new text no longer asks for it."""

    what: str
    id: str
    because: str


def uncounted_facts(program: Program, version: Version) -> tuple[Uncounted, ...]:
    """The recorded facts that would no longer count under another version of the plan."""
    return tuple(_uncounted(program, recorded_plan(version.document, version.parameters)))


def _dated(plan: Plan, milestone: str) -> Deadline | None:
    return plan.milestones[milestone].due if milestone in plan.milestones else None


def _uncounted(program: Program, plan: Plan) -> Iterator[Uncounted]:
    for piece in program.evidence.values():
        if piece.measurement is not None:
            if piece.measurement.indicator not in plan.indicators:
                yield Uncounted("measurement", piece.id, f"there is no indicator {piece.measurement.indicator}")
        elif (step := plan.milestones.get(piece.milestone or "")) is None:
            yield Uncounted("evidence", piece.id, f"there is no milestone {piece.milestone}")
        elif piece.shows not in step.shown_by:
            yield Uncounted("evidence", piece.id, f"{piece.milestone} is not shown by {piece.shows}")
    for name, state in program.milestones.items():
        if name not in plan.milestones and state.counts:
            yield Uncounted("milestone", name, "it is achieved or waived, and is no longer in the plan")
        elif state.due is not None and state.achieved_at is not None and _dated(program.plan, name) != _dated(plan, name):
            yield Uncounted("date", name, "it is achieved, and whether that was in time is not counted anew")
    for name in {**program.consents, **program.completions}:
        given = program.consented(name, "entry") | program.consented(name, "exit")
        if given and program.phase(name).opened_at is None:
            yield Uncounted("consent", name, f"the consent of {', '.join(sorted(given))} was to another text")
