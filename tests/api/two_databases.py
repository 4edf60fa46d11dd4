"""A primary, its standby, and an address that leads to one of them: a failover, as whoever has connections sees it."""

from __future__ import annotations

import asyncio
import os
import pwd
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from cli.postgres import SOCKET, Postgres, binary

REPORT = {
    "incident": "i1",
    "incident_kind": "attack",
    "severity": "serious",
    "happened_at": "2026-11-01T10:00:00Z",
    "place": "The bridge",
    "account": "Shots were fired.",
}
"""An act that the small plan takes from whoever may report."""

READY_SECONDS = 20.0


class Cluster:
    """A server on a socket of its own, as somebody who is not root."""

    def __init__(self, folder: Path) -> None:
        self.data, self.sockets = folder / "data", folder / "s"
        self._process: subprocess.Popen[bytes] | None = None
        self._user = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
        for made in (self.data, self.sockets):
            made.mkdir(parents=True, mode=0o700)
            if self._user is not None:
                os.chown(made, self._user, -1)
        folder.chmod(0o711)

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/accord?host={self.sockets}"

    def run(self, *command: str | Path) -> None:
        """A command of the server's, as its user."""
        done = subprocess.run(command, user=self._user, capture_output=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr

    def copy(self, sockets: Path) -> None:
        """Becomes a standby of the server on that socket."""
        self.run(binary("pg_basebackup"), "-h", sockets, "-U", "postgres", "-D", self.data, "-R", "-X", "stream", "-c", "fast")

    def start(self) -> None:
        command: list[str | Path] = [binary("postgres"), "-D", self.data, "-h", "", "-k", self.sockets]
        self._process = subprocess.Popen(command, user=self._user, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + READY_SECONDS
        while True:
            try:
                psycopg.connect(self.url.replace("/accord?", "/postgres?")).close()
            except psycopg.OperationalError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
            else:
                return

    def promote(self) -> None:
        with psycopg.connect(self.url.replace("/accord?", "/postgres?"), autocommit=True) as connection:
            connection.execute("SELECT pg_promote()")

    def follow(self, sockets: Path) -> None:
        """From its next start on it is the standby of another."""
        (self.data / "standby.signal").touch()
        with (self.data / "postgresql.auto.conf").open("a") as settings:
            settings.write(f"primary_conninfo = 'host={sockets} user=postgres'\n")

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(timeout=30)
            self._process = None


class Address:
    """A socket that leads to a server. What is connected stays where it is, as behind many a balancer."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder, self.leads_to = folder, Path()
        self._lines = set[asyncio.StreamWriter]()

    @property
    def url(self) -> str:
        return f"postgresql://accord_service@/accord?host={self.folder}"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        server = await asyncio.start_unix_server(self._forward, self.folder / SOCKET)
        async with server:
            yield
        for line in self._lines:
            line.close()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there_reader, there_writer = await asyncio.open_unix_connection(self.leads_to / SOCKET)
        except OSError:
            writer.close()
            return
        self._lines |= {writer, there_writer}
        await asyncio.gather(_carry(reader, there_writer), _carry(there_reader, writer))


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


def sockets_of(server: Postgres) -> Path:
    return Path(server.url().partition("host=")[2])


@contextmanager
def two_clusters(server: Postgres) -> Iterator[tuple[Cluster, Cluster, Address]]:
    """A primary with what that server has, a standby of it, and an address that leads to the primary."""
    with TemporaryDirectory(prefix="accord-two-") as folder:
        place = Path(folder)
        place.chmod(0o711)
        old, new, address = Cluster(place / "one"), Cluster(place / "two"), Address(place / "address")
        try:
            old.copy(sockets_of(server))
            (old.data / "standby.signal").unlink()
            old.start()
            new.copy(old.sockets)
            new.start()
            address.leads_to = old.sockets
            yield old, new, address
        finally:
            new.stop()
            old.stop()


def caught_up(old: Cluster, new: Cluster) -> None:
    """The standby has everything: what it had not would be lost with the old server, and no client could help that."""
    with psycopg.connect(old.url, autocommit=True) as first, psycopg.connect(new.url, autocommit=True) as second:
        (written,) = first.execute("SELECT pg_current_wal_flush_lsn()").fetchone() or ("",)
        while True:
            row = second.execute("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", [written]).fetchone()
            if row and row[0]:
                return
            time.sleep(0.05)
