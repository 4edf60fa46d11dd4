"""Metrics of the record: their definitions, and the endpoint that serves them."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, ClassVar

import psycopg
import structlog

from db.pools import LedgerPool, OperationalPool, ReadPool
from db.program_cache import ProgramCache
from db.record_statistics import RecordStatistics
from db.recorder import Recorder
from telemetry.endpoint import Page, Pages, serving
from telemetry.settings import split_address

if TYPE_CHECKING:
    from telemetry.metrics import Metrics, Reading

log = structlog.get_logger()

CACHED_SECONDS = 5.0
"""Cache lifetime of statistics of the whole record, so that several scrapers cost one query."""

PROCESS_INDEX = "ACCORD_PROCESS"
"""Environment variable with the index of this process among those on one port, from 0."""

_RECORD_GAUGES = {
    "pending": ("accord_dispatch_pending", "Programs whose workflow has something to hear."),
    "pending_since": ("accord_dispatch_pending_seconds", "For how long the first of them has."),
    "overdue": ("accord_overdue_programs", "Programs with a clock that has been due for ten seconds and has not struck."),
    "overdue_since": ("accord_overdue_seconds", "For how long the first of them has been due."),
    "entries": ("accord_ledger_entries", "Entries of all ledgers."),
    "ledger_bytes": ("accord_ledger_bytes", "Bytes of all ledgers with their indexes."),
    "database_bytes": ("accord_database_bytes", "Bytes of the database."),
    "connections": ("accord_database_connections", "Connections to the database, of whomever."),
    "most_connections": ("accord_database_most_connections", "Connections that the server gives at most."),
    "sessions": ("accord_sessions", "People signed in to the pages."),
    "tokens_ending": ("accord_tokens_ending", "Valid tokens that end within fourteen days."),
    "first_token_ends": ("accord_first_token_ends_seconds", "Seconds until the first valid token ends; 0 where there is none."),
}


class NotListening(RuntimeError):
    """The port for metrics is not available."""

    logged_in_full: ClassVar = True


def create_metrics(address: str | None) -> Metrics | None:
    """A registry if an address to serve it on is set; else None."""
    if address is None:
        return None
    from telemetry.metrics import Metrics  # noqa: PLC0415  for who asks for metrics alone

    return Metrics()


def register_metrics(
    metrics: Metrics,
    recorder: Recorder,
    programs: ProgramCache,
    pools: Sequence[ReadPool | OperationalPool | LedgerPool],
    figures: RecordStatistics,
) -> None:
    """Registers gauges that are read at each scrape."""
    metrics.register_gauge("accord_recorder_waiting", "Acts that wait for a transaction.", (), lambda: {(): recorder.waiting})
    metrics.register_gauge(
        "accord_recorder_lanes", "Round trips of the recorder that are under way.", (), lambda: {(): recorder.round_trips}
    )
    metrics.register_gauge("accord_programs_kept", "Folded programs in memory.", (), lambda: {(): programs.count})
    metrics.register_gauge("accord_entries_kept", "Entries of which they were folded.", (), lambda: {(): programs.entries})
    labels = ("pool", "state")
    metrics.register_gauge("accord_pool_connections", "Connections of a pool.", labels, lambda: _connections(pools))
    metrics.register_gauge(
        "accord_pool_waiting",
        "Callers that wait for a connection.",
        ("pool",),
        lambda: {(one.name,): one.waiting for one in pools},
    )
    metrics.register_gauge("accord_programs", "Programs by standing.", ("standing",), lambda: figures.programs)
    metrics.register_gauge("accord_checks", "Checks by health of their source.", ("health",), lambda: figures.checks)
    said = "Whether the database has answered; if not, figures of the record are missing or 0."
    metrics.register_gauge("accord_record_known", said, (), lambda: {(): bool(figures.one)})
    for key, (name, said) in _RECORD_GAUGES.items():
        metrics.register_gauge(name, said, (), _one(figures, key))


def _one(figures: RecordStatistics, key: str) -> Callable[[], Reading]:
    return lambda: {(): figures.one.get(key, 0)}


def _connections(pools: Sequence[ReadPool | OperationalPool | LedgerPool]) -> Reading:
    return {(one.name, state): number for one in pools for state, number in one.connections.items()}


@asynccontextmanager
async def serve_metrics(
    address: str, metrics: Metrics, figures: RecordStatistics, more: Pages | None = None
) -> AsyncIterator[None]:
    """Serves `/metrics` while the block lasts, on the port plus the index of this process. Raises NotListening."""
    from telemetry.metrics import MEDIA_TYPE  # noqa: PLC0415  imported already, where there are metrics

    asked_at = -CACHED_SECONDS

    async def page() -> Page:
        nonlocal asked_at
        if time.monotonic() - asked_at >= CACHED_SECONDS:
            asked_at = time.monotonic()
            try:
                await figures.refresh()
            except psycopg.Error as error:
                log.warning("figures_unknown", error=error)
        metrics.read_gauges()
        return Page(200, MEDIA_TYPE, await asyncio.to_thread(metrics.text))

    host, port = split_address(address, int(os.environ.get(PROCESS_INDEX, "0")))
    async with AsyncExitStack() as stack:
        try:
            bound = await stack.enter_async_context(serving(host, port, {"/metrics": page, **(more or {})}))
        except OSError as refused:
            raise NotListening(
                f"Metrics cannot be served: {host}:{port} cannot be listened on ({refused.strerror})."
            ) from refused
        log.info("metrics_served", address=f"{host}:{bound}")
        yield
