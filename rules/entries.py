"""Ledger entries: the union of all facts and effects, each with its actor, act and time."""

from __future__ import annotations

from typing import Annotated, TypeAlias, get_args

from pydantic import Field

from rules import effects, facts
from rules.acts import Actor
from rules.field_types import ActId, Sha256, StrictModel
from rules.times import Instant

Fact: TypeAlias = Annotated[facts.CausedFact | effects.Effect, Field(discriminator="kind")]

KINDS: tuple[str, ...] = tuple(kind.model_fields["kind"].default for kind in get_args(get_args(Fact)[0]))
"""Of what an entry may tell, by name."""


class Entry(StrictModel):
    """One entry of a program's ledger, before it is sealed.

    `at` is the time of recording; the fact holds when it happened. `actor` caused the fact; an effect has none. `act` is
    the id of the act with which it was appended, and `content` the hash of that act's content, on its first entry only.
    """

    seq: Annotated[int, Field(ge=1, lt=2**53)]
    at: Instant
    act: ActId
    actor: Actor | None = None
    content: Sha256 | None = None
    fact: Fact


class NotFoldable(ValueError):
    """Entries that cannot be a ledger: they do not begin with a start, or have a gap."""


def caused_by(entry: Entry) -> Actor:
    """The actor of an entry. Raises NotFoldable for an effect."""
    if entry.actor is None:
        raise NotFoldable(f"entry {entry.seq} was caused by nobody")
    return entry.actor
