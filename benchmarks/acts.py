"""Benchmark of acts: throughput and latency against a minimal write, interleaved in one run; and contention on one program."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks import workload
from benchmarks.stage import Lane, Outcome, Stage
from benchmarks.tables import median, show, verdict
from cli.demo import SHORT
from cli.service import ServiceClient as Api

HEAD = ("clients", "floor p50 ms", "p99", "/s", "acts p50 ms", "p99", "/s", "p50 ratio", "throughput ratio")


@dataclass(slots=True)
class Pairs:
    """Interleaved slices of the minimal write and of acts."""

    floor: list[Outcome] = field(default_factory=list)
    acts: list[Outcome] = field(default_factory=list)

    @property
    def latency(self) -> float:
        """The median ratio of neighbouring slices, so that noise of the machine affects both."""
        return median(a.percentile(0.5) / f.percentile(0.5) for f, a in zip(self.floor, self.acts, strict=True))

    @property
    def throughput(self) -> float:
        return median(a.rate / f.rate for f, a in zip(self.floor, self.acts, strict=True))

    def line(self, clients: int) -> list[object]:
        cells: list[object] = [clients]
        for slices in (self.floor, self.acts):
            cells += [median(one.percentile(share) for one in slices) for share in (0.5, 0.99)]
            cells.append(median(one.rate for one in slices))
        return [*cells, self.latency, self.throughput]


def against_floor(stage: Stage, clients: Sequence[int], rounds: int, seconds: float, programs: int) -> None:
    """Evidence, verification, determination and gate on many programs, while the worker is running."""
    _prepare_floor(stage)
    pairs = {number: Pairs() for number in clients}
    for _ in range(rounds):
        for number in clients:
            _load_ladders(stage, programs)
            stage.wait_idle()
            _measure(stage, pairs[number], number, seconds)
    _print_verdicts(f"Acts on {programs} programs: the whole service", pairs)
    stage.wait_idle()


def alone_against_floor(stage: Stage, clients: Sequence[int], rounds: int, seconds: float, programs: int) -> None:
    """The same with the worker stopped. This leaves minutes of backlog, so it is measured last."""
    _prepare_floor(stage)
    pairs = {number: Pairs() for number in clients}
    with stage.without_worker():
        for _ in range(rounds):
            for number in clients:
                _load_ladders(stage, programs)
                _measure(stage, pairs[number], number, seconds)
    _print_verdicts(f"Acts on {programs} programs: API and database alone (the worker stands still)", pairs)


def _measure(stage: Stage, pairs: Pairs, clients: int, seconds: float) -> None:
    pairs.floor.append(stage.load.run("floor", clients=clients, seconds=seconds))
    pairs.acts.append(stage.load.run("acts", clients=clients, seconds=seconds))


def _print_verdicts(title: str, of: dict[int, Pairs]) -> None:
    show(title, HEAD, [pairs.line(number) for number, pairs in of.items()])
    for number, pairs in of.items():
        verdict(f"p50 of an act with {number} clients, times the floor", pairs.latency, most=2)
        verdict(f"throughput of acts with {number} clients, as a share of the floor", pairs.throughput, least=0.5)


def family_against_floor(stage: Stage, clients: Sequence[int], rounds: int, children: int) -> None:
    """The ladder on children that report to one parent, and on as many programs without a parent."""
    _prepare_floor(stage)
    api, people = stage.service.api, stage.service.people
    alone, family = ({number: Pairs() for number in clients} for _ in range(2))
    for _ in range(rounds):
        for number in clients:
            (parent,) = asyncio.run(workload.programs(api, people, 1, workload.family(children)))
            below = asyncio.run(workload.opened(api, people, parent))
            for pairs, ids in ((alone, asyncio.run(workload.programs(api, people, children))), (family, below)):
                stage.load.hold("family", stage.service.port, [list(workload.ladder(program, people)) for program in ids])
                stage.wait_idle()
                pairs[number].floor.append(stage.load.run("floor", clients=number, seconds=1))
                pairs[number].acts.append(stage.load.run("family", clients=number, seconds=60))
    for title, pairs in ((f"Acts on {children} programs without a parent", alone), ("The same on children of one", family)):
        show(title, HEAD, [pair.line(number) for number, pair in pairs.items()])
    for number, pair in family.items():
        verdict(f"p50 of an act on a child with {number} clients, times the floor", pair.latency, most=2)
        verdict(f"throughput of acts on children with {number} clients, as a share of the floor", pair.throughput, least=0.5)
        ratio = median(c.percentile(0.5) / a.percentile(0.5) for c, a in zip(pair.acts, alone[number].acts, strict=True))
        verdict(f"p50 of an act on a child with {number} clients, times that of one without a parent", ratio, most=1.3)
    stage.wait_signalled()


def reset_against_floor(stage: Stage, clients: Sequence[int], programs: int) -> None:
    """The first two phases of the report's plan, with an unmeasured wait in which findings may be observed."""
    _prepare_floor(stage)
    lines = []
    for number in clients:
        ids = asyncio.run(
            workload.programs(stage.service.api, stage.service.people, programs, {"plan": "us-iraq-reset", "parameters": SHORT})
        )
        pairs, micros, lasted = Pairs(), list[int](), 0.0
        stage.wait_idle()
        pairs.floor.append(stage.load.run("floor", clients=number, seconds=2))
        for phase in ("announcement", "guarantees"):
            milestones = asyncio.run(_milestones(stage, ids[0], phase))
            for asked in (workload.reset, workload.verdicts):
                lanes = [list(asked(one, stage.service.people, milestones)) for one in ids]
                stage.wait_signalled()
                time.sleep(1.2)
                stage.load.hold("reset", stage.service.port, lanes)
                done = stage.load.run("reset", clients=number, seconds=60)
                micros, lasted = micros + done.micros, lasted + done.lasted
        pairs.acts.append(Outcome(micros, lasted, 0, 0))
        lines.append(pairs.line(number))
    show(f"The same on {programs} programs of us-iraq-reset, announcement to stability", HEAD, lines)


