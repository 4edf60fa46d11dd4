"""Sessions of the pages: the cookie, the visitor behind it, and protection against CSRF.

The API takes no cookies and the pages take no bearer tokens, since another site can make a browser send cookies only. Each form
carries a CSRF token derived from the session, and its origin is checked.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated
from urllib.parse import quote, urlsplit
from uuid import UUID

from fastapi import Depends, Request
from starlette.responses import Response

from api.identity import CallerInfo
from api.problems import Problem
from api.state import State, StateOf
from db.sessions import Session
from rules.acts import Member, Role
from rules.program import Program

COOKIE, SECURE_COOKIE = "accord", "__Host-accord"
"""Cookie names. Browsers accept the `__Host-` prefix only over TLS and without a domain."""


class SignInNeeded(Exception):
    """The visitor is not signed in; `back` is the path to return to."""

    def __init__(self, back: str) -> None:
        super().__init__(back)
        self.back = back

    @property
    def address(self) -> str:
        return f"/sign-in?next={quote(self.back, safe='/')}" if self.back != "/" else "/sign-in"


class ForgedRequest(Problem):
    """A form without the CSRF token or origin of this session."""

    status = 403

    def __init__(self) -> None:
        super().__init__(
            "form_expired", "This form is not of your present session.", "to open the page again and send its form"
        )


@dataclass(frozen=True, slots=True)
class Visitor:
    """A signed-in person. `csrf` is the token in each form of the session."""

    session: Session
    csrf: str

    @property
    def person(self) -> str:
        return self.session.person

    def reading(self) -> CallerInfo:
        """The caller for reads across programs. The role decides only whether all programs may be read."""
        role = Role(self.session.role) if self.session.role else Role.MONITOR
        return CallerInfo(self.person, role, self.session.party, self.session.program_id, self.session.expires_at)

    def starting(self) -> CallerInfo:
        """The caller for starting programs: with the token's role, or as an officer where the settings allow it."""
        if self.session.role is not None:
            return self.reading()
        return CallerInfo(self.person, Role.OFFICER, None, None, self.session.expires_at, is_claimed=True)

    def roles_in(self, program: Program) -> list[Member]:
        """The person's memberships in a program, limited to the token's where a token signed in."""
        held = sorted(
            (member for member in program.members if member.person == self.person),
            key=lambda member: (member.role, member.party or ""),
        )
        if self.session.role is None:
            return held
        return [member for member in held if (member.role, member.party) == (self.session.role, self.session.party)]

    def acting_in(self, program_id: UUID, program: Program) -> CallerInfo | None:
        """The membership in use; None where it has to be chosen first, or where the person only reads."""
        held = self.roles_in(program)
        chosen = self.session.acting.get(str(program_id))
        found = next((member for member in held if [member.role, member.party] == chosen), None)
        member = found or (held[0] if len(held) == 1 else None)
        return CallerInfo(self.person, member.role, member.party, None, self.session.expires_at) if member else None


def secret_of(request: Request) -> str:
    """The session secret in the cookie; empty without one."""
    return request.cookies.get(SECURE_COOKIE) or request.cookies.get(COOKIE, "")


async def visitor_if_any(state: State, request: Request) -> Visitor | None:
    """The signed-in visitor, or None."""
    if not (secret := secret_of(request)):
        return None
    session = await state.session_cache.find(secret)
    return Visitor(session, _csrf(secret)) if session else None


async def visitor_of(state: StateOf, request: Request) -> Visitor:
    """The signed-in visitor. Raises SignInNeeded."""
    found = await visitor_if_any(state, request)
    if found is None:
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        raise SignInNeeded(back if request.method == "GET" else "/")
    return found


VisitorOf = Annotated[Visitor, Depends(visitor_of)]
"""The signed-in visitor, as a dependency; others are redirected to the sign-in page."""


def check_form(state: State, request: Request, visitor: Visitor, csrf: str) -> None:
    """Raises ForgedRequest for a wrong CSRF token or origin."""
    check_origin(state, request)
    if not hmac.compare_digest(csrf.encode(), visitor.csrf.encode()):
        raise ForgedRequest


def check_origin(state: State, request: Request) -> None:
    """Raises ForgedRequest for a request from another origin, according to the browser's headers."""
    origin = request.headers.get("origin")
    if origin is not None and origin != origin_of(state, request):
        raise ForgedRequest
    if origin is None and request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise ForgedRequest


def origin_of(state: State, request: Request) -> str:
    """The public origin of the pages: from the settings, or else from the request."""
    return state.settings.accord_address or f"{request.url.scheme}://{request.headers.get('host', '')}"


def set_session(state: State, response: Response, secret: str) -> None:
    """Sets the session cookie: HttpOnly, and deleted with the browser's session."""
    is_secure = (state.settings.accord_address or "").startswith("https://")
    name = SECURE_COOKIE if is_secure else COOKIE
    response.set_cookie(name, secret, path="/", secure=is_secure, httponly=True, samesite="lax")


def clear_session(response: Response) -> None:
    for name in (COOKIE, SECURE_COOKIE):
        response.delete_cookie(name, path="/", secure=name == SECURE_COOKIE, httponly=True, samesite="lax")


def local_path(wanted: str) -> str:
    """A local path to redirect to. Anything else becomes the start page, which prevents open redirects."""
    parts = urlsplit(wanted)
    is_ours = not parts.scheme and not parts.netloc and wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if is_ours and wanted.isprintable() else "/"


def _csrf(secret: str) -> str:
    return hmac.new(secret.encode(), b"form", sha256).hexdigest()
