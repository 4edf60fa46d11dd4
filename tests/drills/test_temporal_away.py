"""Without Temporal acts are recorded, and when it is back its workflows come to know of them by themselves."""

from __future__ import annotations

import asyncio
import signal
import time

from temporalio.client import Client

from tests.whole.acting import Insisting
from tests.whole.running import NotInTime, Service
from workflows.messages import program_workflow
from workflows.visibility import STANDING


async def test_acts_are_answered_while_temporal_stands_still_and_told_afterwards(whole: Service) -> None:
    async with Insisting(whole) as client:
        program = await client.start()
        await told(whole, program)
        await asyncio.to_thread(whole.signal, "Temporal", signal.SIGSTOP)
        try:
            begun = time.monotonic()
            await client.act("us-representative", program, "/suspensions", {"reason": "The ministers are travelling."})
            assert time.monotonic() - begun < 5
            ready = await client.read("officer", "/health/ready")
            assert (ready["status"], ready["temporal"]) == ("ready", "unreachable")
            seen = await client.read("officer", f"/programs/{program}")
            assert seen["standing"] == "suspended"
            (row,) = await lag(whole, program)
            assert row["dispatched_seq"] < row["clock_seq"]
        finally:
            await asyncio.to_thread(whole.signal, "Temporal", signal.SIGCONT)
        await told(whole, program)
        await stands(await whole.temporal(), program, "suspended")


async def lag(whole: Service, program: str) -> list[dict[str, int]]:
    query = "SELECT p.clock_seq, d.dispatched_seq FROM program p JOIN dispatch d ON d.program_id = p.id WHERE p.id = %s::uuid"
    return await whole.rows(query, program)


async def told(whole: Service, program: str, seconds: float = 30) -> None:
    """Waits until the program's workflow has heard its newest entry that matters to it."""
    deadline = time.monotonic() + seconds
    while not [row for row in await lag(whole, program) if row["dispatched_seq"] >= row["clock_seq"]]:
        if time.monotonic() > deadline:
            raise NotInTime(f"the workflow of {program} was not told within {seconds} s")
        await asyncio.sleep(0.1)


async def stands(temporal: Client, program: str, standing: str, seconds: float = 30) -> None:
    """Waits until Temporal's search attributes say where the program stands."""
    handle = temporal.get_workflow_handle(program_workflow(program))
    deadline = time.monotonic() + seconds
    while (await handle.describe()).typed_search_attributes.get(STANDING) != standing:
        if time.monotonic() > deadline:
            raise NotInTime(f"Temporal does not say within {seconds} s that {program} is {standing}")
        await asyncio.sleep(0.1)
