"""Benchmark of size: a program of 10,000 entries against one of 10, a list of 20,000 programs against one of 10."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

from benchmarks import workload
from benchmarks.copies import multiply
from benchmarks.stage import Stage
from benchmarks.tables import median, show, verdict
from cli.service import ServiceClient as Api

AT_ONCE = 500


def measure_long_program(stage: Stage, entries: int, rounds: int) -> None:
    """Acts and reads on both programs in turns."""
    people = stage.service.people
    short, long = asyncio.run(workload.programs(stage.service.api, people, 2))
    asyncio.run(fill(stage, long, entries))
    stage.load.hold(
        "read short",
        stage.service.port,
        [[workload.get(f"/api/v1/programs/{short}", people["officer"])]],
        repeats=True,
    )
    stage.load.hold(
        "read long", stage.service.port, [[workload.get(f"/api/v1/programs/{long}", people["officer"])]], repeats=True
    )
    found: dict[str, list[float]] = {"act short": [], "act long": [], "read short": [], "read long": []}
    for turn in range(rounds):
        # A new short program each time, since acts make it longer.
        (fresh,) = asyncio.run(workload.programs(stage.service.api, people, 1))
        for name, program in (("act short", fresh), ("act long", long)):
            stage.load.hold(name, stage.service.port, [list(workload.statements(program, people, 40, f"r{turn}-"))])
            found[name].append(stage.load.run(name, clients=1, seconds=5).percentile(0.5))
        for name in ("read short", "read long"):
            found[name].append(stage.load.run(name, clients=1, seconds=0.5, expect=200).percentile(0.5))
    kinds = ("act", "read")
    ratios = {
        kind: median(big / small for small, big in zip(found[f"{kind} short"], found[f"{kind} long"], strict=True))
        for kind in kinds
    }
    show(
        f"A program of {entries} entries against one of 10 to 50",
        ("", "short p50 ms", "long p50 ms", "ratio"),
        [(kind, median(found[f"{kind} short"]), median(found[f"{kind} long"]), ratios[kind]) for kind in kinds],
    )
    verdict(f"an act on a program of {entries} entries, times one on a short program", ratios["act"], most=1.2)


def measure_long_list(stage: Stage, programs: int, rounds: int) -> None:
    """The first page, and one filtered by plan, before and after the other programs exist.

    Most programs are copies of rows of the tables behind the list, made by SQL, without a ledger.
    """
    people = stage.service.people
    ids = asyncio.run(workload.programs(stage.service.api, people, 10))
    stage.wait_signalled()
    paths = {
        "a member's first page": (workload.get("/api/v1/programs?limit=10", people["officer"])),
        "an auditor's first page": (workload.get("/api/v1/programs?limit=10", people["auditor"])),
        "filtered by plan and open phase": workload.get(
            "/api/v1/programs?limit=10&plan=ladder&phase=step_1", people["officer"]
        ),
    }
    for name, request in paths.items():
        stage.load.hold(name, stage.service.port, [[request]], repeats=True)
    stage.load.hold("floor", stage.floor_port, [workload.floor_lane(1)], repeats=True)
    few = _measure_lists(stage, list(paths), rounds)
    multiply(stage, ids[0], programs)
    many = _measure_lists(stage, list(paths), rounds)
    lines = [(name, *few[name], *many[name], many[name][1] / few[name][1]) for name in paths]
    head = ("", "10: p50 ms", "in floors", f"{programs}: p50 ms", "in floors", "ratio")
    show("The list of programs (beside the floor in the same seconds)", head, lines)
    for name, *_, ratio in lines:
        verdict(f"the list at {programs} programs, times the list at 10: {name}", float(ratio), most=1.3)


def _measure_lists(stage: Stage, names: list[str], rounds: int) -> dict[str, tuple[float, float]]:
    """The median in milliseconds, and its ratio to the minimal write measured just before."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            floor = stage.load.run("floor", clients=1, seconds=0.4).percentile(0.5)
            mine = stage.load.run(name, clients=1, seconds=0.4, expect=200).percentile(0.5)
            found[name].append((mine, mine / floor))
    return {name: (median(m for m, _ in pairs), median(r for _, r in pairs)) for name, pairs in found.items()}


async def fill(stage: Stage, program: str, entries: int) -> None:
    async with Api(stage.service.api) as api:
        for start in range(0, entries, AT_ONCE):
            acts: list[dict[str, Any]] = [
                {
                    "key": str(uuid4()),
                    "deed": {
                        "kind": "record_evidence",
                        "evidence": f"e{start + n}",
                        "milestone": "done_1",
                        "shows": "report",
                        "text": workload.TEXT,
                    },
                }
                for n in range(min(AT_ONCE, entries - start))
            ]
            await api.send(stage.service.people["us-recorder"], f"/programs/{program}/acts", {"acts": acts})
