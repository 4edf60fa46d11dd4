"""A transaction pooler before PostgreSQL is detected and refused with a clear message."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from db.outages import TransactionPooled
from db.pools import LedgerPool, ReadPool

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")


@contextmanager
def pooler(url: str, mode: str, *, takes_settings: bool) -> Iterator[str]:
    """PgBouncer in front of a database; the address that leads through it."""
    if PGBOUNCER is None:
        pytest.skip("PgBouncer is not installed")
    there = conninfo_to_dict(url)
    with TemporaryDirectory(prefix="accord-pooler-") as name:
        folder = Path(name)
        user = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
        (folder / "settings.ini").write_text(
            f"[databases]\n* = host={there['host']}\n"
            f"[pgbouncer]\nlisten_addr =\nlisten_port = 5432\nunix_socket_dir = {folder}\n"
            f"pool_mode = {mode}\nauth_type = trust\nauth_file = {folder}/users\n"
            + ("ignore_startup_parameters = options\n" if takes_settings else "")
        )
        (folder / "users").write_text('"accord_service" ""\n')
        for path in (folder, *folder.iterdir()):
            os.chown(path, -1 if user is None else user, -1)
        with subprocess.Popen([PGBOUNCER, "-q", folder / "settings.ini"], user=user, stderr=subprocess.DEVNULL) as running:
            try:
                _await(folder / ".s.PGSQL.5432")
                yield f"postgresql://accord_service@/{there['dbname']}?host={folder}"
            finally:
                running.terminate()


def _await(socket: Path) -> None:
    deadline = time.monotonic() + 10
    while not socket.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("mode", "takes_settings"),
    [
        ("transaction", False),  # it refuses the settings that we ask for
        ("transaction", True),  # it takes them and drops them
        ("session", True),
    ],
)
@pytest.mark.parametrize("kind", [ReadPool, LedgerPool])
async def test_one_that_loses_settings_is_refused_in_a_sentence(
    url: str, mode: str, kind: type[ReadPool | LedgerPool], *, takes_settings: bool
) -> None:
    with pooler(url, mode, takes_settings=takes_settings) as through, pytest.raises(TransactionPooled, match="PgBouncer"):
        async with kind(through, size=1):
            pass


async def test_one_that_gives_a_connection_to_several_is_refused(url: str, owner_url: str) -> None:
    """Settings may stand in the database, and are in effect whoever connects; prepared statements are lost all the same."""
    name = conninfo_to_dict(owner_url)["dbname"]
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} SET lock_timeout = '15s'".encode())
    with pooler(url, "transaction", takes_settings=True) as through, pytest.raises(TransactionPooled):
        async with ReadPool(through, size=1):
            pass
