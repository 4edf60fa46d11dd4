"""Verification of whole ledgers from their first entries, on all cores where there are many."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from db.every_program import map_programs
from db.ledger import ChainFault, verify_chain
from db.pools import ReadPool
from db.queries import Queries


@dataclass(frozen=True, slots=True)
class ExpectedHead:
    """A ledger and an entry (number and leaf) that it must contain, such as its head."""

    program: UUID
    seq: int
    leaf: bytes


@dataclass(frozen=True, slots=True)
class LedgerVerification:
    """The result: the number of entries, and all faults."""

    program: UUID
    entries: int
    problems: tuple[ChainFault, ...]


async def expected_heads(reader: ReadPool, *, among: UUID | None = None, newest: int | None = None) -> list[ExpectedHead]:
    """Ledgers with their head rows, most recently updated first; only `among`, or only the `newest` so many."""
    rows = await reader.rows(
        "SELECT id, seq, head FROM program WHERE %(among)s::uuid IS NULL OR id = %(among)s"
        " ORDER BY updated_at DESC, id LIMIT %(newest)s",
        {"among": among, "newest": newest},
    )
    return [ExpectedHead(row["id"], row["seq"], row["head"]) for row in rows]


def verify_all(url: str, ledgers: Sequence[ExpectedHead]) -> Iterator[LedgerVerification]:
    """Verifies ledgers, in any order. Raises psycopg.Error."""
    return map_programs(_verify, url, ledgers, weight=lambda ledger: ledger.seq)


async def verify(reader: ReadPool, ledger: ExpectedHead) -> LedgerVerification:
    """Verifies one ledger and the snapshots of its program."""
    queries = Queries(reader)
    rows = [row async for row in queries.stored(ledger.program)]
    # Entries may have been added since the head was read; then the expected entry is compared where it stands.
    ends = rows and rows[-1].seq == ledger.seq
    problems = verify_chain(rows, (ledger.seq, ledger.leaf) if ends else None, await queries.snapshots(ledger.program))
    if not ends and not any((row.seq, row.leaf) == (ledger.seq, ledger.leaf) for row in rows):
        problems.append(ChainFault(ledger.seq, "head", "the ledger ends before its head row, or has another entry there"))
    return LedgerVerification(ledger.program, len(rows), tuple(problems))


def _verify(url: str, ledgers: Sequence[ExpectedHead]) -> list[LedgerVerification]:
    async def all_of_them() -> list[LedgerVerification]:
        async with ReadPool(url, size=1) as reader:
            return [await verify(reader, ledger) for ledger in ledgers]

    return asyncio.run(all_of_them())
