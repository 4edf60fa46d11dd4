"""Export of spans to the collector in OpenTelemetry's variables, without confidential attributes."""

from __future__ import annotations

import os
from collections.abc import Sequence

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_NAMESPACE, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Status

TRACES_SAMPLER, ONE_IN_A_HUNDRED = "OTEL_TRACES_SAMPLER", 0.01

EXPORTED_ATTRIBUTES = frozenset(
    {
        "http.request.method",
        "http.route",
        "http.response.status_code",
        "error.type",
        "temporalWorkflowID",
        "temporalRunID",
        "temporalActivityID",
    }
)
"""Exported attributes, beside ours. Others are withheld: paths, queries and failures contain texts of callers."""


def create_provider(part: str) -> TracerProvider:
    """Creates the tracer provider and makes it the global one of this process."""
    # Parent-based sampling; one in a hundred root traces, unless OpenTelemetry's variables say otherwise.
    sampler = None if os.environ.get(TRACES_SAMPLER) else ParentBased(TraceIdRatioBased(ONE_IN_A_HUNDRED))
    resource = Resource.create({SERVICE_NAMESPACE: "accord", SERVICE_NAME: f"accord-{part}"})
    made = TracerProvider(resource=resource, sampler=sampler)
    made.add_span_processor(BatchSpanProcessor(RedactingExporter(OTLPSpanExporter())))
    trace.set_tracer_provider(made)
    return made


class RedactingExporter(SpanExporter):
    """Exports spans with allowed attributes only, without events and status messages."""

    def __init__(self, to: SpanExporter) -> None:
        self._to = to

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._to.export([_redact(one) for one in spans])

    def shutdown(self) -> None:
        self._to.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._to.force_flush(timeout_millis)


def _redact(span: ReadableSpan) -> ReadableSpan:
    told = {
        key: value for key, value in (span.attributes or {}).items() if key in EXPORTED_ATTRIBUTES or key.startswith("accord.")
    }
    return ReadableSpan(
        name=span.name,
        context=span.get_span_context(),
        parent=span.parent,
        resource=span.resource,
        attributes=told,
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
