"""Owed acts across programs: what a party owes, and what a person can do. Keyset pagination over an index.

For members of few programs each program is read by its key. Otherwise the index is read once for each pair of party and kind (a
lane), at most one page of rows each.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString, TypeAlias, get_args
from uuid import UUID

from db.memberships import programs_of
from db.pools import ReadPool
from rules.explanations.answering import FOR_NOBODY, answerable_in
from rules.explanations.owing import OwedKind
from rules.vocabulary.members import Role

KINDS: tuple[OwedKind, ...] = get_args(OwedKind)
NEVER = "infinity"

OwedPlace: TypeAlias = tuple[str, UUID, str, str, str]
"""Key of the last row of a page: due date (RFC 3339, or NEVER), program, party, kind, name."""


@dataclass(frozen=True, slots=True)
class OwedItem:
    """One owed act. `overdue_since` is None where it is not overdue."""

    program_id: UUID
    program_title: str
    party: str
    kind: OwedKind
    name: str
    title: str
    since: datetime
    due: datetime | None
    milestone_due_original: datetime | None
    milestone_due_revised: datetime | None
    due_at: datetime | None
    overdue_since: datetime | None
    binding: bool

    @property
    def place(self) -> OwedPlace:
        due_at = self.due_at.isoformat() if self.due_at else NEVER
        return due_at, self.program_id, self.party, self.kind, self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedFilter:
    """Criteria. `knows` limits programs to those of a person, `among` to the listed ones.

    `doer` limits acts to those that a person could do by any membership, or by the one in `role` for `doer_party`.
    """

    knows: str | None = None
    among: Collection[UUID] | None = None
    party: str | None = None
    doer: str | None = None
    role: Role | None = None
    doer_party: str | None = None
    kinds: tuple[OwedKind, ...] = KINDS
    due_before: datetime | None = None
    overdue: bool | None = None


async def owed_items(
    reader: ReadPool, criteria: OwedFilter, *, after: OwedPlace | None = None, most: int = 50
) -> list[OwedItem]:
    """A page of owed acts after the key `after`, earliest due first; those without a date come last, by program."""
    if criteria.among is not None:
        few: Collection[UUID] | None = criteria.among
    elif (person := criteria.doer or criteria.knows) is not None:
        few = await programs_of(reader, person, criteria.role, criteria.doer_party)
    else:
        few = None
    lanes = [] if few is not None else await _lanes(reader, criteria)
    values = _values(criteria, after) | {
        "most": most,
        "programs": list(few or ()),
        "lane_parties": [party for party, _ in lanes if party is not None],
        "lane_kinds": [kind for party, kind in lanes if party is not None],
        "open_kinds": [kind for party, kind in lanes if party is None],
    }
    where = _conditions(criteria, after)
    found = _OF_FEW.format(where=where) if few is not None else _OF_MANY.format(where=where)
    rows = await reader.rows(_PAGE.format(found=found), values)
    return [OwedItem(**row) for row in rows]


async def _lanes(reader: ReadPool, criteria: OwedFilter) -> list[tuple[str | None, OwedKind]]:
    """Pairs of party and kind that match the criteria; party None matches any."""
    if criteria.doer is None:
        return [(criteria.party, kind) for kind in criteria.kinds]
    roles: Iterable[tuple[Role, str | None]] = [(criteria.role, criteria.doer_party)] if criteria.role else ()
    if criteria.role is None:
        rows = await reader.rows("SELECT DISTINCT role, party FROM membership WHERE person = %s", [criteria.doer])
        roles = [(Role(row["role"]), row["party"] or None) for row in rows]
    lanes = {(party, kind) for role, party in roles for kind in answerable_in(role) if kind in criteria.kinds}
    return [(party, kind) for party, kind in lanes if (None, kind) not in lanes or party is None]


def _values(criteria: OwedFilter, after: OwedPlace | None) -> dict[str, Any]:
    values: dict[str, Any] = {
        "knows": criteria.knows,
        "party": criteria.party,
        "doer": criteria.doer,
        "role": criteria.role,
        "doer_party": criteria.doer_party or "",
        "kinds": list(criteria.kinds),
        "due_before": criteria.due_before,
        "for_party": [f"{role} {kind}" for role in Role for kind in answerable_in(role)],
        "for_nobody": [f"{role} {kind}" for kind, role in FOR_NOBODY],
    }
    if after is not None:
        values |= dict(zip(("last_due", "last_program", "last_party", "last_kind", "last_name"), after, strict=True))
    return values


def _conditions(criteria: OwedFilter, after: OwedPlace | None) -> LiteralString:
    conditions: list[tuple[bool, LiteralString]] = [
        (criteria.knows is not None and criteria.knows != criteria.doer, _KNOWN),
        (criteria.party is not None, "o.party = %(party)s"),
        (criteria.kinds != KINDS, "o.kind = ANY(%(kinds)s)"),
        (criteria.doer is not None, _DOABLE.format(as_one=_AS_ONE if criteria.role else "")),
        (criteria.due_before is not None, "o.due_at <= %(due_before)s"),
        (criteria.overdue is True, "o.due_at <= now() AND o.overdue_from <= now()"),
        (criteria.overdue is False, "(o.overdue_from IS NULL OR o.overdue_from > now())"),
        (after is not None, _AFTER),
    ]
    return " AND ".join([_NOW, *(condition for applies, condition in conditions if applies)])


# Scalar subqueries, not EXISTS: the planner would turn it into a join over all memberships of the person.
_NOW: LiteralString = "o.since <= now() AND (o.ends_at IS NULL OR o.ends_at > now())"
_KNOWN: LiteralString = "(SELECT true FROM membership k WHERE k.program_id = o.program_id AND k.person = %(knows)s LIMIT 1)"
_DOABLE: LiteralString = """(
  SELECT true FROM membership d WHERE d.program_id = o.program_id AND d.person = %(doer)s{as_one} AND (
    (d.party = o.party AND d.role || ' ' || o.kind = ANY(%(for_party)s))
    OR (d.party = '' AND d.role || ' ' || o.kind = ANY(%(for_nobody)s))) LIMIT 1)"""
_AS_ONE: LiteralString = " AND d.role = %(role)s AND d.party = %(doer_party)s"
_AFTER: LiteralString = (
    "(o.due_at, o.program_id) >= (%(last_due)s::timestamptz, %(last_program)s) AND"
    " (o.due_at, o.program_id, o.party, o.kind, o.name)"
    " > (%(last_due)s::timestamptz, %(last_program)s, %(last_party)s, %(last_kind)s, %(last_name)s)"
)
_ORDER: LiteralString = "due_at, program_id, party, kind, name"

_PAGE: LiteralString = (
    "SELECT found.program_id, program.title AS program_title, found.party, found.kind, found.name, found.title, found.since,"
    " found.due, found.milestone_due_original, found.milestone_due_revised,"
    " NULLIF(found.due_at, 'infinity'::timestamptz) AS due_at,"
    " CASE WHEN found.overdue_from <= now() THEN found.overdue_from END AS overdue_since, found.binding"
    " FROM ({found}) AS found JOIN program ON program.id = found.program_id"
    " ORDER BY found.due_at, found.program_id, found.party, found.kind, found.name"
)
_OF_FEW: LiteralString = (
    "SELECT o.* FROM unnest(%(programs)s::uuid[]) AS one (id) JOIN owed o ON o.program_id = one.id"
    f" WHERE {{where}} ORDER BY {_ORDER} LIMIT %(most)s"
)
_OF_MANY: LiteralString = f"""
SELECT line.* FROM (
  (SELECT lane.* FROM ROWS FROM (unnest(%(lane_parties)s::text[]), unnest(%(lane_kinds)s::text[])) AS by (party, kind)
    CROSS JOIN LATERAL (
      SELECT o.* FROM owed o WHERE o.party = by.party AND o.kind = by.kind AND {{where}}
      ORDER BY o.due_at, o.program_id, o.name LIMIT %(most)s) AS lane)
  UNION ALL
  (SELECT lane.* FROM unnest(%(open_kinds)s::text[]) AS by (kind)
    CROSS JOIN LATERAL (
      SELECT o.* FROM owed o WHERE o.kind = by.kind AND {{where}}
      ORDER BY o.due_at, o.program_id, o.party, o.name LIMIT %(most)s) AS lane)
) AS line ORDER BY {_ORDER} LIMIT %(most)s"""
