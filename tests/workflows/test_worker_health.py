"""Metrics of a worker: the first expiry of its credentials."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from telemetry.metrics import Metrics
from workflows.liveness import PartHeartbeats
from workflows.worker_health import WorkerHealth


def test_the_first_secret_to_end_is_counted_down(monkeypatch: pytest.MonkeyPatch) -> None:
    today = datetime.now(UTC).date()
    for name, days in (("UCDP", 9), ("WORLD_BANK", 5)):
        monkeypatch.setenv(f"ACCORD_SECRET_{name}", "a key")
        monkeypatch.setenv(f"ACCORD_SECRET_{name}_UNTIL", date.isoformat(today + timedelta(days=days)))
    metrics = Metrics()
    nobody: Any = None  # Temporal is not asked here
    WorkerHealth(nobody, (), PartHeartbeats()).register_gauges(metrics)
    metrics.read_gauges()
    (line,) = [one for one in metrics.text().decode().splitlines() if one.startswith("accord_first_ending_seconds{")]
    name, _, seconds = line.partition(" ")
    assert name == 'accord_first_ending_seconds{kind="secret"}'
    assert 4 * 86400 <= float(seconds) <= 6 * 86400
