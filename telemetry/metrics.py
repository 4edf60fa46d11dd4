"""Prometheus metrics: counters and histograms of this process, and gauges that are read at each scrape."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.process_collector import ProcessCollector

from telemetry.observer import Observer

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
LAG_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

Reading: TypeAlias = Mapping[tuple[str, ...], float]
"""Values of one metric by label values; the key is an empty tuple where it has no labels."""


class Metrics(Observer):
    """The registry of a process. An increment takes one or two microseconds."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a third of all lines, which nobody asks for
        registry = self._registry = CollectorRegistry(auto_describe=True)
        ProcessCollector(registry=registry)
        route = ["method", "route"]
        self._requests = Counter("accord_requests", "Requests that were answered.", [*route, "status"], registry=registry)
        self._request_seconds = Histogram(
            "accord_request_seconds",
            "From the head of a request to the end of its answer.",
            route,
            buckets=SECONDS,
            registry=registry,
        )
        self._problems = Counter("accord_problems", "Answers that were problems, by code.", ["code"], registry=registry)
        self._acts = Counter("accord_acts", "Acts by kind and what became of them.", ["kind", "outcome"], registry=registry)
        self._refusals = Counter("accord_refusals", "Acts that the law refused, by code.", ["code"], registry=registry)
        self._act_seconds = Histogram(
            "accord_act_seconds", "From the recorder's queue to the answer.", buckets=SECONDS, registry=registry
        )
        self._lag = Histogram(
            "accord_dispatch_lag_seconds",
            "From an entry that a clock must know to the workflow that was told.",
            buckets=LAG_SECONDS,
            registry=registry,
        )
        self._failed = Counter("accord_dispatch_failures", "Batches of the relay that failed.", registry=registry)
        self._struck = Counter(
            "accord_overdue_struck", "Programs whose clocks the reconciler had to strike.", registry=registry
        )
        self._differed = Counter(
            "accord_workflow_differences", "Workflows that did not say what the record says.", ["kind"], registry=registry
        )
        self._read: list[tuple[Gauge, Callable[[], Reading]]] = []

    def answered(self, method: str, route: str, status: int, code: str | None, seconds: float) -> None:
        method = method if method in METHODS else "other"
        self._requests.labels(method, route, status).inc()
        self._request_seconds.labels(method, route).observe(seconds)
        if code is not None:
            self._problems.labels(code).inc()

    def acted(self, kinds: Sequence[str], outcome: str, seconds: float) -> None:
        is_refusal = outcome not in {"recorded", "failed"}
        for kind in kinds:
            self._acts.labels(kind, "refused" if is_refusal else outcome).inc()
        if is_refusal:
            self._refusals.labels(outcome).inc()
        self._act_seconds.observe(seconds)

    def dispatched(self, lag: float) -> None:
        self._lag.observe(lag)

    def dispatch_failed(self) -> None:
        self._failed.inc()

    def struck(self, programs: int) -> None:
        self._struck.inc(programs)

    def differed(self, kind: str) -> None:
        self._differed.labels(kind).inc()

    def register_gauge(self, name: str, said: str, labels: Sequence[str], reading: Callable[[], Reading]) -> None:
        """Registers a gauge that is read at each scrape. Label values that are missing from a reading are dropped."""
        self._read.append((Gauge(name, said, labels, registry=self._registry), reading))

    def read_gauges(self) -> None:
        """Reads all registered gauges."""
        for gauge, reading in self._read:
            values = reading()
            if () in values:
                gauge.set(values[()])
                continue
            gauge.clear()
            for labels, value in values.items():
                gauge.labels(*labels).set(value)

    def text(self) -> bytes:
        """The text exposition format. Takes some milliseconds; thread-safe."""
        return generate_latest(self._registry)

    @property
    def names(self) -> frozenset[str]:
        """All names of time series, including the suffixes of histograms."""
        found = set[str]()
        for family in self._registry.collect():
            endings = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}.get(family.type, ("",))
            found |= {family.name + ending for ending in endings}
        return frozenset(found)
