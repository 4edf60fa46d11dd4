"""What a worker shows to who watches: its metrics, and whether its parts do their work."""

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
from workflows.liveness import Liveness
from workflows.secret_file import SettingsUnusable

if TYPE_CHECKING:
    from telemetry.metrics import Metrics

HORIZON = timedelta(days=3650)
ASK_SECONDS = timedelta(seconds=2)


class WorkerHealth:
    """Answers `/health`: 200 where everything does its work, 503 where something stands still."""

    def __init__(self, client: Client, workers: Sequence[Worker], liveness: Liveness) -> None:
        self._client, self._workers, self._liveness = client, workers, liveness

    def measured(self, metrics: Metrics) -> None:
        """Has the signs of life read whenever metrics are asked for."""
        said = "Seconds since a part of the worker has done its work."
        metrics.register_gauge(
            "accord_part_seconds", said, ("part",), lambda: {(part,): age for part, age in self._liveness.ages.items()}
        )
        said = "Seconds until the first certificate or secret of the worker's environment ends."
        metrics.register_gauge("accord_first_ending_seconds", said, ("kind",), _first_expiries)

    async def page(self) -> Page:
        """JSON: `status`, `polls` (workers that take work), `temporal`, and seconds since the last sign of each part."""
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
        """Whether Temporal takes who polls."""
        try:
            return await self._client.service_client.check_health(timeout=ASK_SECONDS)
        except (RPCError, RuntimeError):
            return False


def _first_expiries() -> dict[tuple[str, ...], float]:
    """Of each kind; none where nothing says when it ends, or cannot be read, which `accord doctor` tells."""
    try:
        found = expiring(TemporalSettings(), os.environ, HORIZON)
    except SettingsUnusable:
        return {}
    now = datetime.now(UTC)
    return {(one.kind,): (one.ends_at - now).total_seconds() for one in reversed(found)}
