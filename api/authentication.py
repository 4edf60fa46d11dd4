"""Authentication middleware: rejects a request without a valid token or session before its body is read.

It runs before routing and validation, so that a flood of unauthenticated requests is answered cheaply.
"""

from __future__ import annotations

from psycopg import OperationalError
from psycopg_pool import PoolTimeout
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from api.callers import caller_from
from api.pages.visitor import SignInNeeded, visitor_of
from api.problem_handlers import problem_response, unavailable
from api.problems import Invalid, Problem, Unauthenticated, Unavailable
from api.state import State

API = "/api/"
OPEN = frozenset({"/sign-in", "/language"})
"""Forms for visitors who are not signed in; `body_limit.py` limits their size."""


class AuthenticationMiddleware:
    """Answers 401 to a request that has a body and neither token nor session. The body is not read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _has_body(scope) and scope["path"] not in OPEN:
            request = Request(scope)
            try:
                await _check_known(request)
            except (Unauthenticated, Invalid, Unavailable) as refused:
                await self._refuse(refused, request, send)
                return
            except SignInNeeded as needed:
                await RedirectResponse(needed.address, 303)(scope, request.receive, send)
                return
            except (OperationalError, PoolTimeout) as error:
                await self._refuse(unavailable(error), request, send)
                return
            if (place := scope["state"].get("connection")) is not None:
                place.proven = True
        await self._app(scope, receive, send)

    @staticmethod
    async def _refuse(problem: Problem, request: Request, send: Send) -> None:
        await problem_response(problem, request)(request.scope, request.receive, send)


async def _check_known(request: Request) -> None:
    """Raises Unauthenticated, or SignInNeeded for a page."""
    state: State = request.scope["state"]["resources"]
    if request.scope["path"].startswith(API):
        await caller_from(request)
    else:
        await visitor_of(state, request)


def _has_body(scope: Scope) -> bool:
    for name, value in scope["headers"]:
        if name == b"transfer-encoding" or (name == b"content-length" and value.strip() != b"0"):
            return True
    return False
