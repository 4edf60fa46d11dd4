"""SQL of an append, generated for the tables that it touches.

An append is one statement, so that it is one round trip: each touched table is a data-modifying CTE. The bytes of the ledger
are parameters; all other values are one JSON document (`$2`), rows by table, typed by the columns of `db/models/`.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Dialect
from sqlalchemy.dialects import postgresql

from db.models import Row
from db.pipeline import Statement
from db.projections import DELETABLE, IMMUTABLE_COLUMNS

LOCK_HEAD = Statement("SELECT seq, head FROM program WHERE id = $1::uuid FOR NO KEY UPDATE")
"""Separate from the read: under READ COMMITTED a statement reads its snapshot from before the wait for the lock."""

# One result of three parts: the time, the acts that are recorded already ($3), the entries after a number ($2).
READ_NEWER = Statement("""
SELECT clock_timestamp(), NULL::bigint, NULL::text, NULL::text, NULL::bytea, NULL::bytea
UNION ALL
SELECT NULL, seq, act_id, content, NULL, NULL FROM ledger_entry
WHERE program_id = $1::uuid AND act_id = ANY($3::text[]) AND content IS NOT NULL AND kind <> 'attempt_refused'
UNION ALL
SELECT * FROM (
  SELECT NULL::timestamptz, seq, NULL, NULL, leaf, body FROM ledger_entry
  WHERE program_id = $1::uuid AND seq > $2::bigint ORDER BY seq
) AS later
""")

# The entries of an act are contiguous; those before and after belong to other acts.
READ_ACT = Statement("""
SELECT leaf, body FROM ledger_entry
WHERE program_id = $1::uuid
  AND seq > COALESCE((
    SELECT max(seq) FROM ledger_entry
    WHERE program_id = $1::uuid AND seq < $2::bigint AND (act_id <> $3::text OR kind = 'attempt_refused')), 0)
  AND seq < COALESCE((
    SELECT min(seq) FROM ledger_entry
    WHERE program_id = $1::uuid AND seq > $2::bigint AND (act_id <> $3::text OR kind = 'attempt_refused')),
    9223372036854775807)
