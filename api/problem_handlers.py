"""Exception handlers: each error as a problem body, and a log entry where an operator must act."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg import OperationalError
from psycopg_pool import PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from api import validation_errors
from api.problems import FrameworkProblem, Invalid, Problem, ProblemBody, Unavailable
from api.request_id import CODE, LOGGED_FAULT, route_of
from db.database_clock import ClockJumped
from db.documents import StoreUnavailable
from db.ledger import LedgerFault
from db.outages import sentence
from db.plan_reader import ReaderBusy
from logs.request import REQUEST

log = structlog.get_logger()


def problem_response(problem: Problem, request: Request) -> JSONResponse:
    status = problem.answered_with
    request.scope[CODE] = problem.code
    content = ProblemBody(
        type=f"/api/v1/problems/{problem.code}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=problem.detail,
        code=problem.code,
        accepted=problem.accepted,
        request=REQUEST.get(),
        **problem.more,
    ).model_dump(exclude_none=True)
    content["instance"] = request.url.path
    return ProblemResponse(content, status, problem.headers)


class ProblemResponse(JSONResponse):
    """A JSON response for problems. Quoted input may hold a lone surrogate, which UTF-8 cannot encode; JSON escapes it."""

    media_type = "application/problem+json"

    def render(self, content: Any) -> bytes:
        text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return text.encode("utf-8", "backslashreplace")


def unavailable(error: Exception) -> Unavailable:
    """The problem for a database that cannot be used; the message says in which way."""
    log.warning("database_unavailable", error=error)
    return Unavailable(f"{sentence(error)}; nothing of this request is lost.")


def install(app: FastAPI) -> None:
    """Adds the handlers to an application."""

    @app.exception_handler(Problem)
    async def _problem(request: Request, problem: Problem) -> JSONResponse:
        return problem_response(problem, request)

    @app.exception_handler(RequestValidationError)
    async def _unreadable(request: Request, error: RequestValidationError) -> JSONResponse:
        faults = validation_errors.faults(
            error.errors(), validation_errors.fields_of(await request.app.load_openapi(), request, error.body)
        )
        return problem_response(
            Invalid("unreadable", validation_errors.sentence(faults), validation_errors.ACCEPTED, faults=faults), request
        )

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        return problem_response(FrameworkProblem(error), request)

    @app.exception_handler(OperationalError)
    @app.exception_handler(PoolTimeout)
    async def _database(request: Request, error: Exception) -> JSONResponse:
        return problem_response(unavailable(error), request)

    @app.exception_handler(ClientDisconnect)
    async def _gone(request: Request, _: ClientDisconnect) -> JSONResponse:
        return problem_response(Invalid("unreadable", "The request broke off.", "the whole request"), request)  # never received

    @app.exception_handler(ClockJumped)
    async def _clock(request: Request, error: Exception) -> JSONResponse:
        log.error("clock_jumped", sentence=str(error))
        return problem_response(Unavailable(str(error), "the same request, once an operator has looked at the clock"), request)

    @app.exception_handler(LedgerFault)
    async def _ledger(request: Request, error: LedgerFault) -> JSONResponse:
        log.error("ledger_fault", error=error)
        detail = "The ledger of this program contradicts itself: nothing is answered from it, and nothing is appended."
        return problem_response(Problem("ledger_fault", detail, "the same request, once an operator has looked"), request)

    @app.exception_handler(StoreUnavailable)
    async def _store(request: Request, _: Exception) -> JSONResponse:
        log.warning("document_store_unavailable")
        return problem_response(
            Unavailable("The store of documents cannot be reached; nothing of this request is lost."), request
        )

    @app.exception_handler(ReaderBusy)
    async def _busy(request: Request, error: ReaderBusy) -> JSONResponse:
        return problem_response(Unavailable(f"{error} Nothing of this request is recorded."), request)

    @app.exception_handler(Exception)
    async def _fault(request: Request, error: Exception) -> JSONResponse:
        log.error("fault", method=request.method, route=route_of(request.scope), exc_info=error)
        request.scope[LOGGED_FAULT] = error
        return problem_response(Problem("fault", "Something is wrong here, and has been logged."), request)
