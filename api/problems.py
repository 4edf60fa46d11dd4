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

from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from api.problem_codes import PLAIN, status_of
from rules.refusals import Refused as RefusedAct


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
    """An error with a status and a code. `api.problem_handlers` turns it into a body."""

    status: ClassVar[int] = 500

    def __init__(self, code: str, detail: str, accepted: str | None = None, **more: Any) -> None:
        super().__init__(detail)
        self.code, self.detail, self.accepted, self.more = code, detail, accepted, more
        self.headers: dict[str, str] = {}

    @property
    def answered_with(self) -> int:
        return self.status


class FrameworkProblem(Problem):
    """An error of the framework, with the framework's status."""

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
    """A refusal of the law, with the status of its code."""

    def __init__(self, refused: RefusedAct, **more: Any) -> None:
        super().__init__(refused.code, refused.reason, refused.accepted, **more)

    @property
    def answered_with(self) -> int:
        return status_of(self.code)
