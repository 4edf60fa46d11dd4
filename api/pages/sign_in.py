"""Coming in and going out: with a token, which begins a session and is not kept."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response

from api.pages.languages import languages
from api.pages.view import LANGUAGE_COOKIE, ViewOf, page, went
from api.pages.visitor import check_origin, let_in, let_out, local_path, secret_of, visitor_if_any
from api.state import StateOf

router = APIRouter()

LONGEST = 500
Next = Annotated[str, Query(alias="next", max_length=LONGEST)]


@router.get("/sign-in")
async def form(request: Request, state: StateOf, back: Next = "/") -> Response:
    """The form; who is signed in goes on at once."""
    if await visitor_if_any(state, request):
        return went(local_path(back))
    return page(request, "sign_in.html", back=local_path(back), refused=None)


@router.post("/sign-in")
async def sign_in(
    request: Request,
    state: StateOf,
    token: Annotated[str, Form(max_length=LONGEST)] = "",
    back: Annotated[str, Form(alias="next", max_length=LONGEST)] = "/",
) -> Response:
    """Begins a session. It has a new secret each time, so nobody can have set one beforehand."""
    check_origin(state, request)
    found = await state.tokens.find(token.strip())
    if found is None or found.role is None:
        refused = "unknown" if token.strip() else "empty"
        return page(request, "sign_in.html", 401, back=local_path(back), refused=refused)
    answer = went(local_path(back))
    let_in(state, answer, await state.sessions.begin(found.person, found))
    return answer


@router.post("/sign-out")
async def sign_out(view: ViewOf, csrf: Annotated[str, Form(max_length=LONGEST)] = "") -> Response:
    """Ends the session, here and in every other tab."""
    view.check_form({"csrf": csrf})
    await view.state.sessions.end(view.visitor.session)
    view.state.known_sessions.forget(secret_of(view.request))
    answer = went("/sign-in")
    let_out(answer)
    return answer


@router.post("/language")
async def choose_language(
    request: Request,
    state: StateOf,
    code: Annotated[str, Form(max_length=20)],
    back: Annotated[str, Form(alias="next", max_length=LONGEST)] = "/",
) -> Response:
    """The language of the frame, kept by the browser for a year."""
    check_origin(state, request)
    answer = went(local_path(back))
    if code in languages():
        answer.set_cookie(LANGUAGE_COOKIE, code, max_age=365 * 86400, path="/", samesite="lax", httponly=True)
    return answer
