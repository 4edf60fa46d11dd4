"""Minimum version of PostgreSQL."""

from __future__ import annotations

from typing import ClassVar

import psycopg

CONNECT_SECONDS = 10
OLDEST = 16
"""Major version that introduced GRANT … WITH INHERIT FALSE, SET TRUE, which the service's role needs."""


class TooOld(RuntimeError):
    """The server is older than OLDEST. The message says which version it has and what to do."""

    logged_in_full: ClassVar = True


def check_version(server_version: int) -> None:
    """`server_version` in libpq's form: 180004 is 18.4. Raises TooOld."""
    major, minor = divmod(server_version, 10_000)
    if major < OLDEST:
        raise TooOld(
            f"The database is served by PostgreSQL {major}.{minor}, and Accord needs {OLDEST} or newer: upgrade it"
            " (pg_upgrade, or dump and restore), or name another server."
        )


def check_server(address: str) -> None:
    """Connects and checks the version. Raises TooOld or psycopg.Error."""
    with psycopg.connect(address, connect_timeout=CONNECT_SECONDS) as connection:
        check_version(connection.info.server_version)
