"""Middleware that limits the size of request bodies. Documents are streamed and have a larger limit of their own."""

from __future__ import annotations

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.authentication import OPEN
from api.callers import caller_from
from api.problem_handlers import problem_response as answered
from api.problems import Problem
from api.rate_limit import body_units
from api.state import State

MOST_BYTES = 2 * 1024 * 1024
"""The limit of a request that is not a document, in bytes: a batch of 500 acts fits."""

USUAL_BYTES = 32 * 1024
"""Larger bodies are read only after authentication and rate limiting: JSON of two megabytes takes 20 ms."""


class BodyLimitMiddleware:
    """Answers 413 to a body over the limit, announced or not, and authenticates the sender of a large one first."""

    def __init__(self, app: ASGIApp, most: int = MOST_BYTES) -> None:
        self._app, self._most = app, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] == "GET" or scope["path"].endswith("/documents"):
            await self._app(scope, receive, send)
            return
        announced, received, most = _announced(scope), 0, self._most
        if not scope["path"].startswith("/api/"):
            most = _most_of_a_form(scope)
        elif USUAL_BYTES < announced <= most:
            try:
                await _admit(Request(scope), announced)
            except Problem as problem:
                await answered(problem, Request(scope))(scope, receive, send)
                return

        async def limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if max(received, announced) > most:
                raise HTTPException(413, f"A request of more than {most // 2**10} KiB is not read.")
            if received > max(announced, USUAL_BYTES):
                raise HTTPException(411, f"A request of more than {USUAL_BYTES // 2**10} KiB says its Content-Length.")
            return message

        await self._app(scope, limited, send)


def _most_of_a_form(scope: Scope) -> int:
    """The limit of a form, in bytes. A form may carry a document; `authentication.py` has checked its sender."""
    if scope["path"] in OPEN:
        return USUAL_BYTES
    state: State = scope["state"]["resources"]
    return state.settings.accord_largest_document + MOST_BYTES


async def _admit(request: Request, announced: int) -> None:
    """Checks the sender of a large body, and charges their rate limit. Raises Unauthenticated or TooMuch."""
    state: State = request.state.resources
    caller = await caller_from(request)
    state.rate_limits.take(caller.person, body_units(announced))


def _announced(scope: Scope) -> int:
    length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(length) if length.isdigit() else 0
