"""Thousands of programs as copies of one program's rows under new ids, made by SQL, without ledgers and workflows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import psycopg
from psycopg import sql

from benchmarks.stage import Stage

LISTED: Mapping[str, str] = {"program": "id", "membership": "program_id"}
"""The tables behind the list of programs, with the columns of the programs' ids."""


def multiply(stage: Stage, pattern: str, programs: int, tables: Mapping[str, str] = LISTED) -> None:
    """Copies the rows of one program a number of times, started one second apart."""
    with psycopg.connect(stage.service.addresses["database_owner_url"]) as connection:
        connection.execute(
            "CREATE TEMP TABLE copies AS SELECT gen_random_uuid() AS id, n FROM generate_series(1, %s) n", [programs]
        )
        for table, key in tables.items():
            found = connection.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'", [table]
            )
            connection.execute(_copy(table, key, [row[0] for row in found.fetchall()], pattern))
        for table in tables:
            connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))


def _copy(table: str, key: str, columns: Sequence[str], pattern: str) -> sql.Composed:
    return sql.SQL("INSERT INTO {table} ({columns}) SELECT {values} FROM {table} held, copies WHERE held.{key} = {id}").format(
        table=sql.Identifier(table),
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        values=sql.SQL(", ").join(_copied_column(column, key) for column in columns),
        key=sql.Identifier(key),
        id=sql.Literal(pattern),
    )


def _copied_column(column: str, key: str) -> sql.Composable:
    if column == key:
        return sql.SQL("copies.id")
    if column == "started_at":
        return sql.SQL("held.started_at - copies.n * interval '1 second'")
    return sql.SQL("held.{}").format(sql.Identifier(column))
