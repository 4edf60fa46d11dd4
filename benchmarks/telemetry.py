"""Benchmark of telemetry: acts on APIs with and without metrics and traces, in turns, on one database."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import workload
from benchmarks.stage import Outcome, Stage, await_answer, processor
from benchmarks.tables import median, show, verdict
from cli.temporal import free_port
from tests.whole.collector import collecting

HEAD = ("API", "p50 ms", "p99", "/s", "ms of API an act", "ms of PostgreSQL an act")
WAYS = ("unseen", "counted", "counted and traced")


@dataclass(slots=True)
class Slices:
    acts: list[Outcome] = field(default_factory=list)
    api: list[float] = field(default_factory=list)
    postgres: list[float] = field(default_factory=list)

    def line(self, name: str) -> list[object]:
        shares = [median(one.percentile(share) for one in self.acts) for share in (0.5, 0.99)]
        return [name, *shares, median(one.rate for one in self.acts), median(self.api), median(self.postgres)]


def measure_telemetry(stage: Stage, clients: Sequence[int], rounds: int, seconds: float, programs: int) -> None:
    """Three APIs, measured one at a time, with the worker stopped."""
    with collecting() as collector, stage.without_worker():
        metrics = {"ACCORD_METRICS": f"127.0.0.1:{free_port()}"}
        traces = {
            "ACCORD_METRICS": f"127.0.0.1:{free_port()}",
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.port}",
        }
        with _api(stage, {}) as unseen, _api(stage, metrics) as counted, _api(stage, traces) as traced:
            places = dict(zip(WAYS, (unseen, counted, traced), strict=True))
            for number in clients:
                _of(stage, places, number, rounds, seconds, programs)


def _of(  # noqa: PLR0913, PLR0917  what is measured, and how often
    stage: Stage, places: dict[str, tuple[int, int]], number: int, rounds: int, seconds: float, programs: int
) -> None:
    found = {name: Slices() for name in WAYS}
    for turn in range(rounds):
        for name in (*WAYS[turn % 3 :], *WAYS[: turn % 3]):
            port, pid = places[name]
            people = stage.service.people
            ids = asyncio.run(workload.programs(stage.service.api, people, programs))
            stage.load.hold("seen", port, [list(workload.ladder(program, people)) for program in ids])
            before = processor(pid), _postgres(stage)
            outcome = stage.load.run("seen", clients=number, seconds=seconds)
            of = found[name]
            of.acts.append(outcome)
            of.api.append((processor(pid) - before[0]) * 1000 / len(outcome.micros))
            of.postgres.append((_postgres(stage) - before[1]) * 1000 / len(outcome.micros))
    show(f"Acts of {number} clients, seen and unseen", HEAD, [slices.line(name) for name, slices in found.items()])
    for name in WAYS[1:]:
        rates = zip(found[name].acts, found["unseen"].acts, strict=True)
        verdict(
            f"acts a second with {number} clients, {name}, as a share of unseen",
            median(a.rate / b.rate for a, b in rates),
            least=0.95,
        )
        used = zip(found[name].api, found["unseen"].api, strict=True)
        verdict(f"processor of the API an act, {name}, times unseen", median(a / b for a, b in used), most=1.05)


def _postgres(stage: Stage) -> float:
    """Seconds of processor time of all processes of the database server, including those that have ended."""
    first = stage.service.children()["PostgreSQL"]
    return sum(processor(pid) for pid in (first, *_children(first)))


def _children(process: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


@contextmanager
def _api(stage: Stage, settings: dict[str, str]) -> Iterator[tuple[int, int]]:
    """Another API process of the same service; its port and its process."""
    port = free_port()
    addresses = stage.service.addresses
    environment = (
        os.environ
        | settings
        | {
            "DATABASE_URL": addresses["database_url"],
            "ACCORD_DOCUMENTS": addresses["documents"],
            "TEMPORAL_ADDRESS": addresses["temporal_address"],
            "ACCORD_EXPENSIVE_A_MINUTE": "1000000",
        }
    )
    command = [sys.executable, "-m", "api.server", "--port", str(port)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as it:  # noqa: S603  ourselves
        try:
            await_answer(f"http://127.0.0.1:{port}/api/v1/health/live")
            yield port, it.pid
        finally:
            it.terminate()
