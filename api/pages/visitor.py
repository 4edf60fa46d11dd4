"""Who looks at a page: the session behind the cookie, and what keeps others from acting in its name.

The API takes no cookie, and the pages take no bearer token: a page of another site can make a browser send the one, and not the
other. A form of ours bears a token that follows from the session, and comes from our own origin.
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
"""A cookie of the second name is accepted by browsers over TLS alone, and from no neighbouring host."""


class SignInNeeded(Exception):
    """Nobody is signed in; `back` is where to return to."""

    def __init__(self, back: str) -> None:
        super().__init__(back)
        self.back = back

    @property
    def address(self) -> str:
        return f"/sign-in?next={quote(self.back, safe='/')}" if self.back != "/" else "/sign-in"


class Forged(Problem):
    """A form that did not come from a page of this session."""

    status = 403

    def __init__(self) -> None:
        super().__init__(
            "form_expired", "This form is not of your present session.", "to open the page again and send its form"
        )


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is signed in. `csrf` stands in each form of the session."""

    session: Session
    csrf: str

    @property
    def person(self) -> str:
        return self.session.person

    def reading(self) -> CallerInfo:
        """The person as a reader across programs; a role decides nothing there but whether all may be read."""
        role = Role(self.session.role) if self.session.role else Role.MONITOR
        return CallerInfo(self.person, role, self.session.party, self.session.program_id, self.session.expires_at)

    def starting(self) -> CallerInfo:
        """As whom the person starts programs: as the token says, or as an officer, which a setting has to allow."""
        if self.session.role is not None:
            return self.reading()
        return CallerInfo(self.person, Role.OFFICER, None, None, self.session.expires_at, is_claimed=True)

    def roles_in(self, program: Program) -> list[Member]:
        """As whom the person may act in a program: by the token that signed in, or by every membership."""
        held = sorted(
            (member for member in program.members if member.person == self.person),
            key=lambda member: (member.role, member.party or ""),
        )
        if self.session.role is None:
            return held
        return [member for member in held if (member.role, member.party) == (self.session.role, self.session.party)]

    def acting_in(self, program_id: UUID, program: Program) -> CallerInfo | None:
        """As whom the person acts there; None where that has to be chosen first, or where the person only reads."""
        held = self.roles_in(program)
        chosen = self.session.acting.get(str(program_id))
        found = next((member for member in held if [member.role, member.party] == chosen), None)
        member = found or (held[0] if len(held) == 1 else None)
        return CallerInfo(self.person, member.role, member.party, None, self.session.expires_at) if member else None


def secret_of(request: Request) -> str:
    """The secret in the request's cookie; empty without one."""
    return request.cookies.get(SECURE_COOKIE) or request.cookies.get(COOKIE, "")


async def visitor_if_any(state: State, request: Request) -> Visitor | None:
    """Who is signed in; None if nobody is."""
    if not (secret := secret_of(request)):
        return None
    session = await state.known_sessions.find(secret)
    return Visitor(session, _csrf(secret)) if session else None


async def visitor_of(state: StateOf, request: Request) -> Visitor:
    """Raises SignInNeeded."""
    found = await visitor_if_any(state, request)
    if found is None:
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        raise SignInNeeded(back if request.method == "GET" else "/")
    return found


VisitorOf = Annotated[Visitor, Depends(visitor_of)]
"""Who is signed in; others are led to the sign-in page."""


def check_form(state: State, request: Request, visitor: Visitor, csrf: str) -> None:
    """Raises Forged unless the form is one of this session's pages."""
    check_origin(state, request)
    if not hmac.compare_digest(csrf.encode(), visitor.csrf.encode()):
        raise Forged


def check_origin(state: State, request: Request) -> None:
    """Raises Forged for what a page of another origin has sent, as far as the browser says."""
    origin = request.headers.get("origin")
    if origin is not None and origin != origin_of(state, request):
        raise Forged
    if origin is None and request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Forged


def origin_of(state: State, request: Request) -> str:
    """The address by which people reach the pages: the setting, or else what the request names."""
    return state.settings.accord_address or f"{request.url.scheme}://{request.headers.get('host', '')}"


def let_in(state: State, response: Response, secret: str) -> None:
    """Gives the browser the secret of a session. It goes with the browser's own session, and to no script."""
    is_secure = (state.settings.accord_address or "").startswith("https://")
    name = SECURE_COOKIE if is_secure else COOKIE
    response.set_cookie(name, secret, path="/", secure=is_secure, httponly=True, samesite="lax")


def let_out(response: Response) -> None:
    for name in (COOKIE, SECURE_COOKIE):
        response.delete_cookie(name, path="/", secure=name == SECURE_COOKIE, httponly=True, samesite="lax")


def local_path(wanted: str) -> str:
    """A path of ours to go on to: whatever leads elsewhere becomes the start page."""
    parts = urlsplit(wanted)
    is_ours = not parts.scheme and not parts.netloc and wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if is_ours and wanted.isprintable() else "/"


def _csrf(secret: str) -> str:
    return hmac.new(secret.encode(), b"form", sha256).hexdigest()
