"""Benchmark of open programs: their memory and storage in Temporal, each with a phase and a timer of a month."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from benchmarks.memory import pss
from benchmarks.stage import Stage
from benchmarks.tables import show
from workflows.client import TASK_QUEUE
from workflows.messages import ClockState, PhaseState, ProgramChange, ProgramInput, ProgramState, program_workflow
from workflows.program import ProgramWorkflow
from workflows.visibility import search_attributes

AT_ONCE = 40


def measure_open_programs(stage: Stage, programs: int) -> None:
    """Measures workflows only; the record of as many programs is measured elsewhere."""
    before, begun = _weight(stage), time.monotonic()
    asyncio.run(_start(stage, programs))
    started = time.monotonic() - begun
    stage.wait_idle(300)
    after = _weight(stage)
    head = ("", "memory of Temporal MB", "of the worker MB", "files of Temporal MB")
    show(f"{programs} open programs, started in {started:.0f} s", head, [("before", *before), ("with them", *after)])


async def _start(stage: Stage, programs: int) -> None:
    temporal, gate = await stage.service.temporal(), asyncio.Semaphore(AT_ONCE)
    due = datetime.now(UTC) + timedelta(days=30)

    async def one() -> None:
        state = ProgramState(
            program=str(uuid4()),
            title="A program of the benchmarks",
            plan="open",
            standing="running",
            seq=5,
            head="0123456789abcdef",
            epoch=1,
            next_due=due,
            waiting_for=["us", "iraq"],
            phases=[PhaseState(name="work", title="Work", status="open", clocks=[_clock(due)])],
        )
        async with gate:
            await temporal.start_workflow(
                ProgramWorkflow.run,
                ProgramInput(change=ProgramChange(state=state)),
                id=program_workflow(state.program),
                task_queue=TASK_QUEUE,
                search_attributes=search_attributes(state),
                static_summary=state.title,
            )

    await asyncio.gather(*(one() for _ in range(programs)))


def _clock(due: datetime) -> ClockState:
    return ClockState(name="deadline.worked", kind="deadline", due_at=due, note="Work is done: due")


def _weight(stage: Stage) -> tuple[float, float, float]:
    children = stage.service.children()
    files = sum(path.stat().st_size for path in (stage.service.home / "temporal").iterdir())
    return pss(children["Temporal"]) / 1024, pss(children["worker"]) / 1024, files / 2**20
