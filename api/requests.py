"""Each request has an id: the caller's, where it has the form of one, or else ours.

It is answered in `X-Request-ID` and in problem bodies, and stands in every line that is logged meanwhile.
"""

from __future__ import annotations

import logging
import os
import re
import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from logs.request import REQUEST

log = structlog.get_logger()

HEADER = b"x-request-id"
FORM = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
TOLD = "accord.fault"
"""Where a request's scope keeps the exception that was logged."""


class RequestIds:
    """Stands around everything else, so that answers to faults have the id as well."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._lines = logging.getLogger(__name__)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = _given(scope) or os.urandom(8).hex()
        REQUEST.set(request)
        begun, status, complete = time.perf_counter(), 0, False
        header = (HEADER, request.encode())

        async def answered(message: Message) -> None:
            nonlocal status, complete
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), header]
            elif not message.get("more_body", False):
                complete = True
            await send(message)

        try:
            await self._app(scope, receive, answered)
        except Exception as error:
            if not complete:
                raise  # the server logs it and ends the connection, or the caller would take half an answer for a whole one
            if scope.get(TOLD) is not error:
                log.error("fault", method=scope["method"], route=route_of(scope), exc_info=error)  # noqa: TRY400  structlog
        if self._lines.isEnabledFor(logging.DEBUG):
            took = round((time.perf_counter() - begun) * 1000, 1)
            log.debug("answered", method=scope["method"], route=route_of(scope), status=status, ms=took)


def route_of(scope: Scope) -> str:
    """The path as it is declared. What a caller has put in it, or asked after it, is not told."""
    return str(getattr(scope.get("route"), "path", "none"))


def _given(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == HEADER:
            return value.decode() if FORM.fullmatch(value) else None
    return None
