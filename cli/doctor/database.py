"""Checks of the database: reachable, secure, migrated, and with no more privileges than needed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import LiteralString

import psycopg

from cli.backup.tools import ASIDE
from cli.doctor.finding import Finding, fault, warning, well
from db.durability import NotDurable, check_durability
from db.migrations import compatibility, current, newest
from db.pools import ROLE, OperationalPool, ReadPool
from db.server_version import TooOld, check_version

CONNECT_SECONDS = 5
SKEW, JUMP = 3.0, 180.0
"""Seconds of difference between two clocks that give a warning, and that stop acts."""

_RIGHTS: LiteralString = """
SELECT
  has_table_privilege(%(role)s, 'ledger_entry', 'INSERT') AND has_table_privilege(%(role)s, 'ledger_entry', 'SELECT') AS may,
  has_table_privilege(%(role)s, 'ledger_entry', 'UPDATE') OR has_table_privilege(%(role)s, 'ledger_entry', 'DELETE')
    OR has_table_privilege(%(role)s, 'ledger_entry', 'TRUNCATE') AS may_change,
  (SELECT rolsuper OR rolcreaterole OR rolbypassrls FROM pg_roles WHERE rolname = %(role)s) AS is_mighty,
  (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A' AND (tgrelid, tgname) IN
    (('ledger_entry'::regclass, 'ledger_is_append_only'), ('program'::regclass, 'heads_stay'))) AS triggers
"""


async def server(url: str) -> AsyncIterator[Finding]:
    """Ends with a fault where the server cannot be reached or used."""
    begun = datetime.now(UTC)
    try:
        connection = await psycopg.AsyncConnection.connect(url, connect_timeout=CONNECT_SECONDS)
    except psycopg.Error as error:
        yield fault("database", f"The database does not answer: {_line(error)}", "Start it, or correct DATABASE_URL.")
        return
    async with connection:
        version = connection.info.server_version
        took = (datetime.now(UTC) - begun).total_seconds() * 1000
        try:
            check_version(version)
        except TooOld as reason:
            yield fault("database", str(reason), "Until then do not start this version.")
            return
        yield well("database", f"PostgreSQL {version // 10_000}.{version % 10_000} answers in {took:.0f} ms.")
        try:
            await check_durability(connection)
        except NotDurable as reason:
            yield fault("settings", str(reason), "Set them in postgresql.conf, or ALTER SYSTEM SET, and reload the server.")
        else:
            yield well("settings", "What the server confirms it keeps, also when the power fails.")


async def form(reader: ReadPool, operational: OperationalPool) -> AsyncIterator[Finding]:
    """Ends with a fault where the schema differs from what this code needs."""
    found = await current(reader)
    if found is None:
        yield fault("schema", "The database holds none of our tables.", "accord migrate, with DATABASE_OWNER_URL.")
        return
    if found != newest():
        if (how := await compatibility(reader)) != "newer":
            needs = f"The tables are of {found}, and this program needs {newest()}."
            yield fault("schema", needs, "accord migrate" if how == "behind" else "Upgrade this program.")
            return
        yield warning("schema", f"The tables are of {found}, which is newer than this program.", "Upgrade this program.")
    else:
        yield well("schema", f"The tables are of {found}, as this program needs them.")
    if await operational.is_writable():
        yield well("writable", "The database can be written.")
    else:
        yield fault(
            "writable",
            "The database can be read and not written: it is a standby, or set to read only.",
            "Promote it, or name the primary in DATABASE_URL; look at default_transaction_read_only.",
        )


async def rights(reader: ReadPool) -> Finding:
    row = await reader.row(_RIGHTS, {"role": ROLE})
    faults = []
    if row is not None:
        faults += [] if row["may"] else [f"{ROLE} may not add to the ledger"]
        faults += [f"{ROLE} may change the ledger"] if row["may_change"] else []
        faults += [f"{ROLE} may give itself rights"] if row["is_mighty"] else []
        faults += [] if row["triggers"] == 2 else ["a trigger that keeps the ledger as it is is off or gone"]
    if faults:
        return fault(
            "rights", f"{'; '.join(faults)}.", "Find out who has changed it, restore the rights, and verify all ledgers."
        )
    return well("rights", "The service may add to the ledger, and nobody may change it.")


async def clocks(reader: ReadPool) -> Finding:
    """Compares the database's clock with this machine's, corrected by half of the round trip."""
    before = datetime.now(UTC)
    row = await reader.row("SELECT clock_timestamp() AS now, (SELECT max(updated_at) FROM program) AS newest")
    after = datetime.now(UTC)
    if row is None:
        raise RuntimeError("a query without a row")
    away = abs((row["now"] - (before + (after - before) / 2)).total_seconds())
    if row["newest"] and row["newest"] > row["now"]:
        return fault("clock", "The database's clock is behind the newest entry: acts are refused.", "accord clock show")
    if away > JUMP:
        return fault(
            "clock", f"The database's clock is {away:.0f} s from this machine's.", "accord clock show, and set one right."
        )
    if away > SKEW:
        return warning("clock", f"The database's clock is {away:.0f} s from this machine's.", "Look after NTP on both.")
    return well("clock", f"The database's clock is {away:.2f} s from this machine's.")


async def room(reader: ReadPool) -> AsyncIterator[Finding]:
    """Free connections, and schemas that a restore has renamed."""
    row = await reader.row(
        "SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS used,"
        " current_setting('max_connections')::int AS most, pg_database_size(current_database()) AS size,"
        " (SELECT array_agg(nspname::text) FROM pg_namespace WHERE starts_with(nspname, %s)) AS aside",
        [ASIDE],
    )
    if row is None:
        return
    told = f"{row['used']} of {row['most']} connections are used; the database has {row['size'] / 2**20:.0f} MiB."
    if row["used"] > 0.8 * row["most"]:
        yield warning("room", told, "Raise max_connections, or lower the sizes of the pools.")
    else:
        yield well("room", told)
    for schema in row["aside"] or ():
        yield warning(
            "aside",
            f"A restore has set a record aside in the schema {schema}.",
            f"Once it is not needed: DROP SCHEMA {schema} CASCADE",
        )


def _line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0]
