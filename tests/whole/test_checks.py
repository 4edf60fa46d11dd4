"""Checks of a running service: by their schedule, on request, paused, and through a kill."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from temporalio.client import Client, ScheduleOverlapPolicy

from cli import first_people
from tests.whole.acting import Insisting
from tests.whole.producer import ANSWER, Producer, checked_plan, producer
from tests.whole.running import PATIENCE_SECONDS, NotInTime, Service
from workflows.messages import check_schedule
from workflows.schedules import CATCH_UP

REASON = {"reason": "The Observatory asks us to wait."}


@pytest.fixture
def observatory() -> Iterator[Producer]:
    with producer() as made:
        yield made


async def test_a_check_runs_on_request_records_what_is_new_once_and_is_paused(whole: Service, observatory: Producer) -> None:
    async with Insisting(whole) as client:
        program = await started(client, whole, observatory)
        smoke = await until(client, program, lambda check: check["next_run"] is not None)
        assert (smoke["health"], smoke["last_run"]) == ("never_run", None)

        await run_now(whole, program)
        smoke = await until(client, program, lambda check: check["health"] == "ok")
        (entry,) = await measurements(client, program)
        origin = entry["fact"]["origin"]
        assert (entry["fact"]["value"], entry["actor"]["person"]) == ("89.5", "checks")
        kept = await client.read("officer", f"/programs/{program}/documents/{origin['fetched'][0]['sha256']}")
        assert kept == ANSWER

        first_end = smoke["last_run"]["finished_at"]
        await run_now(whole, program)
        await until(client, program, lambda check: check["last_run"]["finished_at"] > first_end)
        assert observatory.asked["/smoke"] == 2
        assert await measurements(client, program) == [entry]

        assert recomputed(whole, program, entry) == (0, "It is the same.")
        assert listed(whole, program).split()[:2] == ["smoke", "ok"]

        await client.act("officer", program, "/checks/smoke/pause", REASON)
        temporal = await whole.temporal()
        await schedule_is(temporal, program, paused=True)
        await client.act("officer", program, "/checks/smoke/resume", REASON)
        await schedule_is(temporal, program, paused=False)


async def test_a_producer_that_denies_is_asked_once_and_the_ledger_says_so(whole: Service, observatory: Producer) -> None:
    observatory.status = 403
    async with Insisting(whole) as client:
        program = await started(client, whole, observatory)
        await until(client, program, lambda check: check["next_run"] is not None)
        await run_now(whole, program)
        smoke = await until(client, program, lambda check: check["health"] == "failing")
        assert observatory.asked["/smoke"] == 1
        assert smoke["last_report"]["outcome"] == "refused"
        assert await measurements(client, program) == []


async def test_a_run_survives_a_kill_of_the_worker_while_the_producer_thinks(whole: Service, observatory: Producer) -> None:
    """Meanwhile it tells how far it is. Another worker begins the fetch anew; the figure is recorded once."""
    async with Insisting(whole) as client:
        program = await started(client, whole, observatory)
        await until(client, program, lambda check: check["next_run"] is not None)
        observatory.answers.clear()
        await run_now(whole, program)
        await until(client, program, lambda check: check["progress"] == "asks")
        assert observatory.asked["/smoke"] == 1
        await asyncio.to_thread(whole.signal, "worker", signal.SIGKILL)
        observatory.answers.set()
        await until(client, program, lambda check: check["health"] == "ok")
        assert len(await measurements(client, program)) == 1
        assert await whole.faults([program]) == []


async def test_a_figure_whose_bytes_are_gone_or_damaged_is_not_said_to_be_the_same(
    whole: Service, observatory: Producer
) -> None:
    async with Insisting(whole) as client:
        program = await started(client, whole, observatory)
        await until(client, program, lambda check: check["next_run"] is not None)
        await run_now(whole, program)
        await until(client, program, lambda check: check["health"] == "ok")
        (entry,) = await measurements(client, program)
    kept = entry["fact"]["origin"]["fetched"][0]["sha256"]
    stored = Path(whole.addresses["documents"]) / kept[:2] / kept
    bytes_of_it = stored.read_bytes()
    try:
        stored.write_bytes(bytes_of_it.replace(b"89.5", b"79.5"))
        code, said = recomputed(whole, program, entry)
        assert (code, "other bytes than were filed" in said) == (2, True)
        stored.unlink()
        code, said = recomputed(whole, program, entry)
        assert (code, f"no document {kept}" in said) == (2, True)
    finally:
        stored.write_bytes(bytes_of_it)  # other programs of this service have the same answer
    code, said = recomputed(whole, program, {"fact": {"measurement": "smok"}})
    assert (code, "did you mean" in said) == (2, True)


def accord(whole: Service, *command: str) -> tuple[int, str]:
    """A command beside the service: its exit code, and the last line that it says."""
    called = [sys.executable, "-P", "-m", "cli.entry_point", *command, "--home", str(whole.home)]
    answer = subprocess.run(called, capture_output=True, text=True, check=False)
    return answer.returncode, (answer.stdout + answer.stderr).strip().splitlines()[-1]


def recomputed(whole: Service, program: str, entry: dict[str, Any]) -> tuple[int, str]:
    return accord(whole, "check", "recompute", program, entry["fact"]["measurement"])


def listed(whole: Service, program: str) -> str:
    return accord(whole, "check", "list", program)[1]


async def started(client: Insisting, whole: Service, observatory: Producer) -> str:
    """A program with one check."""
    body = {"document": checked_plan(observatory, "smoke"), "members": first_people.members(whole.people.values())}
    return await client.start_with(body, str(uuid4()))


async def run_now(whole: Service, program: str) -> None:
    token = whole.people["officer"].token
    address = f"{whole.api}/api/v1/programs/{program}/checks/smoke/run"
    async with httpx2.AsyncClient(trust_env=False, timeout=20) as client:
        answer = await client.post(address, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 202, answer.text


async def until(client: Insisting, program: str, holds: Any) -> dict[str, Any]:
    """The check, as soon as something holds of it."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while asyncio.get_running_loop().time() < deadline:
        check: dict[str, Any] = await client.until_read("officer", f"/programs/{program}/checks/smoke")
        if holds(check):
            return check
        await asyncio.sleep(0.1)
    raise NotInTime(f"the check stands otherwise: {check}")


async def measurements(client: Insisting, program: str) -> list[dict[str, Any]]:
    page = await client.until_read("officer", f"/programs/{program}/ledger?kind=measurement_recorded")
    entries: list[dict[str, Any]] = page["entries"]
    return entries


async def schedule_is(temporal: Client, program: str, *, paused: bool) -> None:
    """Waits until Temporal's schedule stands as the ledger says."""
    handle = temporal.get_schedule_handle(check_schedule(program, "smoke"))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (found := await handle.describe()).schedule.state.paused is not paused:
            await asyncio.sleep(0.1)
    assert found.schedule.policy.overlap is ScheduleOverlapPolicy.SKIP
    assert found.schedule.policy.catchup_window == CATCH_UP
