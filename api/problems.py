"""Errors as RFC 9457 problem bodies: one shape, one code each, declared in OpenAPI.

Problem
├── Unauthenticated      401  no token, or one that is unknown, expired or revoked
├── Forbidden            403  the caller may know of it, and may not do it
├── NotFound             404  it is not there, or the caller may not know of it
├── NotAcceptable        406  nothing is answered in a form that the caller accepts
├── Refused              403, 404, 409 or 422  the law refuses the act; the code says why
├── Invalid              422  the request cannot be read; names each fault and its place
├── Gone                 410  it was filed, and what is stored is missing or damaged
├── TooLarge             413  more bytes than are accepted
├── UnsupportedMedia     415  a body of another form than is read here
├── TooMuch              429  more of what is expensive than one person may ask for in a minute; again after Retry-After
├── Plain                     what the framework refuses by itself: no such path or method
└── Unavailable          503  the database, or for a run of a check Temporal, cannot be reached; try again after Retry-After
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, ClassVar

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg import OperationalError
from psycopg_pool import PoolTimeout
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from api import unreadable
from api.requests import CODE, TOLD, route_of
from db.database_clock import ClockJumped
from db.documents import StoreAway
from db.ledger import LedgerFault
from db.outages import sentence
from db.plan_reader import ReaderBusy
from logs.request import REQUEST
from rules.refusals import Code
from rules.refusals import Refused as Refusal

log = structlog.get_logger()

FORBIDDEN = frozenset(
    {
        Code.NOT_A_MEMBER,
        Code.ROLE_MAY_NOT,
        Code.PARTY_MAY_NOT,
        Code.RECORDER_IS_VERIFIER,
        Code.RECORDER_IS_AUTHORITY,
        Code.ACCOUNT_OF_ANOTHER,
        Code.INCIDENT_OF_ANOTHER,
        Code.PARTY_VERIFIES_ITSELF,
        Code.RESTRICTED,
    }
)
UNREADABLE = frozenset(
    {
        Code.PLAN_FAULTY,
        Code.PARTY_UNKNOWN,
        Code.MILESTONE_UNKNOWN,
        Code.SHOWING_UNKNOWN,
        Code.PHASE_UNKNOWN,
        Code.FAMILY_UNKNOWN,
        Code.INDICATOR_UNKNOWN,
        Code.INCIDENT_UNKNOWN,
        Code.ACCOUNT_UNKNOWN,
        Code.INCIDENT_KIND_UNKNOWN,
        Code.SEVERITY_UNKNOWN,
        Code.EVIDENCE_UNKNOWN,
        Code.MEMBER_UNKNOWN,
        Code.PROCEDURE_UNKNOWN,
        Code.PROPOSAL_UNKNOWN,
        Code.ASSESSOR_UNKNOWN,
        Code.WRONG_RESTRICTION,
        Code.LADDER_UNKNOWN,
        Code.DISPUTE_UNKNOWN,
        Code.SNAPBACK_UNKNOWN,
        Code.SUBJECT_UNKNOWN,
        Code.CHECK_UNKNOWN,
        Code.NOT_FORESEEN,
        Code.OTHER_PROCEDURE,
        Code.NOT_LATER,
        Code.AGREED_DATE_UNKNOWN,
        Code.OUTSIDE_THE_WINDOW,
        Code.NOTHING_AMENDED,
        Code.NOTHING_CORRECTED,
        Code.AMENDMENT_DROPS_RECORDED,
        Code.WRONG_KIND_OF_EVIDENCE,
        Code.WRONG_UNIT,
        Code.WRONG_PERIOD,
        Code.WRONG_REVISION,
        Code.WRONG_ORIGIN,
        Code.IMPLAUSIBLE,
        Code.WRONG_GRADE,
        Code.NOT_CONSIDERED,
        Code.IN_THE_FUTURE,
        Code.BEFORE_IT_HAPPENED,
        Code.BEFORE_THE_START,
        Code.CONSENT_NOT_ASKED,
        Code.ACT_NOT_RECORDABLE,
    }
)


DOOR = {
    "unauthenticated": 401,
    "not_found": 404,
    "method_not_allowed": 405,
    "not_acceptable": 406,
    "document_gone": 410,
    "too_slow": 408,
    "too_large": 413,
    "unsupported_media_type": 415,
    "too_much_asked": 429,
    "unreadable": 422,
    "plan_unknown": 422,
    "hash_differs": 422,
    "document_unknown": 422,
    "http_error": 400,
    "ledger_fault": 500,
    "fault": 500,
    "unavailable": 503,
}
"""Codes that are the door's own, beside those of the law."""