ORDER BY seq
""")

READ_CLOCK_ACCEPTANCE = Statement("SELECT max(accepted_at) FROM clock_acceptance WHERE accepted_at <= clock_timestamp()")

NOTIFY = Statement("SELECT pg_notify('accord_pending', $1::text)")

_LEDGER = """
ledger AS (
  INSERT INTO ledger_entry
    (program_id, prev, leaf, body, seq, recorded_at, kind, actor, subject, act_id, content)
  SELECT $1::uuid, line.* FROM ROWS FROM (
    unnest($3::bytea[]), unnest($4::bytea[]), unnest($5::bytea[]),
    jsonb_to_recordset($2::jsonb->'ledger_entry') AS (
      seq bigint, recorded_at timestamptz, kind text, actor text, subject text, act_id text, content text)
  ) AS line
)"""

_INSERT_HEAD = """
started AS (
  INSERT INTO program (id, {columns}) SELECT $1::uuid, {columns}
  FROM jsonb_to_recordset($2::jsonb->'program') AS line ({typed})
), dispatched AS (
  INSERT INTO dispatch (program_id) VALUES ($1::uuid)
)"""

# `clock_seq` changes only when the workflow must be told.
_ADVANCE_HEAD = """
went_on AS (
  UPDATE program SET standing = line.standing, open_phases = line.open_phases, next_due = line.next_due,
    overdue_from = line.overdue_from,
    seq = line.seq, head = line.head, updated_at = line.updated_at,
    clock_seq = COALESCE(line.clock_seq, program.clock_seq)
  FROM jsonb_to_recordset($2::jsonb->'program') AS line ({typed})
  WHERE program.id = $1::uuid{expected}
  RETURNING program.updated_at
)"""

# SKIP LOCKED: one locked program must not delay the others of the batch.
_LOCK_UNLESS_HELD = "free AS (SELECT id FROM program WHERE id = $1::uuid FOR NO KEY UPDATE SKIP LOCKED)"
_IF_UNCHANGED = " AND program.id = (SELECT id FROM free) AND program.seq = $6::bigint AND program.head = $7::bytea"

# Division by zero aborts the statement where no head row matches. The main query runs first, before any entry is inserted.
_CHECK_UNCHANGED = """
SELECT clock_timestamp(), 1 / count(*) FROM went_on
WHERE updated_at BETWEEN clock_timestamp() - interval '200 milliseconds' AND clock_timestamp()"""

_UPDATE_HEAD = """
rewritten AS (
  UPDATE program SET {changes} FROM jsonb_to_recordset($2::jsonb->'program') AS line ({typed})
  WHERE program.id = $1::uuid
)"""

_UPSERT = """
put_{table} AS (
  INSERT INTO {table} (program_id, {columns}) SELECT $1::uuid, {columns}
  FROM jsonb_to_recordset($2::jsonb->'{table}') AS line ({typed})
  ON CONFLICT (program_id, {key}) DO {update}
)"""

_DELETE = """
dropped_{table} AS (
  DELETE FROM {table} USING jsonb_to_recordset($2::jsonb->'-{table}') AS line ({typed})
  WHERE {table}.program_id = $1::uuid AND {matches}
)"""


@lru_cache(maxsize=512)
def append(put: frozenset[str], gone: frozenset[str], *, starts: bool) -> Statement:
    """Inserts entries, writes the head row and the touched projections (`put`), deletes rows (`gone`).

    Parameters: the program ($1), the rows by table as JSON ($2), and `prev`, `leaf` and `body` of the entries ($3 to $5).
    """
    if starts:
        head = _INSERT_HEAD.format(columns=_names("program", but=("id",)), typed=_typed("program", but=("id",)))
    else:
        head = _ADVANCE_HEAD.format(typed=_typed("program", but=("id", *IMMUTABLE_COLUMNS)), expected="")
    return _statement([_LEDGER, head, *_projection_parts(put, gone)])


@lru_cache(maxsize=512)
def append_if_unchanged(put: frozenset[str], gone: frozenset[str]) -> Statement:
    """As `append`, if the head row has the expected number ($6) and leaf ($7) and the entries' time is at most 200 ms ago.

    Returns the time. Otherwise, or if the head row is locked, it raises DivisionByZero and nothing is written.
    """
    head = _ADVANCE_HEAD.format(typed=_typed("program", but=("id", *IMMUTABLE_COLUMNS)), expected=_IF_UNCHANGED)
    return _statement([_LOCK_UNLESS_HELD, _LEDGER, head, *_projection_parts(put, gone)], _CHECK_UNCHANGED)


@lru_cache(maxsize=64)
def project(put: frozenset[str]) -> Statement:
    """Writes only projections ($2) of a program ($1)."""
    return _statement(_projection_parts(put, ()))


def _statement(parts: list[str], answer: str = "SELECT") -> Statement:
    return Statement(f"WITH {', '.join(part.strip() for part in parts)}\n{answer.strip()}")


def _projection_parts(put: Collection[str], gone: Collection[str]) -> list[str]:
    return [_upsert(table) for table in sorted(put)] + [_delete(table) for table in sorted(gone)]


def _upsert(table: str) -> str:
    key = [column.name for column in Row.metadata.tables[table].primary_key if column.name != "program_id"]
    changes = [f"{column.name} = EXCLUDED.{column.name}" for column in _columns(table, but=("program_id", *key))]
    return _UPSERT.format(
        table=table,
        columns=_names(table, but=("program_id",)),
        typed=_typed(table, but=("program_id",)),
        key=", ".join(key),
        update=f"UPDATE SET {', '.join(changes)}" if changes else "NOTHING",
    )


def _delete(table: str) -> str:
    keys = DELETABLE[table]
    return _DELETE.format(
        table=table,
        typed=", ".join(f"{name} text" for name in keys),
        matches=" AND ".join(f"{table}.{name} = line.{name}" for name in keys),
    )


def _columns(table: str, *, but: Collection[str]) -> list[Column[Any]]:
    return [column for column in Row.metadata.tables[table].columns if column.name not in but]


def _names(table: str, *, but: Collection[str]) -> str:
    return ", ".join(column.name for column in _columns(table, but=but))


def _typed(table: str, *, but: Collection[str]) -> str:
    """The column definition list of `jsonb_to_recordset`."""
    dialect: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    return ", ".join(f"{column.name} {column.type.compile(dialect)}" for column in _columns(table, but=but))


def _update_head() -> str:
    columns = _columns("program", but=("id",))
    changes = ", ".join(f"{column.name} = line.{column.name}" for column in columns)
    return _UPDATE_HEAD.format(changes=changes, typed=_typed("program", but=("id",)))


REWRITE_HEAD = _statement([_update_head()])
"""Updates all columns of the head row of a program ($1) from $2, a list of one row under `program`."""
