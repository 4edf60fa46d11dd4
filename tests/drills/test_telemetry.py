"""A service that is watched: one trace from a request to the workflow that heard of it, and metrics of all parts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from cli import first_people
from cli.temporal import free_port
from telemetry.metrics import Metrics
from tests.whole.acting import PLAN
from tests.whole.collector import Collector, Span, collecting
from tests.whole.running import Service, service

ROOT = Path(__file__).parents[2]
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
NOT_ALWAYS = {"temporal_request_failure", "accord_first_ending_seconds"}
"""Told from the first failure on, and where something is known to end."""

PARTS = ("ACCORD_METRICS", "ACCORD_WORKER_METRICS", "ACCORD_TEMPORAL_METRICS")


@dataclass(frozen=True, slots=True)
class Seen:
    service: Service
    collector: Collector
    ports: dict[str, int]

    def text(self, part: str, path: str = "/metrics") -> httpx2.Response:
        with httpx2.Client(trust_env=False) as client:
            return client.get(f"http://127.0.0.1:{self.ports[part]}{path}")

    def post(self, person: str, path: str, body: dict[str, Any]) -> httpx2.Response:
        headers = {
            "Authorization": f"Bearer {self.service.people[person].token}",
            "Idempotency-Key": str(uuid4()),
            "traceparent": TRACEPARENT,
        }
        with httpx2.Client(trust_env=False) as client:
            return client.post(f"{self.service.api}/api/v1{path}", json=body, headers=headers)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    ports = {name: free_port() for name in PARTS}
    settings = {name: f"127.0.0.1:{port}" for name, port in ports.items()}
    with collecting() as collector:
        settings |= {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.port}",
            "OTEL_BSP_SCHEDULE_DELAY": "100",
            "ACCORD_LOG_LEVEL": "debug",
        }
        with service(tmp_path_factory.mktemp("seen") / "home", **settings) as running:
            yield Seen(running, collector, ports)


def test_an_act_is_one_trace_from_its_request_to_its_workflow(seen: Seen) -> None:
    """A deadline that strikes after a second, so that the workflow has called an activity; and no text of anybody is sent."""
    members = first_people.members(seen.service.people.values())
    started = seen.post("officer", "/programs", {"document": PLAN, "parameters": {"soon": "PT1S"}, "members": members})
    assert started.status_code == 201, started.text
    assert started.headers["x-trace-id"] == TRACE

    def ours() -> list[Span]:
        return [span for span in seen.collector.spans if span.trace == TRACE]

    wanted = {
        ("accord-api", "POST /programs"),
        ("accord-api", "record"),
        ("accord-api", "database"),
        ("accord-worker", "dispatch"),
        ("accord-worker", "StartWorkflow:ProgramWorkflow"),
        ("accord-worker", "RunWorkflow:ProgramWorkflow"),
        ("accord-worker", "StartActivity:strike"),
        ("accord-worker", "RunActivity:strike"),
    }
    Service.await_(
        lambda: wanted <= {(span.part, span.name.replace("/api/v1", "")) for span in ours()},
        f"all parts have sent spans: {[(span.part, span.name) for span in ours()]}",
        20,
    )
    sent = b"".join(seen.collector.sent)
    assert [
        word for word in (b"A plan with one short clock", b"Written for tests", b"accord: 1", b"accord_") if word in sent
    ] == []
    logs = [line for path in seen.service.home.glob("log/*") for line in path.read_text().splitlines()]
    lines = [json.loads(line) for line in logs if TRACE in line]
    assert {line["event"] for line in lines if line["trace"] == TRACE} >= {"answered", "dispatched"}


def test_a_worker_says_that_it_works(seen: Seen) -> None:
    answer = seen.text("ACCORD_WORKER_METRICS", "/health")
    body = answer.json()
    assert (answer.status_code, body["status"], body["temporal"], body["late"]) == (200, "working", "ready", [])
    assert body["seconds_since"].keys() == {"relay", "strikes", "comparison"}
    assert body["polls"] == 3


def names(text: str) -> set[str]:
    return {line.partition("{")[0].partition(" ")[0] for line in text.splitlines() if line and not line.startswith("#")}


def test_dashboards_and_alerts_name_only_what_there_is(seen: Seen) -> None:
    """A panel of a metric that was renamed stays empty, and an alert on it never fires."""
    known = Metrics().names.union(*(names(seen.text(part).text) for part in PARTS)) | {"up"} | NOT_ALWAYS
    texts = {path.name: path.read_text() for path in (ROOT / "observability").iterdir()}
    asked = {name: set(re.findall(r"\b(?:accord|temporal|process)_[a-z_]+\b", text)) for name, text in texts.items()}
    assert asked.keys() >= {"alerts.yaml", "dashboard.json"}
    assert {name: sorted(these - known) for name, these in asked.items() if these - known} == {}
