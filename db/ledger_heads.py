"""Heads of all ledgers: listed in the manifest of a backup, and compared with it after a restore."""

from __future__ import annotations

from typing import LiteralString
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow, class_row
from pydantic import BaseModel, Field

_HEADS: LiteralString = """
SELECT p.id AS program, p.title, coalesce(e.seq, 0) AS seq, encode(coalesce(e.leaf, ''), 'hex') AS leaf,
  (e.seq, e.leaf) IS DISTINCT FROM (p.seq, p.head) AS differs
FROM program p LEFT JOIN LATERAL (
  SELECT seq, leaf FROM ledger_entry WHERE program_id = p.id ORDER BY seq DESC LIMIT 1
) AS e ON true ORDER BY p.id
"""


class LedgerHead(BaseModel):
    """Number and leaf (hex) of a ledger's newest entry. `differs`: the head row of the program does not agree."""

    program: UUID
    title: str
    seq: int = Field(ge=0)
    leaf: str = Field(pattern=r"^([0-9a-f]{64})?$")
    differs: bool = False


def heads(connection: psycopg.Connection[TupleRow]) -> list[LedgerHead]:
    """The heads of all ledgers in the snapshot of the connection's transaction."""
    with connection.cursor(row_factory=class_row(LedgerHead)) as cursor:
        return cursor.execute(_HEADS).fetchall()


def leaf(connection: psycopg.Connection[TupleRow], program: UUID, seq: int) -> str | None:
    """The hash (hex) of an entry; None where the ledger has none of that number."""
    query = "SELECT encode(leaf, 'hex') FROM ledger_entry WHERE program_id = %s AND seq = %s"
    row = connection.execute(query, [program, seq]).fetchone()
    return str(row[0]) if row else None
