"""Whole ledgers read again from their first entries, on all cores where there are many."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from db.every_program import over
from db.ledger import ChainFault, verify_chain
from db.pools import ReadPool
from db.queries import Queries


@dataclass(frozen=True, slots=True)
class Expected:
    """A ledger, with number and leaf of its newest entry at the least, as somebody knows them."""

    program: UUID
    seq: int
    leaf: bytes


@dataclass(frozen=True, slots=True)
class Verified:
    """What a ledger holds, and what is wrong with it."""

    program: UUID
    entries: int
    problems: tuple[ChainFault, ...]


async def expected(reader: ReadPool, *, among: UUID | None = None, newest: int | None = None) -> list[Expected]:
    """The ledgers as their head rows say, those that were acted in last first; one, or so many."""
    rows = await reader.rows(
        "SELECT id, seq, head FROM program WHERE %(among)s::uuid IS NULL OR id = %(among)s"
        " ORDER BY updated_at DESC, id LIMIT %(newest)s",
        {"among": among, "newest": newest},
    )
    return [Expected(row["id"], row["seq"], row["head"]) for row in rows]


def verified(url: str, ledgers: Sequence[Expected]) -> Iterator[Verified]:
    """Each ledger once, in any order. Raises psycopg.Error."""
    return over(_verify, url, ledgers, weight=lambda ledger: ledger.seq)


async def verify(reader: ReadPool, ledger: Expected) -> Verified:
    """One ledger, with the snapshots of its program."""
    queries = Queries(reader)
    rows = [row async for row in queries.stored(ledger.program)]
    # Entries may have been added since somebody looked; then the row of then is held against what was expected.
    ends = rows and rows[-1].seq == ledger.seq
    problems = verify_chain(rows, (ledger.seq, ledger.leaf) if ends else None, await queries.snapshots(ledger.program))
    if not ends and not any((row.seq, row.leaf) == (ledger.seq, ledger.leaf) for row in rows):
        problems.append(ChainFault(ledger.seq, "head", "the ledger ends before its head row, or has another entry there"))
    return Verified(ledger.program, len(rows), tuple(problems))


def _verify(url: str, ledgers: Sequence[Expected]) -> list[Verified]:
    async def all_of_them() -> list[Verified]:
        async with ReadPool(url, size=1) as reader:
            return [await verify(reader, ledger) for ledger in ledgers]

    return asyncio.run(all_of_them())
