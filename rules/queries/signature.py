"""The signature of an act or decision: the hash of its effects, to which a consent can be bound."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rules.canonical import digest
from rules.effects import DeadlineSet
from rules.entries import Entry

_OF_THE_MOMENT = ("effective_at", "observable_until", "cure_until")
_ANCHORS = ("anchored_at", "counted_from", "in_force_since")


def effects_hash(entries: Iterable[Entry]) -> str:
    """SHA-256 of the effects among entries.

    Parties consent to changes, not to the time of the question, so instants that move with it are left out. Dates counted
    from past events are kept. A date moved by a pause is reduced to its day, because a pause that ends with the act ends
    slightly later each time.
    """
    return digest([_lasting(entry) for entry in entries if entry.actor is None])


def _lasting(entry: Entry) -> dict[str, object]:
    fact = entry.fact
    written = fact.model_dump(mode="json", exclude={*_OF_THE_MOMENT, "broken"}, exclude_none=True)
    if any((anchor := getattr(fact, name, None)) is not None and anchor >= entry.at for name in _ANCHORS):
        return {name: value for name, value in written.items() if not isinstance(getattr(fact, name), datetime)}
    if isinstance(fact, DeadlineSet) and fact.due_revised not in (None, fact.due_original):
        return written | {"due_revised": f"{fact.due_revised:%Y-%m-%d}"}
    return written
