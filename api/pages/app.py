"""The web pages as an ASGI application that is mounted beside the API, with its own error pages and headers."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from psycopg import OperationalError
from psycopg_pool import PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import validation_errors
from api.pages import (
    act_forms,
    acting_role,
    bulk_acts,
    changes,
    checks,
    desk,
    disputes,
    documents,
    event_stream,
    evidence,
    incidents,
    ledger,
    members,
    milestones,
    plan,
    programs,
    proposals,
    reciprocity,
    releases,
    report,
    sign_in,
    start_program,
    tour_progress,
)
from api.pages.templates import STATIC
from api.pages.view import page
from api.pages.visitor import SignInNeeded, visitor_if_any
from api.problem_handlers import unavailable
from api.problems import FrameworkProblem, Invalid, Problem
from api.request_id import route_of
from logs.request import REQUEST

log = structlog.get_logger()

HEADERS = {
    b"content-security-policy": (
        b"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self';"
        b" base-uri 'none'; frame-ancestors 'none'"
    ),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
}
"""Content security policy and other headers: no external content, no inline scripts, no framing."""

API = ("/api/", "/docs")

PAGE_MODULES = (
    sign_in,
    event_stream,
    desk,
    start_program,
    programs,
    report,
    milestones,
    evidence,
    incidents,
    proposals,
    disputes,
    releases,
    reciprocity,
    checks,
    members,
    ledger,
    changes,
    documents,
    plan,
    act_forms,
    bulk_acts,
    acting_role,
    tour_progress,
)
"""Modules with routes. `start_program` stands before `programs`, whose path parameters would match its path."""


class Pages(Mount):
    """A mount for every path outside of the API's, so that the API answers unknown paths of its own itself."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] == "http" and scope["path"].startswith(API):
            return Match.NONE, {}
        return super().matches(scope)


class PageMiddleware:
    """Middleware that sets security headers, logs unexpected errors, and answers them with a page if no response has begun."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def sent(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                given = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *((n, v) for n, v in HEADERS.items() if n not in given)]
            await send(message)

        try:
            await self._app(scope, receive, sent)
        except Exception as error:
            if has_begun:
                raise
            log.error("fault", method=scope["method"], route=route_of(scope), exc_info=error)  # noqa: TRY400  structlog
            problem = Problem("fault", "Something is wrong here, and has been logged.")
            answer = await problem_page(Request(scope), problem)
            await answer(scope, receive, sent)


class Static(StaticFiles):
    """Static files whose URLs contain a hash of their content, so that browsers cache them without revalidation."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        answer = super().file_response(*args, **kwargs)
        answer.headers["cache-control"] = "public, max-age=31536000, immutable"
        return answer


def create_mount() -> Pages:
    """The mount of the pages, to be placed after all routes of the API."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    for room in PAGE_MODULES:
        app.include_router(room.router)
    app.mount("/static", Static(directory=STATIC))
    app.add_middleware(PageMiddleware)
    _install_errors(app)
    return Pages("", app=app)


def _install_errors(app: FastAPI) -> None:
    @app.exception_handler(SignInNeeded)
    async def _sign_in(_: Request, needed: SignInNeeded) -> Response:
        return RedirectResponse(needed.address, 303)

    @app.exception_handler(Problem)
    async def _problem(request: Request, problem: Problem) -> Response:
        return await problem_page(request, problem)

    @app.exception_handler(RequestValidationError)
    async def _unreadable(request: Request, error: RequestValidationError) -> Response:
        faults = validation_errors.faults(error.errors(), lambda _: "")
        return await problem_page(
            request, Invalid("unreadable", validation_errors.sentence(faults), validation_errors.ACCEPTED)
        )

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        return await problem_page(request, FrameworkProblem(error))

    @app.exception_handler(OperationalError)
    @app.exception_handler(PoolTimeout)
    async def _database(request: Request, error: Exception) -> Response:
        return await problem_page(request, unavailable(error))


async def problem_page(request: Request, problem: Problem) -> Response:
    """A problem as a page, with the request id."""
    visitor = None
    with suppress(OperationalError, PoolTimeout):
        visitor = await visitor_if_any(request.state.resources, request)
    answer = page(request, "problem.html", problem.answered_with, visitor=visitor, problem=problem, request_id=REQUEST.get())
    answer.headers.update(problem.headers)
    return answer
