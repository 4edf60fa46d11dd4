"""Metrics count the work of the service and contain nothing about programs or people."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from cli.temporal import free_port
from telemetry.settings import TelemetrySettings, split_address
from tests.api.conftest import STRANGER, Door, running
from tests.rules.small_plan import EVERYBODY, PLAN

REPORT = {
    "incident": "i1",
    "incident_kind": "attack",
    "severity": "serious",
    "happened_at": "2026-11-01T10:00:00Z",
    "place": "The bridge",
    "account": "Shots were fired.",
}


@dataclass(frozen=True, slots=True)
class Watched:
    door: Door
    port: int

    async def text(self) -> str:
        async with httpx2.AsyncClient(trust_env=False) as client:
            answer = await client.get(f"http://127.0.0.1:{self.port}/metrics")
        assert answer.status_code == 200
        return answer.text

    async def value(self, name: str, **labels: str) -> float:
        """The sum of all samples of this name and these labels."""
        families = text_string_to_metric_families(await self.text())
        samples = [one for family in families for one in family.samples if one.name == name]
        assert samples, f"{name} is not told"
        return sum(one.value for one in samples if labels.items() <= one.labels.items())


@pytest.fixture
async def watched(url: str, tmp_path: Path) -> AsyncIterator[Watched]:
    """A program on an API whose metrics are served."""
    port = free_port()
    async with (
        running(url, tmp_path / "documents", ACCORD_METRICS=f"127.0.0.1:{port}") as it,
        httpx2.AsyncClient(base_url=it.address, trust_env=False, timeout=30) as client,
    ):
        members = [member.model_dump(mode="json") for member in EVERYBODY]
        started = await Door(client, it.secrets, "").post("olga", "/programs", {"document": PLAN, "members": members})
        yield Watched(Door(client, it.secrets, started.json()["program"]), port)


async def test_what_callers_did_is_counted_without_saying_who_and_where(watched: Watched) -> None:
    door = watched.door
    assert (await door.post("moss", "/programs/{program}/incidents", REPORT)).status_code == 201
    assert (await door.post("moss", "/programs/{program}/incidents", REPORT)).status_code == 409
    assert (await door.get(STRANGER, "/programs/{program}")).status_code == 404
    assert await watched.value("accord_acts_total", kind="report_incident", outcome="recorded") == 1
    assert await watched.value("accord_acts_total", kind="report_incident", outcome="refused") == 1
    assert await watched.value("accord_refusals_total", code="id_taken") == 1
    assert await watched.value("accord_problems_total", code="not_found") == 1
    route = "/programs/{program}/incidents"
    assert await watched.value("accord_requests_total", route=route, status="201") == 1
    assert await watched.value("accord_request_seconds_count", route=route) == 2
    assert await watched.value("accord_act_seconds_count") == 3  # the start is one
    text = await watched.text()
    assert [word for word in (door.program, "moss", "olga", "bridge", "Shots", 'i1"') if word in text] == []


async def test_what_the_record_is_like_is_told_with_it(watched: Watched) -> None:
    assert await watched.value("accord_record_known") == 1
    assert await watched.value("accord_programs", standing="running") == 1
    assert await watched.value("accord_ledger_entries") > 1
    assert await watched.value("accord_programs_kept") == 1
    assert await watched.value("accord_dispatch_pending") == 1  # nobody relays here
    assert await watched.value("accord_pool_connections", pool="ledger") >= 1
    assert await watched.value("accord_recorder_waiting") == 0
    assert await watched.value("accord_tokens_ending") == len({*watched.door.secrets})
    assert 0 < await watched.value("accord_first_token_ends_seconds") <= 3600


async def test_only_pages_for_who_watches_are_there(watched: Watched) -> None:
    """Whoever reaches this port needs no token, so nothing else may be asked for on it."""
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{watched.port}", trust_env=False) as client:
        assert (await client.get("/api/v1/programs")).status_code == 404
        assert (await client.post("/metrics")).status_code == 405


async def test_who_says_nothing_on_the_port_for_metrics_holds_nobody(watched: Watched) -> None:
    silent = [await asyncio.open_connection("127.0.0.1", watched.port) for _ in range(20)]
    assert await watched.value("accord_record_known") == 1
    for _, writer in silent:
        writer.close()


async def test_metrics_are_off_unless_they_are_asked_for(own_door: Door) -> None:
    assert TelemetrySettings().accord_metrics is None
    assert "x-trace-id" not in (await own_door.get("olga", "/programs/{program}")).headers


@pytest.fixture
async def own_door(url: str, tmp_path: Path) -> AsyncIterator[Door]:
    async with (
        running(url, tmp_path / "documents") as it,
        httpx2.AsyncClient(base_url=it.address, trust_env=False, timeout=30) as client,
    ):
        yield Door(client, it.secrets, "00000000-0000-0000-0000-000000000000")


@pytest.mark.parametrize("wrong", ["9464", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:99999", ":9464"])
def test_an_address_without_a_port_is_told(wrong: str) -> None:
    with pytest.raises(ValueError, match="no host and port"):
        split_address(wrong)
