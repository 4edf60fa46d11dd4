"""The environment of a benchmark: a service, the baseline on the same database server, and a load generator."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias
from urllib.request import urlopen

import psycopg

from benchmarks.floor import TABLE
from benchmarks.workload import Request
from cli.temporal import free_port
from tests.whole.running import Service, service

Lane: TypeAlias = list[Request]

CALM_LOOKS, IDLE = 3, 0.04
"""Idle means: in so many samples in a row, Temporal and the worker used less than so many seconds in a fifth of one."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one slice of load."""

    micros: list[int]
    lasted: float
    processor: float
    left: int

    @property
    def rate(self) -> float:
        return len(self.micros) / self.lasted if self.lasted else 0.0

    def percentile(self, share: float) -> float:
        """Milliseconds."""
        ordered = sorted(self.micros)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] / 1000


class LoadGenerator:
    """The load generator's process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.load"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def hold(self, name: str, port: int, lanes: Sequence[Lane], *, repeats: bool = False) -> None:
        """Loads lanes of requests; repeated ones start again at their end."""
        texts = [[request.text for request in lane] for lane in lanes]
        self._order({"do": "hold", "name": name, "port": port, "lanes": texts, "repeats": repeats})

    def run(self, name: str, *, clients: int, seconds: float, rate: float = 0, expect: int = 201) -> Outcome:
        """Sends until the time is over or no request is left. An unexpected status is an error of the benchmark."""
        outcome = self._order({"do": "run", "name": name, "clients": clients, "seconds": seconds, "rate": rate})
        assert set(outcome["statuses"]) == {str(expect)}, (name, outcome["statuses"], outcome["failures"])
        return Outcome(outcome["micros"], outcome["lasted"], outcome["processor"], outcome["left"])

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)

    def _order(self, order: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


@dataclass(frozen=True, slots=True)
class Stage:
    service: Service
    floor_port: int
    floor_pid: int
    load: LoadGenerator

    def wait_signalled(self, seconds: float = 120) -> float:
        """Waits until every workflow has been signalled; returns the seconds."""
        begun = time.monotonic()
        while self.count_behind() and time.monotonic() - begun < seconds:
            time.sleep(0.2)
        return time.monotonic() - begun

    def wait_idle(self, seconds: float = 120) -> None:
        """Waits until every workflow has been signalled and is idle, so that preparation is not measured."""
        self.wait_signalled(seconds)
        children = self.service.children()
        busy = [children["Temporal"], children["worker"]]
        deadline, calm = time.monotonic() + seconds, 0
        while calm < CALM_LOOKS and time.monotonic() < deadline:
            before = sum(map(processor, busy))
            time.sleep(0.2)
            calm = calm + 1 if sum(map(processor, busy)) - before < IDLE else 0

    def clock_processor(self) -> tuple[float, float]:
        """Seconds of processor time of Temporal and the worker."""
        children = self.service.children()
        return processor(children["Temporal"]), processor(children["worker"])

    def count_behind(self) -> int:
        """The number of programs with a pending signal."""
        with psycopg.connect(self.service.addresses["database_owner_url"]) as connection:
            query = "SELECT count(*) FROM dispatch d JOIN program p ON p.id = d.program_id WHERE p.clock_seq > d.dispatched_seq"
            row = connection.execute(query).fetchone()
        return int(row[0]) if row else 0

    @contextmanager
    def without_worker(self) -> Iterator[None]:
        """Stops the worker for the block, to measure API and database only."""
        pid = self.service.signal("worker", signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)


@contextmanager
def stage(expensive_a_minute: int = 1_000_000) -> Iterator[Stage]:
    """A whole service in a temporary folder. Its rate limit allows one officer to start hundreds of programs."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="accord-bench-")))
        folder.chmod(0o711)  # as root, the database server runs as another user
        # An adapter for checks that requests this machine, which the service's egress rules forbid.
        found = [str(Path(__file__).parents[1] / "tests" / "plugged"), os.environ.get("PYTHONPATH", "")]
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, found))
        settings = {"ACCORD_EXPENSIVE_A_MINUTE": str(expensive_a_minute)}
        running = stack.enter_context(service(folder / "home", **settings))
        port, pid = stack.enter_context(_floor(running))
        load = LoadGenerator()
        stack.callback(load.close)
        yield Stage(running, port, pid, load)


@contextmanager
def _floor(running: Service) -> Iterator[tuple[int, int]]:
    owner = running.addresses["database_owner_url"]
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("CREATE DATABASE floor")
    url = owner.replace("/accord?", "/floor?")
    with psycopg.connect(url) as connection:
        connection.execute(TABLE)
    port = free_port()
    # The same server as the API's, so that both sides have its cost.
    command = [sys.executable, "-m", "api.server", "--app", "benchmarks.floor:create_app", "--port", str(port)]
    with subprocess.Popen(  # noqa: S603  ourselves
        command, env=os.environ | {"FLOOR_URL": url}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as it:
        try:
            await_answer(f"http://127.0.0.1:{port}/openapi.json")
            yield port, it.pid
        finally:
            it.terminate()


def processor(pid: int) -> float:
    """Seconds of processor time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def await_answer(address: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            urlopen(address, timeout=2).close()  # noqa: S310  ours
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        else:
            return
