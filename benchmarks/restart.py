"""Benchmark of a cold start on a long program: its first act, and reads of past states."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx2

from benchmarks import workload
from benchmarks.size import fill
from benchmarks.stage import Stage
from benchmarks.tables import median, show, verdict
from cli.service import ServiceClient as Api

Ask = Callable[[Api], Awaitable[Any]]

INSTANTS = 12


def measure_restart(stage: Stage, entries: int, rounds: int) -> None:
    """Kills the API before each measurement; past instants are random."""
    people = stage.service.people
    short, program = asyncio.run(workload.programs(stage.service.api, people, 2))
    asyncio.run(fill(stage, program, entries))
    chance = random.Random(entries)  # noqa: S311  reproducible
    firsts, looks, small = list[float](), list[float](), list[float]()
    for _ in range(rounds):
        _kill(stage)
        small.append(asyncio.run(_measure(stage, _act(stage, short))))
        _kill(stage)
        firsts.append(asyncio.run(_measure(stage, _act(stage, program))))
    for _ in range(INSTANTS):
        at = asyncio.run(_recorded(stage, program, chance.randrange(1, entries)))
        _kill(stage)
        looks.append(asyncio.run(_measure(stage, _read_past(stage, program, at))))
    show(
        f"A program of {entries} entries, after a restart of the API: ms",
        ("", "median", "most"),
        [
            ("first act on a short one", median(small), max(small)),
            ("first act", median(firsts), max(firsts)),
            ("as known at an instant", median(looks), max(looks)),
        ],
    )
    verdict(f"first act on {entries} entries after a restart, ms", median(firsts), most=300)
    verdict(f"as known at any instant of {entries} entries, ms, the most of {INSTANTS}", max(looks), most=150)


def _kill(stage: Stage) -> None:
    pid = stage.service.signal("API", signal.SIGKILL)
    stage.service.await_back("API", instead_of=pid)
    address = f"{stage.service.api}/api/v1/health/ready"
    stage.service.await_(lambda: _is_ready(address), "the API is ready")


def _is_ready(address: str) -> bool:
    try:
        return httpx2.get(address, trust_env=False).status_code == 200
    except httpx2.HTTPError:
        return False


async def _measure(stage: Stage, ask: Ask) -> float:
    """Milliseconds, after a request of the same person without a program, so that connections and token cache are warm."""
    async with Api(stage.service.api) as api:
        await api.read(stage.service.people["officer"], "/me")
        begun = time.perf_counter()
        await ask(api)
        return (time.perf_counter() - begun) * 1000


def _act(stage: Stage, program: str) -> Ask:
    body = {"evidence": f"r{uuid4()}", "milestone": "done_1", "shows": "report", "text": workload.TEXT}
    return lambda api: api.write(stage.service.people["us-recorder"], f"/programs/{program}/evidence", body)


def _read_past(stage: Stage, program: str, at: str) -> Ask:
    return lambda api: api.read(stage.service.people["officer"], f"/programs/{program}", at=at)


async def _recorded(stage: Stage, program: str, seq: int) -> str:
    async with Api(stage.service.api) as api:
        page = await api.read(stage.service.people["officer"], f"/programs/{program}/ledger", after=str(seq - 1), limit="1")
        found: str = page["entries"][0]["at"]
        return found
