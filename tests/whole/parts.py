"""Any number of APIs and workers as processes of their own, on servers that others have started, and an address before them."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import httpx2

from cli.first_people import Person
from cli.temporal import free_port
from db.ledger import verify_chain
from db.pools import OperationalPool, ReadPool
from db.queries import Queries
from db.tokens import Tokens
from tests.whole.running import clean_environment
from workflows.client import TemporalSettings

START_SECONDS = 30.0


class Part:
    """A process, and the port on which it can be asked."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, path: str, said: Path) -> None:
        self.process, self.port, self._path, self._said = process, port, path, said

    @property
    def said(self) -> str:
        return self._said.read_text()

    def await_up(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        with httpx2.Client(trust_env=False) as client:
            while True:
                with suppress(httpx2.TransportError):
                    if client.get(f"http://127.0.0.1:{self.port}{self._path}").status_code == 200:
                        return
                assert self.process.poll() is None, self.said
                assert time.monotonic() < deadline, self.said
                time.sleep(0.05)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


class Parts:
    def __init__(self, folder: Path, database_url: str, temporal: TemporalSettings, people: Sequence[Person]) -> None:
        self._folder, self._url, self._people = folder, database_url, people
        places = {"DATABASE_URL": database_url, "ACCORD_DOCUMENTS": str(folder / "documents")}
        self._environment = clean_environment() | temporal.variables() | places
        self._started: list[Part] = []
        self.api = ""
        """Where requests go; set by whoever knows."""

    @property
    def people(self) -> dict[str, Person]:
        return {person.name: person for person in self._people}

    def start_api(self, **settings: str) -> Part:
        port = free_port()
        return self._start(["-m", "api.server", "--port", str(port)], port, "/api/v1/health/live", settings)

    def start_worker(self, **settings: str) -> Part:
        port = free_port()
        settings = {"ACCORD_WORKER_METRICS": f"127.0.0.1:{port}", **settings}
        return self._start(["-m", "workflows.worker"], port, "/health", settings)

    def _start(self, words: list[str], port: int, path: str, settings: dict[str, str]) -> Part:
        said = self._folder / f"{len(self._started)}.said"
        with said.open("wb") as out:
            environment = self._environment | settings
            process = subprocess.Popen([sys.executable, *words], env=environment, stdout=out, stderr=subprocess.STDOUT)
        self._started.append(Part(process, port, path, said))
        return self._started[-1]

    def end(self) -> None:
        for part in self._started:
            part.process.terminate()
        for part in self._started:
            part.process.wait(timeout=30)

    async def revoke(self, person: Person) -> None:
        """Ends somebody's token."""
        async with ReadPool(self._url, size=1) as reader, OperationalPool(self._url, size=1) as operational:
            tokens = Tokens(reader, operational)
            found = await tokens.find(person.token)
            assert found is not None
            assert await tokens.revoke(found.id)

    async def rows(self, query: LiteralString, *values: Any) -> list[dict[str, Any]]:
        async with ReadPool(self._url, size=1) as reader:
            return await reader.rows(query, values)

    async def faults(self, programs: Sequence[str]) -> list[str]:
        """What is wrong with the ledgers of programs."""
        found: list[str] = []
        async with ReadPool(self._url, size=2) as reader:
            queries = Queries(reader)
            for program in programs:
                rows = [row async for row in queries.stored(UUID(program))]
                found += [f"{program} entry {p.seq}: {p.sentence}" for p in verify_chain(rows, None)]
        return found


@contextmanager
def parts(folder: Path, database_url: str, temporal: TemporalSettings, people: Sequence[Person]) -> Iterator[Parts]:
    made = Parts(folder, database_url, temporal, people)
    try:
        yield made
    finally:
        made.end()


@asynccontextmanager
async def one_address(ports: Sequence[int]) -> AsyncIterator[str]:
    """An address whose connections go to these ports in turn, and on to the next where nobody listens."""
    turn = 0

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal turn
        for _ in ports:
            turn += 1
            with suppress(OSError):
                there = await asyncio.open_connection("127.0.0.1", ports[turn % len(ports)])
                await asyncio.gather(_carry(reader, there[1]), _carry(there[0], writer))
                return
        writer.close()

    async with await asyncio.start_server(forward, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


def alive(process: int) -> bool:
    """Whether there is such a process."""
    with suppress(OSError):
        return (Path("/proc") / str(process) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def children_of(process: int) -> list[int]:
    """The processes that it has started."""
    return [int(one) for one in (Path("/proc") / str(process) / "task" / str(process) / "children").read_text().split()]
