"""Spans: pieces of work that a trace consists of. Without a place to send them, none are made."""

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


def asked_for() -> bool:
    """Whether the environment names a place for traces, as OpenTelemetry's own variables do."""
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true" or os.environ.get("OTEL_TRACES_EXPORTER") == "none":
        return False
    return any(os.environ.get(f"OTEL_EXPORTER_OTLP_{name}") for name in ("ENDPOINT", "TRACES_ENDPOINT"))


def trace(part: str) -> None:
    """Called once by a process of this name, before anything that may be traced is made."""
    if asked_for():
        from telemetry.exporting import provider  # noqa: PLC0415  a tenth of a second, for who traces alone

        use(provider(part).get_tracer("accord"))


def use(tracer: Tracer | None) -> None:
    """From now on spans are of this tracer; of none: there are none."""
    global _tracer  # noqa: PLW0603  as OpenTelemetry's own provider: one a process
    _tracer = tracer


def traced() -> bool:
    return _tracer is not None


def span(name: str, **attributes: str | int) -> AbstractContextManager[object]:
    """A span while the block lasts, within a trace that is sent. Attributes are kinds, counts and ids of ours, never texts.

    Of most traces nothing is sent: a span of them would cost as much and be dropped.
    """
    if _tracer is None or not _is_sent():
        return _NOTHING
    named = {f"accord.{key}": value for key, value in attributes.items()}
    return _tracer.start_as_current_span(name, attributes=named, record_exception=False, set_status_on_exception=False)


def _is_sent() -> bool:
    from opentelemetry.trace import get_current_span  # noqa: PLC0415  imported already, where somebody traces

    return get_current_span().get_span_context().trace_flags.sampled


def current() -> str | None:
    """The span that is under way, as `traceparent`; None where nobody traces."""
    if _tracer is None:
        return None
    from opentelemetry.trace import get_current_span  # noqa: PLC0415  imported already, where somebody traces

    context = get_current_span().get_span_context()
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


@contextmanager
def carried_on(traceparent: str | None, name: str, **attributes: str | int) -> Iterator[None]:
    """A span that carries on with a trace of another process, whose id stands in the lines that are written meanwhile."""
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
