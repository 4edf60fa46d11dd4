"""A load test of a running service records what it says, and ends what it began."""

from __future__ import annotations

import asyncio
import subprocess
import sys

from tests.whole.running import Service


async def test_acts_are_recorded_and_counted(whole: Service) -> None:
    sizes = ["--acts=20", "--clients=2", "--programs=2"]
    command = [sys.executable, "-P", "-m", "cli.entry_point", "load-test", "--home", str(whole.home), *sizes]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("20 acts in ")
    rows = await whole.rows(
        "SELECT p.standing, (SELECT count(*) FROM evidence e WHERE e.program_id = p.id) AS acts"
        " FROM program p WHERE p.title = %s ORDER BY p.id",
        "Load test",
    )
    assert [row["standing"] for row in rows] == ["terminated", "terminated"]
    assert sum(row["acts"] for row in rows) == 20
