"""Benchmark of bursts: many programs started at once beside acts, and how fast the relay signals waiting workflows."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from benchmarks import workload
from benchmarks.stage import Outcome, Stage
from benchmarks.tables import median, show

CLIENTS = 4


def measure_starts(stage: Stage, programs: int, rounds: int, seconds: float) -> None:
    """Acts on idle programs; beside a number of starts; and on new programs as soon as they exist."""
    people = stage.service.people
    lines = []
    for number in range(rounds):
        old = asyncio.run(workload.programs(stage.service.api, people, programs))
        stage.load.hold(f"calm {number}", stage.service.port, [list(workload.ladder(one, people)) for one in old])
        stage.wait_idle()
        calm = stage.load.run(f"calm {number}", clients=CLIENTS, seconds=seconds)
        with ThreadPoolExecutor(1) as threads:
            starting = threads.submit(lambda: asyncio.run(workload.programs(stage.service.api, people, programs)))
            beside: list[Outcome] = []
            while not starting.done():
                beside.append(stage.load.run(f"calm {number}", clients=CLIENTS, seconds=0.5))
            fresh = starting.result()
        stage.load.hold(f"fresh {number}", stage.service.port, [list(workload.ladder(one, people)) for one in fresh])
        after = stage.load.run(f"fresh {number}", clients=CLIENTS, seconds=seconds)
        busy = median([one.percentile(0.5) for one in beside])
        lines.append((calm.percentile(0.5), busy, busy / calm.percentile(0.5), after.percentile(0.5), stage.wait_signalled()))
    columns = list(zip(*lines, strict=True))
    head = ("acts at rest: p50 ms", "beside starts", "ratio", "on the fresh ones at once", "told after s")
    show(f"{programs} programs started at once, no rest between", head, [tuple(median(list(column)) for column in columns)])


def measure_drain(stage: Stage, programs: int) -> None:
    """Every program has a pending signal while the worker is stopped; then the worker continues."""
    people = stage.service.people
    ids = asyncio.run(workload.programs(stage.service.api, people, programs))
    stage.load.hold("gates", stage.service.port, [list(workload.ladder(one, people))[:3] for one in ids])
    stage.wait_idle()
    with stage.without_worker():
        stage.load.run("gates", clients=16, seconds=120)
        waiting = stage.count_behind()
    lasted = stage.wait_signalled()
    lines = [(waiting, lasted, waiting / lasted if lasted else 0.0)]
    show(f"The relay after a stop: {programs} programs changed meanwhile", ("waited", "told after s", "a second"), lines)
