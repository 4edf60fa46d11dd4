"""Memberships of people across programs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from db.pools import ReadPool

FEW = 300
"""Up to so many memberships, queries across programs read each program by its key."""


@dataclass(frozen=True, slots=True)
class Membership:
    """One role of a person in one program. `party` is None for a role without a party."""

    program_id: UUID
    title: str
    standing: str
    role: str
    party: str | None


async def programs_of(reader: ReadPool, person: str, role: str | None = None, party: str | None = None) -> list[UUID] | None:
    """Programs of a person, or of a person in a role for a party (None for no party). None if there are more than FEW."""
    where: LiteralString = "person = %(person)s"
    if role is not None:
        where += " AND role = %(role)s AND party = %(party)s"
    rows = await reader.rows(
        f"SELECT program_id FROM membership WHERE {where} ORDER BY person, role, party LIMIT {FEW + 1}",
        {"person": person, "role": role, "party": party or ""},
    )
    return list(dict.fromkeys(row["program_id"] for row in rows)) if len(rows) <= FEW else None


async def memberships(
    reader: ReadPool,
    person: str,
    *,
    among: Collection[UUID] | None = None,
    after: tuple[UUID, str, str] | None = None,
    most: int = 100,
) -> list[Membership]:
    """A page of a person's memberships; `after` is program, role and party of the last row of the page before."""
    where: LiteralString = "m.person = %(person)s"
    values = {"person": person, "most": most, "among": list(among or ())}
    if among is not None:
        where += " AND m.program_id = ANY(%(among)s)"
    if after is not None:
        where += " AND (m.program_id, m.role, m.party) > (%(program)s, %(role)s, %(party)s)"
        values |= {"program": after[0], "role": after[1], "party": after[2]}
    rows = await reader.rows(
        "SELECT m.program_id, p.title, p.standing, m.role, NULLIF(m.party, '') AS party"
        f" FROM membership m JOIN program p ON p.id = m.program_id WHERE {where}"
        " ORDER BY m.program_id, m.role, m.party LIMIT %(most)s",
        values,
    )
    return [Membership(**row) for row in rows]
