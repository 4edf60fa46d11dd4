"""`python -m benchmarks.crash`: kills processes at random while clients act, and counts lost and duplicate acts.

A client without a response sends the act again with its idempotency key. Lost is an act with a receipt that the ledger does not
hold; doubled is one that it holds more than once.
"""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated
from uuid import uuid4

import typer

from benchmarks.tables import median, show
from tests.whole.acting import Acknowledged, Insisting, evidence
from tests.whole.running import MARKS, Service, service

ENOUGH = 200
"""The least number of acknowledged acts between two kills; a round with fewer is reported and repeated."""

LONGEST_ROUND = 15.0
"""The time for these acts in seconds, once everything is up."""

PATIENCE_SECONDS = 300.0
"""Longer than a test's: the restart delay doubles, up to half a minute."""


def main(
    rounds: Annotated[int, typer.Option(help="How often something is killed.")] = 20,
    clients: Annotated[int, typer.Option(help="People who act at the same time.")] = 16,
    seed: Annotated[int, typer.Option(help="Of the order of kills and of the waits between them.")] = 1,
) -> None:
    """Kills API, worker, Temporal and PostgreSQL at random; rounds, acknowledged, lost and doubled on stdout."""
    with TemporaryDirectory(prefix="accord-crash-") as folder:
        Path(folder).chmod(0o711)  # as root, the database server runs as another user
        with service(Path(folder) / "home") as running:
            asyncio.run(_crash(running, rounds, clients, random.Random(seed)))  # noqa: S311  reproducible


async def _crash(running: Service, rounds: int, clients: int, chance: random.Random) -> None:
    begun = time.monotonic()
    ends = asyncio.Event()
    async with Insisting(running) as client:
        programs = [await client.start() for _ in range(clients)]
    acknowledged: list[Acknowledged] = []
    acting = [asyncio.create_task(_act(running, programs, number, acknowledged, ends)) for number in range(clients)]
    killed: Counter[str] = Counter()
    rates: list[float] = []
    idle = 0
    while len(rates) < rounds and idle <= rounds:
        rate = await _between(acknowledged, chance.uniform(0.2, 2))
        if rate is None:
            idle += 1
        else:
            rates.append(rate)
        victim = chance.choice(list(MARKS))
        pid = await asyncio.to_thread(running.signal, victim, signal.SIGKILL)
        killed[victim] += 1
        await asyncio.to_thread(running.await_back, victim, instead_of=pid)
    ends.set()
    await asyncio.gather(*acting)
    rows = await running.rows("SELECT program_id, act_id FROM ledger_entry WHERE kind = 'evidence_recorded'")
    kept = Counter((str(row["program_id"]), row["act_id"]) for row in rows)
    receipts = {(one.program, one.key) for one in acknowledged}
    faults = await running.faults(programs)
    print(
        f"Rounds with fewer than {ENOUGH} acts, which do not count: {idle}. Acts a second between kills: {median(rates):.0f}."
    )
    head = ("rounds", "killed", "acknowledged", "sent again", "lost", "doubled", "without receipt", "chain faults", "seconds")
    line = (
        len(rates),
        ", ".join(f"{name} {number}" for name, number in sorted(killed.items())),
        len(receipts),
        sum(one.attempts > 1 for one in acknowledged),
        len(receipts - kept.keys()),
        sum(number > 1 for number in kept.values()),
        len(kept.keys() - receipts),
        len(faults),
        time.monotonic() - begun,
    )
    show("kill -9 at random", head, [line])
    assert not receipts - kept.keys()
    assert max(kept.values()) == 1
    assert not faults, faults


async def _between(acknowledged: list[Acknowledged], seconds: float) -> float | None:
    """Acts a second until the next kill; None where they were too few."""
    before, begun = len(acknowledged), time.monotonic()
    while time.monotonic() - begun < seconds or len(acknowledged) - before < ENOUGH:
        if time.monotonic() - begun > LONGEST_ROUND:
            return None
        await asyncio.sleep(0.02)
    return (len(acknowledged) - before) / (time.monotonic() - begun)


async def _act(
    running: Service, programs: list[str], number: int, acknowledged: list[Acknowledged], ends: asyncio.Event
) -> None:
    async with Insisting(running, PATIENCE_SECONDS) as client:
        while not ends.is_set():
            program = programs[(number + len(acknowledged)) % len(programs)]
            acknowledged.append(await client.act("us-recorder", program, "/evidence", evidence(f"c{number}-{uuid4()}")))


if __name__ == "__main__":
    typer.run(main)
