"""A database that stands still, or that can be read and not written: callers are told so soon, and nothing is lost."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from cli.postgres import Postgres
from tests.api.conftest import Door, running
from tests.api.two_databases import REPORT, Address, Cluster, caught_up, two_clusters
from tests.rules.small_plan import EVERYBODY, PLAN

SOON = 5.0
"""Seconds within which a caller is told."""


@contextmanager
def frozen(server: Postgres) -> Iterator[None]:
    """Every process of the server is stopped, as when its machine or its disk stands still."""
    processes = [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if _belongs(entry, server.pid)]
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


def _belongs(entry: Path, server: int | None) -> bool:
    try:
        parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return False
    return server in (int(entry.name), parent)


@pytest.mark.own_service
async def test_a_database_that_stands_still_is_told_in_time(door: Door, server: Postgres) -> None:
    with frozen(server):
        for _ in range(2):
            begun = time.monotonic()
            answer = await door.post("moss", "/programs/{program}/incidents", REPORT, key="k1")
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
            assert "does not answer" in answer.json()["detail"]
            assert answer.headers["retry-after"]
            assert time.monotonic() - begun < SOON
        begun = time.monotonic()
        ready = await door.client.get("/api/v1/health/ready")
        assert (ready.status_code, ready.json()["database"]) == (503, "unreachable")
        assert time.monotonic() - begun < SOON
        assert (await door.client.get("/api/v1/health/live")).status_code == 200
    again = await door.post("moss", "/programs/{program}/incidents", REPORT, key="k1")
    assert again.status_code == 201, again.text
    found = (await door.get("olga", "/programs/{program}/ledger", kind="incident_reported")).json()
    assert len(found["entries"]) == 1


@pytest.fixture
def two(template: str, server: Postgres) -> Iterator[tuple[Cluster, Cluster, Address]]:
    with two_clusters(server) as made:
        yield made


async def test_a_failover_is_a_pause(two: tuple[Cluster, Cluster, Address], tmp_path: Path) -> None:
    """The address leads to a standby before that is promoted, and to the new primary after: refused so long, never wrong."""
    old, new, address = two
    async with (
        address.open(),
        running(address.url, tmp_path / "documents") as it,
        httpx2.AsyncClient(base_url=it.address, trust_env=False, timeout=30) as client,
    ):
        await _go_through_it(Door(client, it.secrets, ""), address, old, new)


async def _go_through_it(stranger: Door, address: Address, old: Cluster, new: Cluster) -> None:
    members = [member.model_dump(mode="json") for member in EVERYBODY]
    started = await stranger.post("olga", "/programs", {"document": PLAN, "members": members})
    assert started.status_code == 201, started.text
    door = Door(stranger.client, stranger.secrets, started.json()["program"])

    async def reported(number: int) -> httpx2.Response:
        return await door.post("moss", "/programs/{program}/incidents", REPORT | {"incident": f"i{number}"}, key=f"k{number}")

    assert (await reported(1)).status_code == 201
    await asyncio.to_thread(caught_up, old, new)
    address.leads_to = new.sockets
    await asyncio.to_thread(old.stop)
    for _ in range(3):  # it is a standby still
        answer = await reported(2)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable"), answer.text
    assert (await door.client.get("/api/v1/health/ready")).status_code == 503
    await asyncio.to_thread(new.promote)
    switched = time.monotonic()
    while (answer := await reported(2)).status_code != 201:
        assert answer.status_code == 503, answer.text
        assert time.monotonic() - switched < SOON, answer.text
        await asyncio.sleep(0.1)
    assert (await door.client.get("/api/v1/health/ready")).json()["database"] == "ready"
    found = (await door.get("olga", "/programs/{program}/ledger", kind="incident_reported")).json()["entries"]
    assert [entry["fact"]["incident"] for entry in found] == ["i1", "i2"]
