"""Sign-in and sign-out: a token or an OpenID provider begins a session. The token is not stored."""

from __future__ import annotations

import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response

from api.openid import ProviderFault, SignInAttempt
from api.pages.languages import languages
from api.pages.view import LANGUAGE_COOKIE, ViewOf, page, redirect
from api.pages.visitor import check_origin, clear_session, local_path, origin_of, secret_of, set_session, visitor_if_any
from api.problems import NotFound
from api.state import State, StateOf

router = APIRouter()

LONGEST = 500
PROVIDER, ATTEMPT_COOKIE = "/sign-in/provider", "accord_sign_in"
BROKEN_OFF = "This sign-in was not begun here, or has taken too long."
Next = Annotated[str, Query(alias="next", max_length=LONGEST)]


@router.get("/sign-in")
async def form(request: Request, state: StateOf, back: Next = "/") -> Response:
    """The sign-in form. Visitors with a session are redirected."""
    if await visitor_if_any(state, request):
        return redirect(local_path(back))
    return page(request, "sign_in.html", back=local_path(back), refused=None, by_provider=state.provider.is_configured)


@router.post("/sign-in")
async def sign_in(
    request: Request,
    state: StateOf,
    token: Annotated[str, Form(max_length=LONGEST)] = "",
    back: Annotated[str, Form(alias="next", max_length=LONGEST)] = "/",
) -> Response:
    """Begins a session with a new secret, which prevents session fixation."""
    check_origin(state, request)
    found = await state.tokens.find(token.strip())
    if found is None or found.role is None:
        refused = "unknown" if token.strip() else "empty"
        by_provider = state.provider.is_configured
        return page(request, "sign_in.html", 401, back=local_path(back), refused=refused, by_provider=by_provider)
    answer = redirect(local_path(back))
    set_session(state, answer, await state.sessions.begin(found.person, found))
    return answer


@router.get("/sign-in/provider")
async def to_the_provider(request: Request, state: StateOf, back: Next = "/") -> Response:
    """Redirects to the provider and stores the attempt in a cookie. Raises NotFound without a provider."""
    if not state.provider.is_configured:
        raise NotFound("provider to sign in with")
    attempt = SignInAttempt(*(secrets.token_urlsafe(32) for _ in range(3)))
    try:
        address = await state.provider.authorization_url(attempt, _back(state, request))
    except ProviderFault as fault:
        return page(request, "sign_in.html", 503, back=local_path(back), refused=str(fault), by_provider=True)
    answer = redirect(address)
    kept = json.dumps([attempt.state, attempt.nonce, attempt.verifier, local_path(back)])
    is_secure = request.url.scheme == "https" or (state.settings.accord_address or "").startswith("https://")
    answer.set_cookie(
        ATTEMPT_COOKIE,
        urlsafe_b64encode(kept.encode()).decode(),
        max_age=600,
        path=PROVIDER,
        secure=is_secure,
        httponly=True,
        samesite="lax",
    )
    return answer


@router.get("/sign-in/provider/back")
async def from_the_provider(
    request: Request,
    state: StateOf,
    code: Annotated[str, Query(max_length=2000)] = "",
    brought: Annotated[str, Query(alias="state", max_length=LONGEST)] = "",
) -> Response:
    """The provider's callback. Only the browser with the attempt's cookie gets a session."""
    attempt, back = _attempt(request)
    if attempt is None or not code or not hmac.compare_digest(attempt.state.encode(), brought.encode()):
        return page(request, "sign_in.html", 401, back=back, refused=BROKEN_OFF, by_provider=True)
    try:
        person = await state.provider.exchange_code(attempt, code, _back(state, request))
    except ProviderFault as fault:
        return page(request, "sign_in.html", 401, back=back, refused=str(fault), by_provider=True)
    answer = redirect(back)
    set_session(state, answer, await state.sessions.begin(person))
    answer.delete_cookie(ATTEMPT_COOKIE, path=PROVIDER)
    return answer


def _back(state: State, request: Request) -> str:
    return f"{origin_of(state, request)}{PROVIDER}/back"


def _attempt(request: Request) -> tuple[SignInAttempt | None, str]:
    try:
        brought, nonce, verifier, back = json.loads(urlsafe_b64decode(request.cookies.get(ATTEMPT_COOKIE, "")))
        return SignInAttempt(str(brought), str(nonce), str(verifier)), local_path(str(back))
    except (ValueError, TypeError):
        return None, "/"


@router.post("/sign-out")
async def sign_out(view: ViewOf, csrf: Annotated[str, Form(max_length=LONGEST)] = "") -> Response:
    """Ends the session in all tabs."""
    view.check_form({"csrf": csrf})
    await view.state.sessions.end(view.visitor.session)
    view.state.session_cache.forget(secret_of(view.request))
    answer = redirect("/sign-in")
    clear_session(answer)
    return answer


@router.post("/language")
async def choose_language(
    request: Request,
    state: StateOf,
    code: Annotated[str, Form(max_length=20)],
    back: Annotated[str, Form(alias="next", max_length=LONGEST)] = "/",
) -> Response:
    """Stores the language in a cookie for a year."""
    check_origin(state, request)
    answer = redirect(local_path(back))
    if code in languages():
        answer.set_cookie(LANGUAGE_COOKIE, code, max_age=365 * 86400, path="/", samesite="lax", httponly=True)
    return answer
