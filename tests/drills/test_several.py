"""More than one of each: two APIs and two workers on one record, and one of each killed; several processes on one port."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from api.server import CANNOT_START
from cli.first_people import issue_cast
from cli.postgres import Postgres
from cli.temporal import Temporal, free_port
from tests.api.two_databases import Address, Cluster, caught_up, two_clusters
from tests.drills.test_kills import struck
from tests.whole.acting import Insisting, assert_each_is_kept_once, many_acts
from tests.whole.parts import Parts, alive, children_of, one_address, parts
from tests.whole.running import Service
from workflows.client import TemporalSettings
from workflows.namespace import prepare

CLIENTS, EACH = 8, 20
SWITCHED_SECONDS = 15.0
"""Within which relay and clocks go on after a failover; the relay pauses for ten at most."""


@pytest.fixture(scope="module")
def temporal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Temporal."""
    with Temporal(tmp_path_factory.mktemp("temporal"), free_port()) as running:
        yield running.address


@pytest.fixture
async def namespace(temporal: str) -> TemporalSettings:
    """A namespace of this test alone: its workers would be asked for programs of others."""
    settings = TemporalSettings.of(temporal, f"accord-{uuid4().hex[:8]}")
    await prepare(settings)
    return settings


async def test_one_of_two_is_killed_and_nothing_is_lost_or_doubled(
    url: str, namespace: TemporalSettings, tmp_path: Path
) -> None:
    """160 acts through one address before two APIs; an API and a worker die among them, and a clock is due just then."""
    with parts(tmp_path, url, namespace, await issue_cast(url)) as these:
        apis, workers = [these.start_api() for _ in range(2)], [these.start_worker() for _ in range(2)]
        for part in (*apis, *workers):
            await asyncio.to_thread(part.await_up)
        async with one_address([part.port for part in apis]) as address:
            these.api = address
            async with Insisting(these) as client:
                programs = [await client.start() for _ in range(5)]
                acting = asyncio.create_task(many_acts(these, programs, clients=CLIENTS, each=EACH))
                await asyncio.sleep(0.3)
                due_meanwhile = await client.start(soon="PT1S")
                apis[0].kill()
                workers[0].kill()
                acknowledged = await acting
                assert len(acknowledged) == CLIENTS * EACH
                await assert_each_is_kept_once(these, acknowledged)
                await struck(client, due_meanwhile, "deadline.worked")


async def test_relay_and_clocks_go_on_after_a_failover(
    server: Postgres, template: str, namespace: TemporalSettings, tmp_path: Path
) -> None:
    """A clock that is due while nobody can write strikes once after the switch, and a program that is started then is told."""
    with two_clusters(server) as (old, new, address):
        async with address.open():
            with parts(tmp_path, address.url, namespace, await issue_cast(address.url)) as these:
                await _through_a_failover(these, old, new, address)


async def _through_a_failover(these: Parts, old: Cluster, new: Cluster, address: Address) -> None:
    api, worker = these.start_api(), these.start_worker()
    for part in (api, worker):
        await asyncio.to_thread(part.await_up)
    these.api = f"http://127.0.0.1:{api.port}"
    async with Insisting(these) as client:
        due = await client.start(soon="PT2S")
        await asyncio.to_thread(caught_up, old, new)
        address.leads_to = new.sockets
        await asyncio.to_thread(old.stop)
        await asyncio.sleep(2)  # the clock is due, and its database can be read alone
        await asyncio.to_thread(new.promote)
        loop = asyncio.get_running_loop()
        switched = loop.time()
        fresh = await client.start()
        assert loop.time() - switched < 5
        await struck(client, due, "deadline.worked", SWITCHED_SECONDS)
        while not await these.rows("SELECT 1 FROM dispatch WHERE program_id = %s AND dispatched_seq > 0", fresh):
            assert loop.time() - switched < SWITCHED_SECONDS, worker.said
            await asyncio.sleep(0.2)
        assert await these.faults([due, fresh]) == []
        told = await client.until_read("officer", f"/programs/{due}/ledger?kind=program_started")
        assert len(told["entries"]) == 1


async def test_several_processes_serve_one_port(url: str, tmp_path: Path) -> None:
    """What one of them knows in memory the others may not: acts of all stand in one ledger, and a token that was revoked
    is gone everywhere in two seconds. One that is killed is started again, and none outlives the first.
    """
    people = await issue_cast(url)
    with parts(tmp_path, url, TemporalSettings.of("127.0.0.1:1"), people) as these:
        api = these.start_api(ACCORD_API_PROCESSES="2")
        await asyncio.to_thread(api.await_up)
        these.api = f"http://127.0.0.1:{api.port}"
        async with Insisting(these) as client:
            program = await client.start()
            acknowledged = await many_acts(these, [program], clients=CLIENTS, each=8)
            await assert_each_is_kept_once(these, acknowledged)
        served = children_of(api.process.pid)
        assert len(served) == 2
        await _killed_ones_come_back(api.process.pid, served[0])
        await _a_revoked_token_is_gone_everywhere(these)
        served = children_of(api.process.pid)
        api.kill()
        await asyncio.to_thread(Service.await_, lambda: not any(map(alive, served)), "no process outlives the first", 10)


async def _killed_ones_come_back(first: int, victim: int) -> None:
    os.kill(victim, signal.SIGKILL)

    def is_back() -> bool:
        return len(children_of(first)) == 2 and victim not in children_of(first)

    await asyncio.to_thread(Service.await_, is_back, "it is started again", 10)


async def _a_revoked_token_is_gone_everywhere(these: Parts) -> None:
    person = these.people["monitor"]

    async def statuses(times: int) -> set[int]:
        found = set()
        for _ in range(times):  # a connection each, so that any of the processes may answer
            async with httpx2.AsyncClient(base_url=f"{these.api}/api/v1", trust_env=False) as one:
                found.add((await one.get("/me", headers={"Authorization": f"Bearer {person.token}"})).status_code)
        return found

    assert await statuses(12) == {200}
    await these.revoke(person)
    await asyncio.sleep(2.1)
    assert await statuses(12) == {401}


def test_processes_that_cannot_start_are_not_started_again_and_again(tmp_path: Path) -> None:
    nowhere = "postgresql://accord_service@127.0.0.1:1/accord"
    with parts(tmp_path, nowhere, TemporalSettings.of("127.0.0.1:1"), ()) as these:
        api = these.start_api(ACCORD_API_PROCESSES="2")
        assert api.process.wait(timeout=30) == CANNOT_START
        assert "cannot_start" in api.said