PLAIN = {400: "unreadable", 404: "not_found", 405: "method_not_allowed", 408: "too_slow", 413: "too_large"}
"""Codes of what framework and server refuse by themselves. Spelled out: Python has renamed a status before."""


class Fault(BaseModel):
    """One thing that is wrong with a request, and its place."""

    where: str
    message: str


class ProblemBody(BaseModel):
    """What every error looks like (RFC 9457). `code` is stable; the sentences may be bettered."""

    type: str = Field(description="address of the description of this code")
    title: str
    status: int
    detail: str = Field(description="what is wrong here, in a sentence")
    code: str
    accepted: str | None = Field(default=None, description="what would be accepted instead")
    instance: str | None = Field(default=None, description="path of the request")
    faults: list[Fault] | None = Field(default=None, description="each fault and its place")
    request: str | None = Field(default=None, description="id of the request, as in X-Request-ID; name it when you ask why")


class Problem(Exception):
    """An error with a status and a code; turned into a body by the handlers below."""

    status: ClassVar[int] = 500

    def __init__(self, code: str, detail: str, accepted: str | None = None, **more: Any) -> None:
        super().__init__(detail)
        self.code, self.detail, self.accepted, self.more = code, detail, accepted, more
        self.headers: dict[str, str] = {}

    @property
    def answered_with(self) -> int:
        return self.status


class Plain(Problem):
    """What the framework refuses by itself, under the status that it gives."""

    def __init__(self, error: HTTPException) -> None:
        super().__init__(PLAIN.get(error.status_code, "http_error"), str(error.detail))
        self.headers = dict(error.headers or {})
        self._status = error.status_code

    @property
    def answered_with(self) -> int:
        return self._status


class Unauthenticated(Problem):
    status = 401

    def __init__(self, detail: str) -> None:
        super().__init__("unauthenticated", detail, "a bearer token that is valid")
        self.headers = {"WWW-Authenticate": 'Bearer realm="accord"'}


class Forbidden(Problem):
    status = 403


class NotFound(Problem):
    status = 404

    def __init__(self, what: str) -> None:
        super().__init__("not_found", f"There is no such {what}, or you may not know of it.")


class NotAcceptable(Problem):
    status = 406

    def __init__(self, forms: Sequence[str]) -> None:
        accepted = " or ".join(forms)
        super().__init__("not_acceptable", "This is not answered in any form that the Accept header names.", accepted)


class Invalid(Problem):
    status = 422


class Gone(Problem):
    status = 410


class TooLarge(Problem):
    status = 413


class UnsupportedMedia(Problem):
    status = 415


class TooMuch(Problem):
    status = 429

    def __init__(self, seconds: int) -> None:
        detail = "You have asked for more than one person may in a minute: plans read, batches, previews, past states."
        super().__init__("too_much_asked", detail, f"the same request in {seconds} s")
        self.headers = {"Retry-After": str(seconds)}


class Unavailable(Problem):
    status = 503

    def __init__(self, detail: str, accepted: str = "the same request with the same Idempotency-Key, later") -> None:
        super().__init__("unavailable", detail, accepted)
        self.headers = {"Retry-After": "2"}


class Refused(Problem):
    """The law's refusal. Conflict unless the act makes no sense in this plan, or is not the caller's."""

    def __init__(self, refused: Refusal, **more: Any) -> None:
        super().__init__(refused.code, refused.reason, refused.accepted, **more)

    @property
    def answered_with(self) -> int:
        match self.code:
            case Code.PROGRAM_UNKNOWN:
                return 404
            case Code.ACT_TOO_LARGE:
                return 413
            case code if code in FORBIDDEN:
                return 403
            case code if code in UNREADABLE:
                return 422
            case _:
                return 409


def body(problem: Problem, request: Request) -> JSONResponse:
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
    return ProblemAnswer(content, status, problem.headers)


class ProblemAnswer(JSONResponse):
    """A problem body. What it quotes may hold half a character, which UTF-8 cannot write; JSON can, escaped."""

    media_type = "application/problem+json"

    def render(self, content: Any) -> bytes:
        text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return text.encode("utf-8", "backslashreplace")


