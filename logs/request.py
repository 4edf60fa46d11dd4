"""The id of the current HTTP request, for log lines."""

from __future__ import annotations

from contextvars import ContextVar

REQUEST: ContextVar[str | None] = ContextVar("request", default=None)
"""Each request runs in its own task, and so has its own value."""
