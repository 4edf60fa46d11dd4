"""Checks that are due together: how soon what a producer answers is recorded, what the worker weighs, what a kill costs."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from benchmarks.memory import pss
from benchmarks.stage import Stage
from benchmarks.tables import show, verdict
from cli import cast
from cli.service import Service as Api
from tests.whole.producer import Producer, checked_plan, producer
from workflows.messages import check_schedule

IN_A_PROGRAM = 50
PATIENCE_SECONDS = 100.0
BAR_SECONDS = 60.0


def due(stage: Stage, checks: int) -> None:
    """So many checks whose schedules fall due within one minute; then as many at one instant, and the worker killed."""
    lines = []
    with producer() as asked:
        for title, by_schedule in (("by schedule, within a minute", True), ("at one instant, worker killed", False)):
            with _weighing(stage) as megabytes:
                names = asyncio.run(_due(stage, asked, checks, by_schedule=by_schedule))
            late, twice = asyncio.run(_recorded(stage, asked, names))
            late = late or [float("nan")]
            tried = sum(asked.asked[f"/{name}"] for name in names)
            lines.append(
                (
                    title,
                    len(names),
                    tried,
                    len(names) - len(late),
                    twice,
                    late[len(late) // 2],
                    late[-1],
                    megabytes[0],
                    max(megabytes),
                    megabytes[-1],
                )
            )
            verdict(f"{title}: all recorded, seconds after the producer's last answer to each", late[-1], most=BAR_SECONDS)
            verdict(f"{title}: figures lost or twice", len(names) - len(late) + twice, most=0)
    head = ("due", "checks", "answers", "lost", "twice", "median s", "last s", "worker MB at first", "most", "at the end")
    show(f"Checks: from the producer's answer to the ledger, {IN_A_PROGRAM} checks a program", head, lines)


async def _due(stage: Stage, asked: Producer, checks: int, *, by_schedule: bool) -> list[str]:
    """Programs with checks, and their runs; ends when all are recorded, or the patience is over."""
    at = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(seconds=60 + checks // 10)
    minute = at.replace(second=0) + timedelta(minutes=1) if by_schedule else at - timedelta(hours=2)
    batch = uuid4().hex[:4]
    programs: dict[str, list[str]] = {}
    async with Api(stage.service.api) as api:
        for first in range(0, checks, IN_A_PROGRAM):
            names = [f"c{batch}_{number}" for number in range(first, min(first + IN_A_PROGRAM, checks))]
            local = minute.astimezone(ZoneInfo("Asia/Baghdad"))
            plan = checked_plan(asked, *names, at=f"{local:%H:%M}", jitter="PT1M" if by_schedule else "PT0S")
            body = {"document": plan, "members": cast.members(stage.service.people.values())}
            receipt = await api.write(stage.service.people["officer"], "/programs", body)
            programs[receipt["program"]] = names
    wanted = [name for names in programs.values() for name in names]
    await _scheduled(stage, programs)
    if by_schedule:
        print(f"{checks} schedules were made {(minute - datetime.now(UTC)).total_seconds():.0f} s before they are due")
        await asyncio.sleep(max(0.0, (minute - datetime.now(UTC)).total_seconds()))
        await _until(stage, wanted, len(wanted), 60 + PATIENCE_SECONDS)
        return wanted
    temporal = await stage.service.temporal()
    for program, names in programs.items():
        await asyncio.gather(*(temporal.get_schedule_handle(check_schedule(program, name)).trigger() for name in names))
    await _until(stage, wanted, checks // 3, PATIENCE_SECONDS)
    stage.service.signal("worker", signal.SIGKILL)
    await _until(stage, wanted, len(wanted), PATIENCE_SECONDS)
    return wanted


async def _scheduled(stage: Stage, programs: dict[str, list[str]]) -> None:
    """Waits until Temporal has all schedules."""
    temporal = await stage.service.temporal()
    missing = {check_schedule(program, name) for program, names in programs.items() for name in names}
    async with asyncio.timeout(PATIENCE_SECONDS):
        while missing:
            missing -= {found.id async for found in await temporal.list_schedules()}
            await asyncio.sleep(0.5)


async def _until(stage: Stage, names: list[str], enough: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while len(await _rows(stage, names)) < enough and time.monotonic() < deadline:
        await asyncio.sleep(0.5)


async def _rows(stage: Stage, names: list[str]) -> list[dict[str, Any]]:
    query = "SELECT indicator, recorded_at FROM evidence WHERE indicator = ANY(%s)"
    return await stage.service.rows(query, names)


async def _recorded(stage: Stage, asked: Producer, names: list[str]) -> tuple[list[float], int]:
    """Seconds from the last answer to each check until it was recorded, in order; and how many stand there twice."""
    rows = await _rows(stage, names)
    counted = Counter(row["indicator"] for row in rows)
    late = sorted(row["recorded_at"].timestamp() - asked.answered[f"/{row['indicator']}"] for row in rows)
    return late, sum(number - 1 for number in counted.values())


@contextmanager
def _weighing(stage: Stage) -> Iterator[list[float]]:
    """Megabytes of the worker, each second."""
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
