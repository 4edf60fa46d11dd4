"""A kill -9 while one program opens another, or holds it back, is made good by the next look."""

from __future__ import annotations

import asyncio
import signal
from typing import Any
from uuid import uuid4

import pytest

from cli import first_people
from tests.whole.acting import PLAN, Insisting
from tests.whole.running import Service

PARENT = """
accord: 1
plan: above
title: A plan that opens the short one at once
source: Written for tests
time_zone: Asia/Baghdad
parties:
  us: {name: The first}
  iraq: {name: The second}
bodies:
  hmc: {name: The joint body, members: [us, iraq]}
programs:
  below: {title: Below, plan: short, opened_in: work, when_suspended: freeze}
phases:
  work: {title: Work}
"""


@pytest.mark.parametrize("victim", ["worker", "Temporal", "PostgreSQL"])
async def test_a_child_is_opened_heard_and_held_back_whatever_dies(whole: Service, victim: str) -> None:
    async with Insisting(whole) as client:
        program = await started(client, whole)
        await killed(whole, victim)
        await comes_to(client, program, "running")
        await client.act("us-representative", program, "/suspensions", {"reason": "The ministers are travelling."})
        await killed(whole, victim)
        child = await comes_to(client, program, "frozen")
        ledger = await client.until_read("officer", f"/programs/{child}/ledger")
        kinds = [entry["fact"]["kind"] for entry in ledger["entries"]]
        assert (kinds.count("program_started"), kinds.count("program_frozen"), kinds.count("attempt_refused")) == (1, 1, 0)
        assert await whole.faults([program, child]) == []


async def started(client: Insisting, whole: Service) -> str:
    body = {
        "document": PARENT,
        "members": first_people.members(whole.people.values()),
        "programs": {"below": {"document": PLAN, "parameters": {"soon": "P30D"}}},
    }
    return await client.start_with(body, str(uuid4()))


async def killed(whole: Service, victim: str) -> None:
    number = await asyncio.to_thread(whole.signal, victim, signal.SIGKILL)
    await asyncio.to_thread(whole.await_back, victim, instead_of=number)


async def comes_to(client: Insisting, program: str, standing: str, seconds: float = 60) -> str:
    """Waits until the child stands like this, and its parent's ledger knows it; the child's id."""
    async with asyncio.timeout(seconds):
        while True:
            seen: dict[str, Any] = await client.until_read("officer", f"/programs/{program}")
            (child,) = seen["programs"]
            if child["standing"] == standing:
                return str(child["id"])
            await asyncio.sleep(0.2)
