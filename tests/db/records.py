"""`python -m tests.db.records`: a small record as the tables of this version hold it, kept in `tests/data/records`.

Each version keeps one, and later versions bring all of them up to date. Run it when a migration has been added.
"""

from __future__ import annotations

import asyncio
import gzip
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from cli.postgres import Postgres, binary
from db.migrations import newest, upgrade
from db.pools import LedgerPool, OperationalPool, ReadPool
from db.tokens import Tokens
from tests.db.builders import Story, long_story, tell
from tests.rules.small_plan import day

FOLDER = Path(__file__).parents[1] / "data" / "records"
LONG, WAITING = UUID(int=1), UUID(int=2)
"""A program in which everything has happened, and one whose clocks have been due for long."""


def files() -> dict[str, Path]:
    """The kept records by their versions."""
    return {path.name.removesuffix(".sql.gz"): path for path in FOLDER.glob("*.sql.gz")}


def restore(path: Path, url: str) -> None:
    """Puts a record into an empty database, as its owner."""
    command: list[str | Path] = [binary("psql"), "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--output=/dev/null", url]
    subprocess.run(command, input=gzip.decompress(path.read_bytes()), check=True)


async def _told(server: Postgres) -> None:
    await upgrade(server.url())
    url = server.url(user="accord_service")
    waiting = Story()
    waiting.first_move(day(1))
    async with LedgerPool(url, size=1) as writer, ReadPool(url, size=1) as reader, OperationalPool(url, size=1) as operational:
        await tell(writer, LONG, long_story())
        await tell(writer, WAITING, waiting.told)
        await Tokens(reader, operational).issue("olga", lifetime=timedelta(days=1))


def main() -> None:
    with TemporaryDirectory() as folder, Postgres(Path(folder)) as server:
        asyncio.run(_told(server))
        command: list[str | Path] = [binary("pg_dump"), "--no-owner", server.url()]
        dumped = subprocess.run(command, capture_output=True, check=True).stdout
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{newest()}.sql.gz"
    path.write_bytes(gzip.compress(dumped, mtime=0))
    sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
