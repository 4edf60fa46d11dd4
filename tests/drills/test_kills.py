"""What a kill -9 in the middle of acts costs: time, and nothing else."""

from __future__ import annotations

import asyncio
import signal

import pytest

from tests.whole.acting import Acknowledged, Insisting, assert_each_is_kept_once, many_acts
from tests.whole.running import Service

CLIENTS, EACH = 8, 32


@pytest.mark.parametrize("victim", ["API", "worker", "Temporal", "PostgreSQL"])
async def test_every_acknowledged_act_is_kept_once_and_clocks_strike(whole: Service, victim: str) -> None:
    """256 acts of 8 clients, a part killed among them; a deadline that is due while it is away is struck afterwards."""
    async with Insisting(whole) as client:
        programs = [await client.start() for _ in range(5)]
        acting = asyncio.create_task(many_acts(whole, programs, clients=CLIENTS, each=EACH))
        await asyncio.sleep(0.4)
        due_meanwhile = await client.start(soon="PT1S")
        killed = await asyncio.to_thread(whole.signal, victim, signal.SIGKILL)
        acknowledged: list[Acknowledged] = await acting
        await asyncio.to_thread(whole.await_back, victim, instead_of=killed)
        assert len(acknowledged) == CLIENTS * EACH
        await assert_each_is_kept_once(whole, acknowledged)
        await struck(client, due_meanwhile, "deadline.worked")


async def struck(client: Insisting, program: str, clock: str, seconds: float = 45) -> None:
    """Waits until a clock has struck; nobody acts on the program meanwhile."""
    deadline = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < deadline:
        page = await client.until_read("officer", f"/programs/{program}/ledger?kind=clock_struck")
        if [entry["fact"]["clock"] for entry in page["entries"]] == [clock]:
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"{clock} of {program} has not struck within {seconds} s")
