"""The choice of a role, for people with several memberships in a program. It is stored in the session."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Response

from api.pages.view import ViewOf, redirect
from api.pages.visitor import local_path, secret_of
from api.problems import NotFound

router = APIRouter(prefix="/programs/{program}/as")


@router.get("")
async def ask(view: ViewOf, program: UUID, back: str = "") -> Response:
    """The page with the roles to choose from."""
    opened = await view.open_program(program)
    return view.of_program(opened, "as_whom.html", back=local_path(back) if back else opened.path)


@router.post("")
async def choose(
    view: ViewOf,
    program: UUID,
    whom: Annotated[str, Form(max_length=200)],
    csrf: Annotated[str, Form(max_length=200)] = "",
    back: Annotated[str, Form(alias="next", max_length=500)] = "/",
) -> Response:
    view.check_form({"csrf": csrf})
    opened = await view.open_program(program)
    role, _, party = whom.partition("/")
    if not any((member.role, member.party or "") == (role, party) for member in opened.roles):
        raise NotFound("role of yours in this program")
    await view.state.sessions.act_as(view.visitor.session, program, role, party or None)
    view.state.session_cache.forget(secret_of(view.request))
    return redirect(local_path(back))
