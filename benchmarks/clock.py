"""Benchmark of clocks: processor time of Temporal and the worker for a start, a gate and a strike."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from benchmarks import lag, workload
from benchmarks.stage import Stage
from benchmarks.tables import show

GATES_EACH = 5
IDLE_SECONDS = 5


def measure_clock(stage: Stage, programs: int) -> None:
    """Measures each over a number of programs, from idle to idle."""
    lines = []
    ahead = 20 + programs * 0.05
    due = datetime.now(UTC) + timedelta(seconds=ahead)
    lines.append(
        ("a program's start", *_measure(stage, programs, lambda: asyncio.run(lag.start_dated(stage, [due] * programs))))
    )

    def wait() -> None:
        time.sleep(max((due - datetime.now(UTC)).total_seconds(), 0) + 1)

    lines.append(("a strike", *_measure(stage, programs, wait)))
    people = stage.service.people
    ids = asyncio.run(workload.programs(stage.service.api, people, programs))
    ladders = [list(workload.ladder(program, people))[: 3 * GATES_EACH] for program in ids]
    stage.load.hold("gates", stage.service.port, ladders, repeats=False)

    def open_gates() -> None:
        stage.load.run("gates", clients=4, seconds=120)  # until no act is left

    lines.append(("a gate", *_measure(stage, programs * GATES_EACH, open_gates)))
    head = ("of", "Temporal ms", "worker ms", "together ms", "seconds from rest to rest")
    show(f"Processor time of the clock, over {programs} programs", head, lines)


def _measure(stage: Stage, count: int, do: Callable[[], None]) -> tuple[float, float, float, float]:
    """Milliseconds of Temporal, of the worker and of both, less their idle usage; and the elapsed seconds."""
    stage.wait_idle()
    idle = _used(stage, lambda: time.sleep(IDLE_SECONDS))
    temporal, worker, lasted = _used(stage, do, stage.wait_idle)
    of_temporal, of_worker = (
        1000 * (used - idled / idle[2] * lasted) / count for used, idled in zip((temporal, worker), idle[:2], strict=True)
    )
    return of_temporal, of_worker, of_temporal + of_worker, lasted


def _used(stage: Stage, *steps: Callable[[], None]) -> tuple[float, float, float]:
    """Seconds of processor time of Temporal and the worker, and of elapsed time, during a block."""
    before, begun = stage.clock_processor(), time.monotonic()
    for step in steps:
        step()
    temporal, worker = (now - then for now, then in zip(stage.clock_processor(), before, strict=True))
    return temporal, worker, time.monotonic() - begun
