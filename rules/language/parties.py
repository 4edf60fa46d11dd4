"""Parties, joint bodies of parties, and non-parties, who have agreed to nothing."""

from __future__ import annotations

from pydantic import Field

from rules.field_types import Label, Name, StrictModel, Text


class Party(StrictModel):
    """Somebody who owes, consents and verifies."""

    name: Label
    note: Text | None = None


class JointBody(StrictModel):
    """A body of several parties that is credited, verifies or determines."""

    name: Label
    members: tuple[Name, ...] = Field(min_length=2)
    note: Text | None = None


class NonParty(StrictModel):
    """Somebody who can cause incidents but has agreed to nothing."""

    name: Label
    note: Text | None = None
