"""The database on which a backup command works as owner: the running service's, an external one, or the data folder's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.addresses import NotRunning, owner_database, service_database
from cli.home import lock_folder
from cli.postgres import Postgres
from cli.signals import interruptible


@contextmanager
def to_read(home: Path) -> Iterator[str]:
    """The database, with or without a running service. Starts the embedded server for the block if needed.

    Raises NotRunning where there is no database, or a CannotStart.
    """
    try:
        address = owner_database(home)
    except NotRunning:
        if os.environ.get("DATABASE_URL"):
            yield service_database(home)
            return
        if not (home / "postgres").is_dir():
            raise
        with of_folder(home) as address:
            yield address
        return
    yield address


@contextmanager
def to_replace(home: Path) -> Iterator[str]:
    """The database in DATABASE_OWNER_URL or the data folder, with no service running. Raises a CannotStart."""
    if named := os.environ.get("DATABASE_OWNER_URL"):
        yield named
        return
    with of_folder(home) as address:
        yield address


@contextmanager
def of_folder(home: Path) -> Iterator[str]:
    """The embedded server of a data folder, locked for the block."""
    os.umask(0o077)
    with interruptible(), lock_folder(home) as held, Postgres(held.folder) as server:
        yield server.url()
