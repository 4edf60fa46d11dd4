"""The acts by which each kind of owed act is done, and the roles that may do them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from rules.authority import FOR_A_PARTY, who_may
from rules.explanations.owing import OwedKind
from rules.vocabulary.members import Role

DONE_BY: Mapping[OwedKind, tuple[str, ...]] = {
    "evidence": ("record_evidence", "record_measurement"),
    "verification": ("verify", "return_evidence"),
    "observation": ("observe",),
    "determination": ("determine",),
    "consent": ("consent_to_phase",),
    "advance": ("advance_phase",),
    "commitment": ("give_account",),
    "proposal": ("consent", "object_to"),
    "dispute": ("settle_dispute",),
    "incident": ("confirm_incident", "dismiss_incident"),
}
"""Acts, or parts of acts, as `rules.authority` names them. Nobody keeps a broken commitment by an act of this service alone:
what its party can do here is to say what has happened since."""

FOR_NOBODY = frozenset({("advance", Role.OFFICER), ("incident", Role.MONITOR)})
"""What is also done by somebody who acts for none of those who owe it."""


@cache
def answerable_in(role: Role) -> tuple[OwedKind, ...]:
    """The kinds of owed acts that a role can do: for its own party or body, or (FOR_NOBODY) for none."""
    return tuple(
        kind
        for kind, parts in DONE_BY.items()
        if (role in FOR_A_PARTY or (kind, role) in FOR_NOBODY) and any(role in who_may(part) for part in parts)
    )
