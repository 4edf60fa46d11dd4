"""The current trace as W3C `traceparent`, for log lines and for processes that continue it."""

from __future__ import annotations

import re
from contextvars import ContextVar

TRACE: ContextVar[str | None] = ContextVar("trace", default=None)
"""Each request and each dispatch runs in its own task, and so has its own value."""

_FORM = re.compile(r"[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def parse_traceparent(traceparent: str | None) -> str | None:
    """A valid `traceparent` of version 00; None for anything else."""
    if traceparent is None or not traceparent.startswith("00-") or not _FORM.fullmatch(traceparent):
        return None
    return traceparent


def trace_id(traceparent: str) -> str:
    """The trace id: 32 hexadecimal digits."""
    return traceparent[3:35]
