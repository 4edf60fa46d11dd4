"""The trace that is worked for, as W3C's `traceparent`: for lines, and for whoever carries on with it elsewhere."""

from __future__ import annotations

import re
from contextvars import ContextVar

TRACE: ContextVar[str | None] = ContextVar("trace", default=None)
"""Each request, and each program that is dispatched, runs in a task of its own, and so has its own."""

_FORM = re.compile(r"[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def parse_traceparent(traceparent: str | None) -> str | None:
    """The same, if it has the form of one of version 00; anything else is dropped."""
    if traceparent is None or not traceparent.startswith("00-") or not _FORM.fullmatch(traceparent):
        return None
    return traceparent


def trace_id(traceparent: str) -> str:
    """The id of the trace: 32 hexadecimal digits."""
    return traceparent[3:35]
