"""A whole service on free ports: `accord run` as its operator starts it, and as a bad day ends its parts."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

from temporalio.client import Client

from cli import first_people
from cli.first_people import Person
from cli.temporal import free_port
from db.ledger import verify_chain
from db.pools import ReadPool
from db.queries import Queries
from workflows.client import TemporalSettings, connect

MARKS = {
    "API": "-m\0api.server",
    "worker": "workflows.worker",
    "Temporal": "start-dev",
    "PostgreSQL": "/bin/postgres\0-D",
}
"""By what stands in its command line each child of the supervisor is known."""

PATIENCE_SECONDS = 60.0


class NotInTime(AssertionError):
    """Something that had to happen by itself has not."""


class Service:
    """`accord run` in a data folder. Started and stopped as often as one likes; the ports stay."""

    def __init__(self, home: Path, **settings: str) -> None:
        """`settings` stand in its environment."""
        self.home, self._settings = home, settings
        self.port, self.temporal_port = free_port(), free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError("the service has not been started")
        return self._process.pid

    @property
    def addresses(self) -> dict[str, str]:
        found: dict[str, str] = json.loads((self.home / "addresses.json").read_text())
        return found

    @property
    def people(self) -> dict[str, Person]:
        return {person.name: person for person in first_people.read(self.home / "tokens.json")}

    def start(self) -> None:
        """Returns when it says that it is ready."""
        command = [sys.executable, "-P", "-m", "cli.entry_point", "run", "--home", str(self.home), "--port", str(self.port)]
        command += ["--temporal-port", str(self.temporal_port)]
        self.home.mkdir(parents=True, exist_ok=True)
        (self.home / "addresses.json").unlink(missing_ok=True)  # a killed one has left it, and this one has not begun yet
        said = self.home.with_suffix(".said")
        with said.open("wb") as out:
            self._process = subprocess.Popen(
                command, stdout=out, stderr=subprocess.STDOUT, env=clean_environment() | self._settings
            )
        self.await_(lambda: self._is_up(said), "the service is ready")

    def _is_up(self, said: Path) -> bool:
        if self._process is not None and self._process.poll() is not None:
            raise RuntimeError(f"the service did not start: {said.read_text()}")
        return (self.home / "addresses.json").exists()

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """Asks it to stop, as Ctrl-C does, and returns its exit code when it has."""
        if self._process is None:
            return 0
        self._process.send_signal(how)
        code = self._process.wait(timeout=PATIENCE_SECONDS)
        self._process = None
        return code

    def children(self) -> dict[str, int]:
        """The living parts by name."""
        found: dict[str, int] = {}
        for pid, parent, line in _processes():
            if self._process is not None and parent == self._process.pid:
                found |= {name: pid for name, mark in MARKS.items() if mark in line}
        return found

    def signal(self, name: str, number: signal.Signals) -> int:
        """Sends a signal to a part, waiting for it if it is just being started again; its process id."""
        seen: dict[str, int] = {}

        def runs() -> bool:
            seen.update(self.children())
            return name in seen

        self.await_(runs, f"{name} runs")
        os.kill(seen[name], number)
        return seen[name]

    def await_back(self, name: str, *, instead_of: int) -> None:
        """Returns when a killed part has been replaced by another process."""
        self.await_(lambda: self.children().get(name, instead_of) != instead_of, f"{name} is started again")

    def left_behind(self) -> list[str]:
        """Command lines of processes that still work in this data folder or listen on these ports."""
        marks = (str(self.home), f"\0{self.port}\0", f"\0{self.temporal_port}\0")
        return [
            line.replace("\0", " ") for pid, _, line in _processes() if pid != os.getpid() and any(m in line for m in marks)
        ]

    @staticmethod
    def await_(true: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            if time.monotonic() > deadline:
                raise NotInTime(f"not within {seconds:.0f} s: {what}")
            time.sleep(0.05)

    async def temporal(self) -> Client:
        """A client of its Temporal."""
        return await connect(TemporalSettings.of(self.addresses["temporal_address"], self.addresses["temporal_namespace"]))

    async def faults(self, programs: Sequence[str]) -> list[str]:
        """What is wrong with the ledgers of programs: nothing, if all is well."""
        found: list[str] = []
        async with ReadPool(self.addresses["database_url"], size=2) as reader:
            queries = Queries(reader)
            for program in programs:
                rows = [row async for row in queries.stored(UUID(program))]
                listed = await queries.program(UUID(program))
                head = (listed.seq, listed.head) if listed else None
                found += [f"{program} entry {p.seq}: {p.code}: {p.sentence}" for p in verify_chain(rows, head)]
        return found

    async def rows(self, query: LiteralString, *values: Any) -> list[dict[str, Any]]:
        """What the service's own database role reads."""
        async with ReadPool(self.addresses["database_url"], size=1) as reader:
            return await reader.rows(query, values)


@contextmanager
def service(folder: Path, **settings: str) -> Iterator[Service]:
    """A started service, gone with the block whatever happens in it."""
    made = Service(folder, **settings)
    try:
        made.start()
        yield made
    finally:
        with suppress(ProcessLookupError):
            made.stop()


def clean_environment() -> dict[str, str]:
    """Ours, without what would name somebody else's servers."""
    foreign = ("DATABASE", "TEMPORAL_", "ACCORD_")
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)}


def _processes() -> Iterator[tuple[int, int, str]]:
    """Process id, parent and command line of every process."""
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            line = (entry / "cmdline").read_bytes().decode(errors="replace")
            # "(name)" may hold anything; what comes after its last bracket is the state, then the parent.
            stat = (entry / "stat").read_text().rpartition(")")[2].split()
            if stat[0] != "Z":
                yield int(entry.name), int(stat[1]), line