def unavailable(error: Exception) -> Unavailable:
    """The database cannot be used now; the sentence says in which way."""
    log.warning("database_unavailable", error=error)
    return Unavailable(f"{sentence(error)}; nothing of this request is lost.")


def install(app: FastAPI) -> None:
    """Makes every error of the application answer with a problem body."""

    @app.exception_handler(Problem)
    async def _problem(request: Request, problem: Problem) -> JSONResponse:
        return body(problem, request)

    @app.exception_handler(RequestValidationError)
    async def _unreadable(request: Request, error: RequestValidationError) -> JSONResponse:
        faults = unreadable.faults(error.errors(), unreadable.fields_of(await request.app.described(), request, error.body))
        return body(Invalid("unreadable", unreadable.sentence(faults), unreadable.ACCEPTED, faults=faults), request)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        return body(Plain(error), request)

    @app.exception_handler(OperationalError)
    @app.exception_handler(PoolTimeout)
    async def _database(request: Request, error: Exception) -> JSONResponse:
        return body(unavailable(error), request)

    @app.exception_handler(ClientDisconnect)
    async def _gone(request: Request, _: ClientDisconnect) -> JSONResponse:
        return body(Invalid("unreadable", "The request broke off.", "the whole request"), request)  # nobody is there to read it

    @app.exception_handler(ClockJumped)
    async def _clock(request: Request, error: Exception) -> JSONResponse:
        log.error("clock_jumped", sentence=str(error))
        return body(Unavailable(str(error), "the same request, once an operator has looked at the clock"), request)

    @app.exception_handler(LedgerFault)
    async def _ledger(request: Request, error: LedgerFault) -> JSONResponse:
        log.error("ledger_fault", error=error)
        detail = "The ledger of this program contradicts itself: nothing is answered from it, and nothing is appended."
        return body(Problem("ledger_fault", detail, "the same request, once an operator has looked"), request)

    @app.exception_handler(StoreAway)
    async def _store(request: Request, _: Exception) -> JSONResponse:
        log.warning("document_store_unavailable")
        return body(Unavailable("The store of documents cannot be reached; nothing of this request is lost."), request)

    @app.exception_handler(ReaderBusy)
    async def _busy(request: Request, error: ReaderBusy) -> JSONResponse:
        return body(Unavailable(f"{error} Nothing of this request is recorded."), request)

    @app.exception_handler(Exception)
    async def _fault(request: Request, error: Exception) -> JSONResponse:
        log.error("fault", method=request.method, route=route_of(request.scope), exc_info=error)
        request.scope[TOLD] = error
        return body(Problem("fault", "Something is wrong here, and has been logged."), request)


def declared(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI declarations of the problems that a route may answer with."""
    examples = {
        401: ("unauthenticated", "The token is unknown, expired or revoked.", "a bearer token that is valid"),
        403: ("recorder_is_verifier", "amal has recorded this evidence and cannot verify it.", "another person"),
        404: ("not_found", "There is no such program, or you may not know of it.", None),
        406: ("not_acceptable", "This is not answered in any form that the Accept header names.", "application/json"),
        409: ("act_id_reused", "This key was used for another act.", "a new Idempotency-Key"),
        410: ("document_gone", "The bytes of this document are stored no more as they were filed.", "to file it again"),
        413: ("too_large", "The document is larger than 50 MiB.", "a smaller document"),
        415: (
            "unsupported_media_type",
            "A document is not read from application/x-www-form-urlencoded.",
            "multipart/form-data with one file",
        ),
        422: ("milestone_unknown", "announcd is no milestone of the plan.", "did you mean announced?"),
        429: (
            "too_much_asked",
            "You have asked for more than one person may in a minute: plans read, batches, previews, past states.",
            "the same request in 7 s",
        ),
        503: ("unavailable", "The database cannot be reached; nothing of this request is lost.", "the same again"),
    }
    answers: dict[int | str, dict[str, Any]] = {}
    for status in statuses:
        code, detail, accepted = examples[status]
        example = {
            "type": f"/api/v1/problems/{code}",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": detail,
            "code": code,
        }
        content = {"schema": {"$ref": "#/components/schemas/ProblemBody"}}
        shown = example | ({"accepted": accepted} if accepted else {})
        answers[status] = {
            "description": HTTPStatus(status).phrase,
            "content": {"application/problem+json": {**content, "example": shown}},
        }
    return answers


READS = declared(401, 404, 422, 429, 503)
WRITES = declared(401, 403, 404, 409, 413, 422, 429, 503)