def measure_hot_program(stage: Stage, clients: Sequence[int], rounds: int, seconds: float) -> None:
    """Many clients on one program, whose waiting acts share transactions (group commit)."""
    _prepare_floor(stage)
    people = stage.service.people
    pairs = {number: Pairs() for number in clients}
    for turn in range(rounds):
        for number in clients:
            (program,) = asyncio.run(workload.programs(stage.service.api, people, 1))
            lanes = [list(workload.statements(program, people, 400, f"t{turn}c{n}-")) for n in range(number)]
            stage.load.hold("hot", stage.service.port, lanes)
            stage.wait_idle()
            pairs[number].floor.append(stage.load.run("floor", clients=number, seconds=seconds))
            pairs[number].acts.append(stage.load.run("hot", clients=number, seconds=seconds))
    show("One program for all clients (evidence)", HEAD, [pair.line(number) for number, pair in pairs.items()])


def _prepare_floor(stage: Stage) -> None:
    stage.load.hold("floor", stage.floor_port, [workload.floor_lane(1) for _ in range(200)], repeats=True)
    stage.load.run("floor", clients=16, seconds=0.5)


def _load_ladders(stage: Stage, programs: int) -> None:
    """Loads lanes at three offsets, so that at any time every third act opens a gate."""
    people = stage.service.people
    ids = asyncio.run(workload.programs(stage.service.api, people, programs))
    lanes: list[Lane] = [list(workload.ladder(program, people)) for program in ids]
    stage.load.hold("begun", stage.service.port, [lane[: n % 3] for n, lane in enumerate(lanes)])
    stage.load.run("begun", clients=16, seconds=60)
    stage.load.hold("acts", stage.service.port, [lane[n % 3 :] for n, lane in enumerate(lanes)])


async def _milestones(stage: Stage, program: str, phase: str) -> list[dict[str, Any]]:
    async with Api(stage.service.api) as api:
        found: list[dict[str, Any]] = await api.read(
            stage.service.people["officer"], f"/programs/{program}/milestones", phase=phase
        )
        return found


Part = Callable[[Stage], None]
