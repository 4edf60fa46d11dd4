"""Benchmark of an attack: acts of other people while one caller sends the most expensive permitted requests."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from itertools import chain, islice, zip_longest
from typing import Any
from uuid import uuid4

from benchmarks import workload
from benchmarks.stage import Stage
from benchmarks.tables import show, verdict
from benchmarks.workload import Request
from cli import first_people
from cli.first_people import Person
from cli.service import ServiceClient as Api
from db.pools import OperationalPool, ReadPool
from db.tokens import Tokens
from rules.acts import Role
from tests.rules.worst_plans import WORST, milestones

LINES = 8
"""Connections of the attacker."""

RATE = 100
"""Acts a second of all other people together."""


def measure_attack(stage: Stage, seconds: float, entries: int) -> None:
    """Other people alone, and then beside the attacker. The worker is stopped, since its load would hide the API's."""
    api, people = stage.service.api, stage.service.people
    attacker = asyncio.run(_another_officer(stage))
    others = asyncio.run(workload.programs(api, people, 110))
    lanes = [list(workload.statements(program, people, 120)) for program in others]
    big, long = asyncio.run(_targets(api, attacker, people))
    stage.load.hold("long", stage.service.port, [list(workload.statements(long, people, entries))])
    stage.load.run("long", clients=1, seconds=300)
    stage.wait_idle()
    halves = {"in peace": lanes[:55], "beside the attacker": lanes[55:]}
    outcomes: dict[str, Any] = {}
    attack = _Attack(stage.service.port, list(islice(_worst(attacker, big, long), 4_000)), seconds)
    for name, half in halves.items():
        stage.load.hold(name, stage.service.port, half)
        with stage.without_worker(), attack if name != "in peace" else nullcontext():
            outcomes[name] = stage.load.run(name, clients=8, seconds=seconds, rate=RATE)
        stage.wait_idle()
    rows = [
        (name, len(one.micros), one.percentile(0.5), one.percentile(0.9), one.percentile(0.99), one.percentile(1))
        for name, one in outcomes.items()
    ]
    show(f"{RATE} acts a second of others", ("", "acts", "p50 ms", "p90", "p99", "longest"), rows)
    print(f"\nThe attacker was answered: {attack.wait_signalled}")
    verdict(
        "p99 of others beside one who sends the worst of everything, ms",
        outcomes["beside the attacker"].percentile(0.99),
        most=50,
    )


class _Attack:
    """Another load generator, which accepts any status."""

    def __init__(self, port: int, requests: list[Request], seconds: float) -> None:
        self._lanes = [[request.text for request in requests[n::LINES]] for n in range(LINES)]
        self._port, self._seconds = port, seconds
        self._process: subprocess.Popen[str] | None = None
        self.wait_signalled = ""

    def __enter__(self) -> None:
        command = [sys.executable, "-m", "benchmarks.load"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603  ourselves
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        for order in (
            {"do": "hold", "name": "worst", "port": self._port, "lanes": self._lanes},
            {"do": "run", "name": "worst", "clients": LINES, "seconds": self._seconds},
        ):
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            if order["do"] == "hold":
                self._process.stdout.readline()

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        self._process.stdin.close() if self._process.stdin else None
        outcome = json.loads(self._process.stdout.readline())
        self._process.wait(timeout=30)
        self.wait_signalled = ", ".join(f"{status}: {times}" for status, times in sorted(outcome["statuses"].items()))


async def _another_officer(stage: Stage) -> Person:
    url = stage.service.addresses["database_url"]
    async with ReadPool(url, size=1) as reader, OperationalPool(url, size=1) as operational:
        secret, _ = await Tokens(reader, operational).issue("attacker", lifetime=timedelta(hours=1), role=Role.OFFICER)
    return Person("attacker", Role.OFFICER, None, secret)


async def _targets(api: str, attacker: Person, people: dict[str, Person]) -> tuple[str, str]:
    """A program of the longest plan, and one for a long ledger."""
    async with Api(api) as service:
        members = first_people.members(people.values())
        long = {"document": workload.LADDER.read_text(), "members": members}
        ids = [
            str((await service.write(attacker, "/programs", body))["program"]) for body in ({"document": milestones(0)}, long)
        ]
    return ids[0], ids[1]


def _worst(attacker: Person, big: str, long: str) -> Iterator[Request]:
    """All expensive requests in turns."""
    texts = (_starts(attacker), _previews(attacker))
    kinds = (*texts, _past(attacker, long), _views(attacker, big), _pages(attacker, long), _batches(attacker, long))
    yield from (one for one in chain.from_iterable(zip_longest(*kinds)) if one is not None)


def _starts(attacker: Person) -> Iterator[Request]:
    for mark in range(1, 60):
        yield workload.post("/api/v1/programs", {"document": milestones(mark)}, attacker)


def _previews(attacker: Person) -> Iterator[Request]:
    for mark in range(20):
        for text in WORST.values():
            yield workload.post("/api/v1/programs?preview=true", {"document": f"# {mark}\n{text}"}, attacker)


def _past(attacker: Person, long: str) -> Iterator[Request]:
    now = datetime.now(UTC)
    for n in range(700):
        at = (now - timedelta(milliseconds=7 * n)).isoformat().replace("+00:00", "Z")
        yield workload.get(f"/api/v1/programs/{long}?at={at}", attacker)


def _views(attacker: Person, big: str) -> Iterator[Request]:
    for _ in range(150):
        for view in ("", "/blocking", "/phases", "/milestones", "/reciprocity"):
            yield workload.get(f"/api/v1/programs/{big}{view}", attacker)


def _pages(attacker: Person, long: str) -> Iterator[Request]:
    for n in range(350):
        yield workload.get(f"/api/v1/programs/{long}/ledger?limit=500&after={n}", attacker)
        yield workload.get(f"/api/v1/programs/{long}/chain?limit=500&after={n}", attacker)


def _batches(attacker: Person, long: str) -> Iterator[Request]:
    """Batches of five hundred admissions; the attacker is an officer of the program."""
    for n in range(100):
        members = ({"person": f"p{n}-{k}", "role": "recorder", "party": "us"} for k in range(500))
        deeds = ({"kind": "admit_member", "member": member} for member in members)
        acts = [{"key": str(uuid4()), "deed": deed} for deed in deeds]
        yield workload.post(f"/api/v1/programs/{long}/acts{'?preview=true' if n % 2 else ''}", {"acts": acts}, attacker)
