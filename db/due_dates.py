"""Dates across programs, for calendars: due dates of milestones, and clocks. Keyset pagination."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString, TypeAlias
from uuid import UUID

from db.memberships import programs_of
from db.pools import ReadPool

DatePlace: TypeAlias = tuple[datetime, UUID, str]
"""Key of the last row of a page: date, program, name."""


@dataclass(frozen=True, slots=True)
class DueDate:
    """A milestone's due date (`at`) with its original, or a clock, which has no `original` and no `party`.

    `name` is `deadline.` plus the milestone's name, or the clock's name.
    """

    at: datetime
    program_id: UUID
    program_title: str
    name: str
    kind: str
    phase: str
    title: str
    milestone: str | None
    party: str | None
    status: str | None
    original: datetime | None
    revised: datetime | None
    achieved_at: datetime | None

    @property
    def place(self) -> DatePlace:
        return self.at, self.program_id, self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDateFilter:
    """Dates from `start` (inclusive) to `end` (exclusive). `knows` and `among` as in `OwedFilter`."""

    start: datetime
    end: datetime
    party: str | None = None
    knows: str | None = None
    among: Collection[UUID] | None = None


async def due_dates(
    reader: ReadPool, criteria: DueDateFilter, *, after: DatePlace | None = None, most: int = 100
) -> list[DueDate]:
    """A page of dates, earliest first, after the key `after`."""
    few = criteria.among
    if few is None and criteria.knows is not None:
        few = await programs_of(reader, criteria.knows)
    conditions: list[tuple[bool, LiteralString]] = [
        (few is not None, "program_id = ANY(%(programs)s)"),
        (few is None and criteria.knows is not None, _KNOWN),
        (criteria.knows is not None and criteria.among is not None, _KNOWN),
        (after is not None, _AFTER),
    ]
    where = " AND ".join(condition for applies, condition in conditions if applies) or "true"
    parts = [_MILESTONES.format(where=f"{where} AND party = %(party)s" if criteria.party else where)]
    if criteria.party is None:  # clocks belong to no party
        parts.append(_CLOCKS.format(where=where))
    values: dict[str, Any] = {
        "start": criteria.start,
        "end": criteria.end,
        "knows": criteria.knows,
        "party": criteria.party,
        "most": most,
    }
    values |= {"programs": list(few or ())}
    if after is not None:
        values |= {"last": after[0], "last_program": after[1], "last_name": after[2]}
    rows = await reader.rows(_PAGE.format(found=" UNION ALL ".join(parts)), values)
    return [DueDate(**row) for row in rows]


_KNOWN: LiteralString = "(SELECT true FROM membership k WHERE k.program_id = due.program_id AND k.person = %(knows)s LIMIT 1)"
_AFTER: LiteralString = (
    "(at, program_id) >= (%(last)s, %(last_program)s) AND (at, program_id, name) > (%(last)s, %(last_program)s, %(last_name)s)"
)
_ENDS: LiteralString = "ORDER BY at, program_id, name LIMIT %(most)s"
_MILESTONES: LiteralString = f"""(SELECT * FROM (
  SELECT due_revised AS at, program_id, 'deadline.' || name AS name, 'deadline' AS kind, phase, title, name AS milestone, party,
    status, due_original AS original, due_revised AS revised, achieved_at
  FROM milestone WHERE due_revised >= %(start)s AND due_revised < %(end)s) AS due WHERE {{where}} {_ENDS})"""
_CLOCKS: LiteralString = f"""(SELECT * FROM (
  SELECT due_at AS at, program_id, name, kind, phase, note AS title, NULL AS milestone, NULL AS party, NULL AS status,
    NULL::timestamptz AS original, NULL::timestamptz AS revised, NULL::timestamptz AS achieved_at
  FROM clock WHERE kind <> 'deadline' AND due_at >= %(start)s AND due_at < %(end)s) AS due WHERE {{where}} {_ENDS})"""
_PAGE: LiteralString = """
SELECT found.*, program.title AS program_title FROM ({found}) AS found JOIN program ON program.id = found.program_id
ORDER BY found.at, found.program_id, found.name LIMIT %(most)s"""
