"""Health endpoint and metrics of a worker."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import Worker

from telemetry.endpoint import Page
from workflows.client import TemporalSettings
from workflows.expiry import expiring
from workflows.liveness import PartHeartbeats
from workflows.secret_file import SettingsUnusable

if TYPE_CHECKING:
    from telemetry.metrics import Metrics

HORIZON = timedelta(days=3650)
ASK_SECONDS = timedelta(seconds=2)


class WorkerHealth:
    """Serves `/health`: 200 if all tasks make progress, 503 if one is stalled."""

    def __init__(self, client: Client, workers: Sequence[Worker], liveness: PartHeartbeats) -> None:
        self._client, self._workers, self._liveness = client, workers, liveness

    def register_gauges(self, metrics: Metrics) -> None:
        """Registers gauges of liveness and expiry."""
        said = "Seconds since a part of the worker has done its work."
        metrics.register_gauge(
            "accord_part_seconds", said, ("part",), lambda: {(part,): age for part, age in self._liveness.ages.items()}
        )
        said = "Seconds until the first certificate or secret of the worker's environment ends."
        metrics.register_gauge("accord_first_ending_seconds", said, ("kind",), _first_expiries)

    async def page(self) -> Page:
        """JSON: `status`, `polls` (polling workers), `temporal`, `late`, and `seconds_since` the last step by task."""
        polls = sum(worker.is_running and not worker.is_shutdown for worker in self._workers)
        answers = await self._answers()
        well = polls == len(self._workers) and not self._liveness.late and answers
        body = {
            "status": "working" if well else "stalled",
            "polls": polls,
            "temporal": "ready" if answers else "unreachable",
            "late": list(self._liveness.late),
            "seconds_since": {part: round(age, 1) for part, age in self._liveness.ages.items()},
        }
        return Page(200 if well else 503, "application/json", json.dumps(body).encode())

    async def _answers(self) -> bool:
        """Whether Temporal accepts polls."""
        try:
            return await self._client.service_client.check_health(timeout=ASK_SECONDS)
        except (RPCError, RuntimeError):
            return False


def _first_expiries() -> dict[tuple[str, ...], float]:
    """Seconds to the first expiry of each kind; empty where unknown or unreadable, which `accord doctor` reports."""
    try:
        found = expiring(TemporalSettings(), os.environ, HORIZON)
    except SettingsUnusable:
        return {}
    now = datetime.now(UTC)
    return {(one.kind,): (one.ends_at - now).total_seconds() for one in reversed(found)}
