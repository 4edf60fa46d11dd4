"""Benchmark of automated checks due at one time: delay until recorded, memory of the worker, cost of a kill."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias
from uuid import uuid4
from zoneinfo import ZoneInfo

from benchmarks.memory import pss
from benchmarks.stage import Stage
from benchmarks.tables import show, verdict
from cli import first_people
from cli.service import ServiceClient as Api
from tests.whole.producer import Producer, checked_plan, producer
from workflows.messages import check_schedule

IN_A_PROGRAM = 50
MADE_A_SECOND = 20
"""Schedules; a cautious estimate, since the plan names the minute before they are created."""

PATIENCE_SECONDS = 180.0
BAR_SECONDS = 60.0

Checks: TypeAlias = Mapping[str, Sequence[str]]
"""Names of checks by program."""


def measure_checks(stage: Stage, checks: int) -> None:
    """A number of checks, first scheduled within one minute; then all at one instant, with the worker killed."""
    lines = []
    with producer() as asked:
        made = asyncio.run(_start_programs(stage, asked, checks))
        for year, title, killed in (
            (2024, "by schedule, within a minute", False),
            (2025, "at one instant, worker killed", True),
        ):
            asked.begin_anew({"edition": "2026", "figures": {str(year): "89.5"}})
            with _sample_memory(stage) as megabytes:
                asyncio.run(_run_checks(stage, made, year, killed=killed))
            late, twice = asyncio.run(_delays(stage, asked, made, year))
            lost = checks - len(late)
            late = late or [float("nan")]
            weights = (megabytes[0], max(megabytes), megabytes[-1])
            lines.append((title, checks, asked.asked.total(), lost, twice, late[len(late) // 2], late[-1], *weights))
            verdict(f"{title}: all recorded, seconds after the producer's first answer to each", late[-1], most=BAR_SECONDS)
            verdict(f"{title}: figures lost or twice", lost + twice, most=0)
    head = ("due", "checks", "answers", "lost", "twice", "median s", "last s", "worker MB at first", "most", "at the end")
    show(f"Checks: from the producer's answer to the ledger, {IN_A_PROGRAM} checks a program", head, lines)


async def _start_programs(stage: Stage, asked: Producer, checks: int) -> Checks:
    """Starts programs with checks; returns when the minute of their schedules has begun."""
    begun = datetime.now(UTC)
    minute = (begun + timedelta(seconds=75 + checks / MADE_A_SECOND)).replace(second=0, microsecond=0)
    local = minute.astimezone(ZoneInfo("Asia/Baghdad"))
    batch, made = uuid4().hex[:4], dict[str, Sequence[str]]()
    async with Api(stage.service.api) as api:
        for first in range(0, checks, IN_A_PROGRAM):
            names = [f"c{batch}_{number}" for number in range(first, min(first + IN_A_PROGRAM, checks))]
            plan = checked_plan(asked, *names, at=f"{local:%H:%M}", jitter="PT1M")
            body = {"document": plan, "members": first_people.members(stage.service.people.values())}
            receipt = await api.write(stage.service.people["officer"], "/programs", body)
            made[receipt["program"]] = names
    await _wait_scheduled(stage, made)
    there = datetime.now(UTC)
    took, left = (there - begun).total_seconds(), (minute - there).total_seconds()
    print(f"{checks} schedules were made in {took:.0f} s, {left:.0f} s before they are due", flush=True)
    await asyncio.sleep(max(0.0, left))
    return made


async def _run_checks(stage: Stage, made: Checks, year: int, *, killed: bool) -> None:
    """Lets all checks run, and returns when all are recorded or the timeout is over."""
    checks = sum(map(len, made.values()))
    if killed:
        temporal = await stage.service.temporal()
        for program, names in made.items():
            await asyncio.gather(*(temporal.get_schedule_handle(check_schedule(program, name)).trigger() for name in names))
        await _until(stage, made, year, checks // 3)
        stage.service.signal("worker", signal.SIGKILL)
    await _until(stage, made, year, checks)


async def _wait_scheduled(stage: Stage, made: Checks) -> None:
    """Waits until Temporal has all schedules."""
    temporal = await stage.service.temporal()
    missing = {check_schedule(program, name) for program, names in made.items() for name in names}
    async with asyncio.timeout(PATIENCE_SECONDS):
        while missing:
            missing -= {found.id async for found in await temporal.list_schedules()}
            await asyncio.sleep(0.5)


async def _until(stage: Stage, made: Checks, year: int, enough: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(await _rows(stage, made, year)) < enough and time.monotonic() < deadline:
        await asyncio.sleep(0.5)


async def _rows(stage: Stage, made: Checks, year: int) -> list[dict[str, Any]]:
    query = "SELECT indicator, recorded_at FROM evidence WHERE program_id = ANY(%s::uuid[]) AND period = %s"
    return await stage.service.rows(query, list(made), str(year))


async def _delays(stage: Stage, asked: Producer, made: Checks, year: int) -> tuple[list[float], int]:
    """Sorted seconds from the first response to each check until it was recorded; and the number of duplicates."""
    rows = await _rows(stage, made, year)
    counted = Counter(row["indicator"] for row in rows)
    late = sorted(row["recorded_at"].timestamp() - asked.answered[f"/{row['indicator']}"] for row in rows)
    return late, sum(number - 1 for number in counted.values())


@contextmanager
def _sample_memory(stage: Stage) -> Iterator[list[float]]:
    """Samples the memory of the worker each second, in megabytes."""
    megabytes: list[float] = []
    ends = threading.Event()

    def weigh() -> None:
        while not ends.wait(1):
            if size := pss(stage.service.children().get("worker", 0)):
                megabytes.append(size / 1024)

    thread = threading.Thread(target=weigh)
    thread.start()
    try:
        yield megabytes
    finally:
        ends.set()
        thread.join()
