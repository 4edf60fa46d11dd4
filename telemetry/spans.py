"""Tracing: spans are created only where an exporter is configured."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

from logs.trace import TRACE

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

_NOTHING = nullcontext()
_tracer: Tracer | None = None


def is_configured() -> bool:
    """Whether OpenTelemetry's variables name an exporter for traces."""
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true" or os.environ.get("OTEL_TRACES_EXPORTER") == "none":
        return False
    return any(os.environ.get(f"OTEL_EXPORTER_OTLP_{name}") for name in ("ENDPOINT", "TRACES_ENDPOINT"))


def configure_tracing(part: str) -> None:
    """Configures tracing for a process of this name, before anything that may be traced is created."""
    if is_configured():
        from telemetry.exporting import create_provider  # noqa: PLC0415  a tenth of a second, for who traces alone

        set_tracer(create_provider(part).get_tracer("accord"))


def set_tracer(tracer: Tracer | None) -> None:
    """Sets the tracer of all further spans; None disables tracing."""
    global _tracer  # noqa: PLW0603  as OpenTelemetry's own provider: one a process
    _tracer = tracer


def is_tracing() -> bool:
    return _tracer is not None


def span(name: str, **attributes: str | int) -> AbstractContextManager[object]:
    """A span for the block if the current trace is sampled. Attributes are kinds, counts and ids, never texts.

    Unsampled spans are skipped: they would cost as much and be dropped.
    """
    if _tracer is None or not _is_sampled():
        return _NOTHING
    named = {f"accord.{key}": value for key, value in attributes.items()}
    return _tracer.start_as_current_span(name, attributes=named, record_exception=False, set_status_on_exception=False)


def _is_sampled() -> bool:
    from opentelemetry.trace import get_current_span  # noqa: PLC0415  imported already, where somebody traces

    return get_current_span().get_span_context().trace_flags.sampled


def current_traceparent() -> str | None:
    """The current span as `traceparent`; None without tracing."""
    if _tracer is None:
        return None
    from opentelemetry.trace import get_current_span  # noqa: PLC0415  imported already, where somebody traces

    context = get_current_span().get_span_context()
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


@contextmanager
def continue_trace(traceparent: str | None, name: str, **attributes: str | int) -> Iterator[None]:
    """A span that continues a trace of another process; its id is added to log lines of the block."""
    if traceparent is not None:
        TRACE.set(traceparent)
    if _tracer is None or traceparent is None:
        with span(name, **attributes):
            yield
        return
    from opentelemetry import context  # noqa: PLC0415  imported already, where somebody traces
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415  as above

    token = context.attach(TraceContextTextMapPropagator().extract({"traceparent": traceparent}))
    try:
        with span(name, **attributes):
            yield
    finally:
        context.detach(token)
