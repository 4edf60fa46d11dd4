"""The page of members by party, with their tokens."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Response
from pydantic import ValidationError

from api.pages.view import ProgramView, View, ViewOf, redirect
from api.problems import Invalid, Problem
from api.responses.programs import MemberResponse
from api.responses.tokens import IssuedResponse
from api.routers.tokens import Issue, get_tokens, issue_token, revoke_token
from rules.acts import Member
from rules.decisions.members import changer_of

router = APIRouter(prefix="/programs/{program}/members")

Short = Annotated[str, Form(max_length=200)]


@router.get("")
async def members(view: ViewOf, program: UUID) -> Response:
    return await _members(view, await view.open_program(program))


@router.post("/tokens")
async def issue(
    view: ViewOf,
    program: UUID,
    whom: Short,
    days: Annotated[int, Form()] = 90,
    note: Short = "",
    key: Short = "",
    csrf: Short = "",
) -> Response:
    """Issues a token for a member. Its secret is shown in this response only."""
    view.check_form({"csrf": csrf})
    opened = await view.open_program(program)
    person, role, party = (*whom.split("/"), "", "")[:3]
    try:
        member = {"person": person, "role": role, "party": party or None}
        body = Issue.model_validate({"member": member, "days": days, "note": note or None})
        issued = await issue_token(view.state, opened.acting(), program, key, body, Response())
    except ValidationError:
        problem = Invalid("unreadable", "A token is for a member of this program, and for 1 to 365 days.", "one of the list")
        return await _members(view, opened, problem=problem)
    except Problem as problem:
        return await _members(view, opened, problem=problem)
    return await _members(view, opened, issued=issued)


@router.post("/tokens/{token}/end")
async def end(view: ViewOf, program: UUID, token: UUID, csrf: Short = "") -> Response:
    """Revokes a token."""
    view.check_form({"csrf": csrf})
    opened = await view.open_program(program)
    try:
        await revoke_token(view.state, opened.acting(), program, token)
    except Problem as problem:
        return await _members(view, opened, problem=problem)
    return redirect(f"{opened.path}/members")


async def _members(
    view: View, opened: ProgramView, *, issued: IssuedResponse | None = None, problem: Problem | None = None
) -> Response:
    held = sorted(opened.program.members, key=lambda one: (one.party or "", one.role, one.person))
    by_party: dict[str, list[MemberResponse]] = {}
    for one in held:
        answer = MemberResponse(person=one.person, role=one.role, party=one.party)
        by_party.setdefault(one.party or "", []).append(answer)
    tokens = await get_tokens(view.state, opened.caller or view.visitor.reading(), opened.id)
    return view.of_program(
        opened,
        "members.html",
        problem.answered_with if problem else 200,
        by_party=by_party,
        changeable=[[one.person, one.role, one.party] for one in held if _may_change(opened, one)],
        tokens=tokens,
        issued=issued,
        problem=problem,
        key=f"page-{uuid4()}",
    )


def _may_change(opened: ProgramView, member: Member) -> bool:
    """Whether the visitor may admit and remove members of that party and issue their tokens."""
    return opened.caller is not None and changer_of(opened.program, member).covers(opened.caller.actor)
