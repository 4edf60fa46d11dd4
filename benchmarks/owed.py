"""Benchmark of queries on owed acts, across 1,000 and 20,000 programs."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import psycopg

from benchmarks import workload
from benchmarks.copies import LISTED, multiply
from benchmarks.stage import Stage
from benchmarks.tables import median, show, verdict

FEWER = 1_000
COPIED = {**LISTED, "owed": "program_id", "milestone": "program_id", "clock": "program_id"}

# One in ten has a date, and of these one in ten has missed it; the others owe the same without a date.
SPREAD = """
UPDATE owed SET due_at = dated.at, due = NULLIF(dated.at, 'infinity'), overdue_from = NULLIF(dated.at, 'infinity')
FROM (SELECT program_id, CASE
    WHEN n % 100 = 0 THEN now() - n * interval '1 minute'
    WHEN n % 10 = 0 THEN now() + n * interval '1 minute'
    ELSE 'infinity' END AS at
  FROM (SELECT program_id, row_number() OVER (ORDER BY program_id) AS n FROM owed GROUP BY program_id) AS numbered) AS dated
WHERE owed.program_id = dated.program_id
"""


def measure_owed(stage: Stage, programs: int, rounds: int) -> None:
    """Each query at both sizes, beside the minimal write in the same seconds."""
    people = stage.service.people
    (pattern,) = asyncio.run(workload.programs(stage.service.api, people, 1))
    stage.wait_signalled()
    now = datetime.now(UTC)
    month = "&".join(f"{name}={_written(now + timedelta(days=days))}" for name, days in (("from", 0), ("to", 31)))
    questions = {
        "what a party owes": ("owed?party=us", "officer"),
        "what the caller could do": ("owed", "us-recorder"),
        "what is overdue of a party": ("owed?party=us&overdue=true&limit=10", "officer"),
        "what a person could do": ("owed?person=us-representative", "officer"),
        "what everybody owes, for an auditor": ("owed?whose=everybody", "auditor"),
        "dates of a month": (f"dates?{month}", "officer"),
        "programs with something overdue": ("programs?overdue=true&limit=10", "officer"),
    }
    for name, (path, person) in questions.items():
        stage.load.hold(name, stage.service.port, [[workload.get(f"/api/v1/{path}", people[person])]], repeats=True)
    stage.load.hold("floor", stage.floor_port, [workload.floor_lane(1)], repeats=True)
    _fill(stage, pattern, FEWER - 1)
    few = _measure(stage, list(questions), rounds)
    _fill(stage, pattern, programs - FEWER)
    many = _measure(stage, list(questions), rounds)
    lines = [(name, *few[name], *many[name], many[name][1] / few[name][1]) for name in questions]
    head = ("", f"{FEWER}: p50 ms", "in floors", f"{programs}: p50 ms", "in floors", "ratio")
    show("Across programs, of which one in ten has something due", head, lines)
    verdict(f"what a party owes in {programs} programs, p50 ms", many["what a party owes"][0], most=15)
    for name, *_, ratio in lines[:3]:
        verdict(f"{name}, in {programs} programs, times in {FEWER}", float(ratio), most=1.3)


def _fill(stage: Stage, pattern: str, programs: int) -> None:
    multiply(stage, pattern, programs, COPIED)
    with psycopg.connect(stage.service.addresses["database_owner_url"], autocommit=True) as connection:
        connection.execute(SPREAD)
        connection.execute(
            "UPDATE program SET overdue_from = (SELECT min(overdue_from) FROM owed WHERE program_id = program.id)"
        )
        for table in COPIED:
            connection.execute(f"VACUUM ANALYZE {table}".encode())


def _measure(stage: Stage, names: list[str], rounds: int) -> dict[str, tuple[float, float]]:
    """The median in milliseconds, and its ratio to the minimal write measured just before."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            floor = stage.load.run("floor", clients=1, seconds=0.4).percentile(0.5)
            mine = stage.load.run(name, clients=1, seconds=0.4, expect=200).percentile(0.5)
            found[name].append((mine, mine / floor))
    return {name: (median(m for m, _ in pairs), median(r for _, r in pairs)) for name, pairs in found.items()}


def _written(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
