"""Benchmark of delays: how far Temporal is behind the record, and how late clocks take effect."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg

from benchmarks import workload
from benchmarks.stage import Outcome, Stage
from benchmarks.tables import median, show
from cli import first_people
from cli.service import ServiceClient as Api
from workflows.messages import program_workflow
from workflows.visibility import STANDING

DATED = """
accord: 1
plan: dated
title: One date
source: Made up for the benchmarks
time_zone: Asia/Baghdad
parties:
  us: {name: The first party}
  iraq: {name: The second party}
bodies:
  hmc: {name: The joint body, members: [us, iraq]}
phases:
  work:
    title: Work
    milestones:
      worked:
        title: Work is done
        party: us
        shown_by: {report: {kind: statement, what: what was done}}
        verified_by: [iraq]
        determined: {by: [hmc]}
        due: {within: PT1H, from: {date: DATE}, force: indicative}
"""


def measure_lag(stage: Stage, rates: list[int], seconds: float, programs: int) -> None:
    """Acts at a steady rate on many programs; another program is suspended and resumed, to measure when Temporal shows it."""
    people = stage.service.people
    lines = []
    for rate in rates:
        (probe, *ids) = asyncio.run(workload.programs(stage.service.api, people, programs + 1))
        stage.load.hold("steady", stage.service.port, [list(workload.ladder(program, people)) for program in ids])
        stage.wait_signalled()
        ends = threading.Event()
        samples: list[int] = []
        with ThreadPoolExecutor(2) as threads:
            watching = threads.submit(_watch, stage, samples, ends)
            load = threads.submit(_steady, stage, rate, seconds, ends)
            shown = asyncio.run(_visibility_delays(stage, probe, ends))
            reached = load.result().rate
            watching.result()
        caught_up = stage.wait_signalled()
        lines.append((rate, reached, median(samples), max(samples), median(shown), max(shown), caught_up))
    head = (
        "acts/s wanted",
        "reached",
        "programs untold: median",
        "most",
        "act to Temporal: median s",
        "most",
        "caught up after s",
    )
    show(f"Temporal behind the record: {programs} programs, {seconds:.0f} s, each third act opens a gate", head, lines)


def _steady(stage: Stage, rate: int, seconds: float, ends: threading.Event) -> Outcome:
    try:
        return stage.load.run("steady", clients=32, seconds=seconds, rate=rate)
    finally:
        ends.set()


def _watch(stage: Stage, samples: list[int], until: threading.Event) -> None:
    while not until.is_set():
        samples.append(stage.count_behind())
        time.sleep(0.5)


async def _visibility_delays(stage: Stage, program: str, until: threading.Event) -> list[float]:
    """Repeatedly, the seconds from the receipt of an act until Temporal's search attributes show it."""
    found: list[float] = []
    temporal = await stage.service.temporal()
    handle = temporal.get_workflow_handle(program_workflow(program))
    person = stage.service.people["hmc-authority"]
    async with Api(stage.service.api) as api:
        while not until.is_set() or not found:
            for path, standing in (("suspensions", "suspended"), ("resumptions", "running")):
                await api.write(
                    person, f"/programs/{program}/{path}", {"reason": "To see how long it takes."}, key=str(uuid4())
                )
                begun = time.monotonic()
                while (await handle.describe()).typed_search_attributes.get(STANDING) != standing:
                    await asyncio.sleep(0.01)
                found.append(time.monotonic() - begun)
            await asyncio.sleep(0.2)
    return found


def measure_strikes(stage: Stage, programs: int, ahead: float, spread: float) -> None:
    """Programs whose deadline is due at one instant, and others with deadlines spread evenly; without any act."""
    lines = []
    for title, width in (("at one instant", 0.0), (f"spread over {spread:.0f} s", spread)):
        first = datetime.now(UTC) + timedelta(seconds=ahead)
        dues = [first + timedelta(seconds=width * number / programs) for number in range(programs)]
        begun = time.monotonic()
        asyncio.run(start_dated(stage, dues))
        told = stage.wait_signalled()
        made = time.monotonic() - begun
        late = _lateness(stage, programs, first - timedelta(seconds=5), until=dues[-1] + timedelta(seconds=120))
        head_start = "" if made < ahead else " (some were due before they were told)"
        lines.append(
            (title + head_start, len(late), *(late[int(len(late) * s)] for s in (0.0, 0.5, 0.99)), late[-1], made - told)
        )
    head = ("due", "struck", "first s late", "median", "p99", "last", "made in s")
    show(f"A clock strikes: {programs} open programs, from the instant it is due to its entry in the ledger", head, lines)


async def start_dated(stage: Stage, dues: list[datetime]) -> None:
    members = first_people.members(stage.service.people.values())
    gate = asyncio.Semaphore(8)
    async with Api(stage.service.api) as api:

        async def one(due: datetime) -> None:
            document = DATED.replace("DATE", f"'{due - timedelta(hours=1):%Y-%m-%dT%H:%M:%S.%f}Z'")
            async with gate:
                await api.write(stage.service.people["officer"], "/programs", {"document": document, "members": members})

        await asyncio.gather(*(one(due) for due in dues))


def _lateness(stage: Stage, programs: int, since: datetime, until: datetime) -> list[float]:
    """Sorted seconds from due to recorded of every strike since an instant; waits until all have struck."""
    query = (
        "SELECT extract(epoch FROM e.recorded_at - m.due_revised)::float8 FROM ledger_entry e"
        " JOIN program p ON p.id = e.program_id AND p.plan = 'dated'"
        " JOIN milestone m ON m.program_id = p.id AND m.name = 'worked'"
        " WHERE e.kind = 'clock_struck' AND m.due_revised >= %s"
    )
    with psycopg.connect(stage.service.addresses["database_owner_url"], autocommit=True) as connection:
        while True:
            found = sorted(row[0] for row in connection.execute(query, [since]).fetchall())
            if len(found) >= programs or datetime.now(UTC) > until:
                return found or [float("nan")]
            time.sleep(0.5)
