"""Queries of the API: lists of programs, and pages of a ledger. Keyset pagination.

Keyset pages stay correct while others write, and late pages cost as much as the first. Programs themselves come from
`program_cache.py`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString, TypeAlias
from uuid import UUID

from db.law_version import law_version
from db.ledger import StoredEntry, read
from db.pools import ReadPool
from rules.entries import Entry

Place: TypeAlias = tuple[datetime, UUID]
"""Key of the last row of a page: `started_at`, `id`."""

PAGE_ROWS = 1_000
_COLUMNS: LiteralString = (
    "id, title, plan, plan_sha256, standing, open_phases, parties, started_at, next_due,"
    " CASE WHEN overdue_from <= now() THEN overdue_from END AS overdue_since, seq,"
    " head, updated_at, parent_id, name_in_parent"
)


@dataclass(frozen=True, slots=True)
class ProgramSummary:
    """A row of the list of programs. `head` is the leaf of its newest entry."""

    id: UUID
    title: str
    plan: str
    plan_sha256: str
    standing: str
    open_phases: list[str]
    parties: list[str]
    started_at: datetime
    next_due: datetime | None
    overdue_since: datetime | None
    seq: int
    head: bytes
    updated_at: datetime
    parent_id: UUID | None
    name_in_parent: str | None

    @property
    def overdue(self) -> bool:
        return self.overdue_since is not None

    @property
    def place(self) -> Place:
        return self.started_at, self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramFilter:
    """Criteria for programs; None does not limit. `person` limits them to the person's memberships, `among` to the listed ones.

    `due_before` applies to the next clock and to overdue acts. `owes` is a party or body. `text` is a case-insensitive part of
    the title or of the plan's name.
    """

    plan: str | None = None
    phase: str | None = None
    standing: str | None = None
    party: str | None = None
    due_before: datetime | None = None
    overdue: bool | None = None
    owes: str | None = None
    text: str | None = None
    parent: UUID | None = None
    person: str | None = None
    among: Collection[UUID] | None = None


@dataclass(frozen=True, slots=True)
class ProgramCounts:
    """Numbers of programs, by standing and overdue."""

    by_standing: dict[str, int]
    overdue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFilter:
    """Criteria for entries; None does not limit. Times are those of recording: `since` inclusive, `until` exclusive."""

    since: datetime | None = None
    until: datetime | None = None
    kinds: Collection[str] | None = None
    actor: str | None = None
    subjects: Collection[str] | None = None
    act: str | None = None
    seqs: Collection[int] | None = None


@dataclass(frozen=True, slots=True)
class LedgerRecord:
    """An entry with its stored bytes and hashes."""

    entry: Entry
    prev: bytes
    leaf: bytes
    body: bytes


class Queries:
    """Read-only queries."""

    def __init__(self, reader: ReadPool) -> None:
        self._reader = reader

    async def programs(
        self, criteria: ProgramFilter = ProgramFilter(), *, after: Place | None = None, most: int = 50
    ) -> list[ProgramSummary]:
        """A page of programs, newest first. `after` is the `place` of the last row of the page before."""
        where, values = _conditions(_PROGRAMS, criteria)
        if after is not None:
            where.append("(started_at <= %(last)s AND (started_at < %(last)s OR id > %(last_id)s))")
            values |= {"last": after[0], "last_id": after[1]}
        query = f"SELECT {_COLUMNS} FROM program {_where_clause(where)} ORDER BY started_at DESC, id LIMIT %(most)s"
        return [ProgramSummary(**row) for row in await self._reader.rows(query, {**values, "most": most})]

    async def counts(self, criteria: ProgramFilter = ProgramFilter()) -> ProgramCounts:
        """Counts of the programs that match."""
        where, values = _conditions(_PROGRAMS, criteria)
        rows = await self._reader.rows(
            "SELECT standing, count(*) AS programs, count(*) FILTER (WHERE overdue_from <= now()) AS overdue"
            f" FROM program {_where_clause(where)} GROUP BY standing ORDER BY standing",
            values,
        )
        return ProgramCounts({row["standing"]: row["programs"] for row in rows}, sum(row["overdue"] for row in rows))

    async def program(self, program_id: UUID) -> ProgramSummary | None:
        row = await self._reader.row(f"SELECT {_COLUMNS} FROM program WHERE id = %s", [program_id])
        return ProgramSummary(**row) if row else None

    async def ledger(
        self,
        program_id: UUID,
        criteria: LedgerFilter = LedgerFilter(),
        *,
        after: int | None = None,
        most: int = 100,
        newest_first: bool = False,
    ) -> list[LedgerRecord]:
        """A page of entries; `after` is the number of the last entry of the page before. Raises LedgerFault."""
        where, values = _conditions(_ENTRIES, criteria)
        where.append("program_id = %(program_id)s")
        if after is not None:
            where.append("seq < %(after)s" if newest_first else "seq > %(after)s")
        order: LiteralString = "DESC" if newest_first else "ASC"
        query = f"SELECT prev, leaf, body FROM ledger_entry {_where_clause(where)} ORDER BY seq {order} LIMIT %(most)s"
        rows = await self._reader.rows(query, {**values, "program_id": program_id, "after": after, "most": most})
        return [LedgerRecord(read(row["leaf"], row["body"]), row["prev"], row["leaf"], row["body"]) for row in rows]

    async def leaves(self, program_id: UUID, size: int | None = None) -> list[bytes]:
        """The leaves of the first `size` entries, or of all, oldest first; 32 bytes each."""
        rows = await self._reader.rows(
            "SELECT leaf FROM ledger_entry WHERE program_id = %s ORDER BY seq LIMIT %s", [program_id, size]
        )
        return [row["leaf"] for row in rows]

    async def stored(self, program_id: UUID) -> AsyncIterator[StoredEntry]:
        """All rows of a ledger in order, read in pages, for `ledger.verify_chain` and exports."""
        last = 0
        while rows := await self._reader.rows(
            "SELECT program_id, seq, prev, leaf, body, recorded_at, kind, actor, subject, act_id, content"
            " FROM ledger_entry WHERE program_id = %s AND seq > %s ORDER BY seq LIMIT %s",
            [program_id, last, PAGE_ROWS],
        ):
            for row in rows:
                yield StoredEntry(**row)
            last = rows[-1]["seq"]

    async def snapshots(self, program_id: UUID) -> dict[int, bytes]:
        """Compressed snapshots of this version of the law, by entry number."""
        rows = await self._reader.rows(
            "SELECT seq, body FROM program_snapshot WHERE program_id = %s AND law = %s", [program_id, law_version()]
        )
        return {row["seq"]: row["body"] for row in rows}


_PROGRAMS: dict[str, LiteralString] = {
    "plan": "plan = %(plan)s",
    "phase": "open_phases @> ARRAY[%(phase)s]",
    "standing": "standing = %(standing)s",
    "party": "parties @> ARRAY[%(party)s]",
    "due_before": "(next_due < %(due_before)s OR overdue_from < %(due_before)s)",
    "overdue": "COALESCE(overdue_from <= now(), false) = %(overdue)s",
    "owes": (
        "EXISTS (SELECT FROM owed o WHERE o.program_id = program.id AND o.party = %(owes)s AND o.since <= now()"
        " AND (o.ends_at IS NULL OR o.ends_at > now()))"
    ),
    "text": "(strpos(lower(title), lower(%(text)s)) > 0 OR strpos(lower(plan), lower(%(text)s)) > 0)",
    "parent": "parent_id = %(parent)s",
    "person": "id IN (SELECT program_id FROM membership WHERE person = %(person)s)",
    "among": "id = ANY(%(among)s)",
}
_ENTRIES: dict[str, LiteralString] = {
    "since": "recorded_at >= %(since)s",
    "until": "recorded_at < %(until)s",
    "kinds": "kind = ANY(%(kinds)s)",
    "actor": "actor = %(actor)s",
    "subjects": "subject = ANY(%(subjects)s)",
    "act": "act_id = %(act)s",
    "seqs": "seq = ANY(%(seqs)s)",
}


def _conditions(
    conditions: dict[str, LiteralString], criteria: ProgramFilter | LedgerFilter
) -> tuple[list[LiteralString], dict[str, Any]]:
    """SQL conditions and parameters of the criteria that are set."""
    values = {name: getattr(criteria, name) for name in conditions if getattr(criteria, name) is not None}
    listed = {
        name: list(value) if isinstance(value, Collection) and not isinstance(value, str) else value
        for name, value in values.items()
    }
    return [conditions[name] for name in values], listed


def _where_clause(conditions: list[LiteralString]) -> LiteralString:
    return "WHERE " + " AND ".join(conditions) if conditions else ""
