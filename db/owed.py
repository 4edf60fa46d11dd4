"""What is owed across programs, read by index: what somebody can do now, what a party owes, what a person could do.

Who takes part in a few programs is answered from those; who takes part in thousands from the lanes of the index, one for each
party and kind, of which a page needs no more than its first lines.
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
"""Where a page ended: when its last line is due (RFC 3339, or NEVER), its program, party, kind and name."""


@dataclass(frozen=True, slots=True)
class OwedItem:
    """One act that is owed; `overdue_since` None: it is not overdue."""

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
    """Which of it. `knows` limits it to programs that a person is a member of, `among` to the named ones.

    `doer` limits it to what a person could do by the memberships of that person, or by the one in `role` for `doer_party`.
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


async def owed_lines(reader: ReadPool, asked: OwedFilter, *, after: OwedPlace | None = None, most: int = 50) -> list[OwedItem]:
    """A page of what is owed, soonest due first; what has no date comes last, by program."""
    if asked.among is not None:
        few: Collection[UUID] | None = asked.among
    elif (person := asked.doer or asked.knows) is not None:
        few = await programs_of(reader, person, asked.role, asked.doer_party)
    else:
        few = None
    lanes = [] if few is not None else await _lanes(reader, asked)
    values = _values(asked, after) | {
        "most": most,
        "programs": list(few or ()),
        "lane_parties": [party for party, _ in lanes if party is not None],
        "lane_kinds": [kind for party, kind in lanes if party is not None],
        "open_kinds": [kind for party, kind in lanes if party is None],
    }
    where = _where(asked, after)
    found = _OF_FEW.format(where=where) if few is not None else _OF_MANY.format(where=where)
    rows = await reader.rows(_PAGE.format(found=found), values)
    return [OwedItem(**row) for row in rows]


async def _lanes(reader: ReadPool, asked: OwedFilter) -> list[tuple[str | None, OwedKind]]:
    """Parties with kinds that the lines can be of; None: any party."""
    if asked.doer is None:
        return [(asked.party, kind) for kind in asked.kinds]
    held: Iterable[tuple[Role, str | None]] = [(asked.role, asked.doer_party)] if asked.role else ()
    if asked.role is None:
        rows = await reader.rows("SELECT DISTINCT role, party FROM membership WHERE person = %s", [asked.doer])
        held = [(Role(row["role"]), row["party"] or None) for row in rows]
    lanes = {(party, kind) for role, party in held for kind in answerable_in(role) if kind in asked.kinds}
    return [(party, kind) for party, kind in lanes if (None, kind) not in lanes or party is None]


def _values(asked: OwedFilter, after: OwedPlace | None) -> dict[str, Any]:
    values: dict[str, Any] = {
        "knows": asked.knows,
        "party": asked.party,
        "doer": asked.doer,
        "role": asked.role,
        "doer_party": asked.doer_party or "",
        "kinds": list(asked.kinds),
        "due_before": asked.due_before,
        "for_party": [f"{role} {kind}" for role in Role for kind in answerable_in(role)],
        "for_nobody": [f"{role} {kind}" for kind, role in FOR_NOBODY],
    }
    if after is not None:
        values |= dict(zip(("last_due", "last_program", "last_party", "last_kind", "last_name"), after, strict=True))
    return values


def _where(asked: OwedFilter, after: OwedPlace | None) -> LiteralString:
    wanted: list[tuple[bool, LiteralString]] = [
        (asked.knows is not None and asked.knows != asked.doer, _KNOWN),
        (asked.party is not None, "o.party = %(party)s"),
        (asked.kinds != KINDS, "o.kind = ANY(%(kinds)s)"),
        (asked.doer is not None, _DOABLE.format(as_one=_AS_ONE if asked.role else "")),
        (asked.due_before is not None, "o.due_at <= %(due_before)s"),
        (asked.overdue is True, "o.due_at <= now() AND o.overdue_from <= now()"),
        (asked.overdue is False, "(o.overdue_from IS NULL OR o.overdue_from > now())"),
        (after is not None, _AFTER),
    ]
    return " AND ".join([_NOW, *(condition for is_asked, condition in wanted if is_asked)])


# Not EXISTS, which would be joined: all memberships of a person would be gathered for a page of fifty lines.
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
