"""Which PostgreSQL is new enough."""

from __future__ import annotations

from typing import ClassVar

import psycopg

CONNECT_SECONDS = 10
OLDEST = 16
"""Roles that may be taken and not inherited, on which the service's role rests, are of this version."""


class TooOld(RuntimeError):
    """The server is of a version that lacks something we need; says which it is, and what to do."""

    logged_in_full: ClassVar = True


def check_version(server_version: int) -> None:
    """`server_version` as libpq has it: 180004 is 18.4. Raises TooOld."""
    major, minor = divmod(server_version, 10_000)
    if major < OLDEST:
        raise TooOld(
            f"The database is served by PostgreSQL {major}.{minor}, and Accord needs {OLDEST} or newer: upgrade it"
            " (pg_upgrade, or dump and restore), or name another server."
        )


def check_server(address: str) -> None:
    """Returns when a server of a version that will do answers there. Raises TooOld or psycopg.Error."""
    with psycopg.connect(address, connect_timeout=CONNECT_SECONDS) as connection:
        check_version(connection.info.server_version)
