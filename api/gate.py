"""Nobody's body is read before the token is known.

It stands before routes, parameters and all else: who floods the service with requests without a token gets a cheap answer.
"""

from __future__ import annotations

from psycopg import OperationalError
from psycopg_pool import PoolTimeout
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.callers import bearer, caller_of
from api.problems import Problem, Unauthenticated, body, unavailable


class Gate:
    """Answers 401 to a request that has a body and no valid token, while the body is still on its way."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _has_body(scope):
            request = Request(scope)
            try:
                await caller_of(scope["state"]["rooms"], await bearer(request))
            except Unauthenticated as refused:
                await self._refuse(refused, request, send)
                return
            except (OperationalError, PoolTimeout) as error:
                await self._refuse(unavailable(error), request, send)
                return
            if (place := scope["state"].get("connection")) is not None:
                place.proven = True
        await self._app(scope, receive, send)

    @staticmethod
    async def _refuse(problem: Problem, request: Request, send: Send) -> None:
        await body(problem, request)(request.scope, request.receive, send)


def _has_body(scope: Scope) -> bool:
    for name, value in scope["headers"]:
        if name == b"transfer-encoding" or (name == b"content-length" and value.strip() != b"0"):
            return True
    return False
