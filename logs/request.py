"""The id of the request that is answered, for every line that is written meanwhile."""

from __future__ import annotations

from contextvars import ContextVar

REQUEST: ContextVar[str | None] = ContextVar("request", default=None)
"""Each request runs in a task of its own, and so has its own."""
