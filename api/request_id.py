"""Middleware for request ids: the caller's, where it is well formed, or a new one.

The id is answered in `X-Request-ID` and in problem bodies, and is in every log entry of the request. So is the trace id, in
`X-Trace-ID`, where the caller sent one or tracing is on.
"""

from __future__ import annotations

import logging
import os
import re
import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from logs.request import REQUEST
from logs.trace import TRACE, parse_traceparent, trace_id
from telemetry.observer import UNOBSERVED
from telemetry.spans import current_traceparent

log = structlog.get_logger()

HEADER, TRACE_HEADER, GIVEN_TRACE = b"x-request-id", b"x-trace-id", b"traceparent"
FORM = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
LOGGED_FAULT = "accord.fault"
"""The scope key of the exception that was logged."""
CODE = "accord.code"
"""The scope key of the problem code that is answered."""


class RequestIdMiddleware:
    """The outermost middleware, so that responses to unexpected errors have the id as well."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._lines = logging.getLogger(__name__)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request, given = _ids(scope)
        REQUEST.set(request)
        trace = current_traceparent() or parse_traceparent(given)
        TRACE.set(trace)
        begun, status, complete = time.perf_counter(), 0, False
        headers = [(HEADER, request.encode())]
        if trace is not None:
            headers.append((TRACE_HEADER, trace_id(trace).encode()))

        async def answered(message: Message) -> None:
            nonlocal status, complete
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), *headers]
            elif not message.get("more_body", False):
                complete = True
            await send(message)

        try:
            await self._app(scope, receive, answered)
        except Exception as error:
            if not complete:
                raise  # the server logs it and closes the connection, so that a truncated response is not taken for a whole one
            if scope.get(LOGGED_FAULT) is not error:
                log.error("fault", method=scope["method"], route=route_of(scope), exc_info=error)  # noqa: TRY400  structlog
        took = time.perf_counter() - begun
        if (resources := scope.get("state", {}).get("resources")) is not None and resources.observer is not UNOBSERVED:
            resources.observer.answered(scope["method"], route_of(scope), status, scope.get(CODE), took)
        if self._lines.isEnabledFor(logging.DEBUG):
            ms = round(took * 1000, 1)
            log.debug("answered", method=scope["method"], route=route_of(scope), status=status, ms=ms)


def route_of(scope: Scope) -> str:
    """The route's path template. Path parameters and the query are left out, since they are callers' data."""
    return str(getattr(scope.get("route"), "path", "none"))


def _ids(scope: Scope) -> tuple[str, str | None]:
    """The request id, received or new, and the trace id that the caller sent."""
    request, trace = None, None
    for name, value in scope["headers"]:
        if name == HEADER and request is None and FORM.fullmatch(value):
            request = value.decode()
        elif name == GIVEN_TRACE:
            trace = value.decode("ascii", "replace")
    return request or os.urandom(8).hex(), trace
