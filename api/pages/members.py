"""Who takes part: members by party, admitted and removed by acts."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from api.answers.programs import MemberAnswer
from api.pages.view import ViewOf

router = APIRouter(prefix="/programs/{program}/members")


@router.get("")
async def members(view: ViewOf, program: UUID) -> Response:
    opened = await view.opened(program)
    held = sorted(opened.program.members, key=lambda one: (one.party or "", one.role, one.person))
    by_party: dict[str, list[MemberAnswer]] = {}
    for one in held:
        answer = MemberAnswer(person=one.person, role=one.role, party=one.party)
        by_party.setdefault(one.party or "", []).append(answer)
    return view.of_program(opened, "members.html", by_party=by_party)
