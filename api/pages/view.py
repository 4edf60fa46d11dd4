"""The context of a page: visitor, language and program."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse

from api.identity import CallerInfo
from api.load_program import program_at
from api.pages.display_names import Names
from api.pages.languages import Language, preferred_language
from api.pages.templates import render
from api.pages.tour import COOKIE as TOUR_COOKIE
from api.pages.tour import Tour
from api.pages.visitor import Visitor, VisitorOf, check_form
from api.problems import NotFound
from api.responses.next_acts import ActResponse
from api.state import State, StateOf
from db.queries import ProgramFilter
from rules.acts import Member
from rules.authority import may
from rules.program import Program

LANGUAGE_COOKIE = "accord_language"


@dataclass(frozen=True, slots=True)
class ProgramView:
    """A program as the visitor sees it. `caller` is the membership in use; None before a choice, or for readers."""

    id: UUID
    program: Program
    names: Names
    at: datetime
    caller: CallerInfo | None
    roles: list[Member]

    def may(self, part: str) -> bool:
        """Whether the visitor's role permits an act at all; the law decides the rest in the preview."""
        return self.caller is not None and may(self.caller.role, part)

    def can_do(self, act: ActResponse) -> bool:
        """Whether the visitor may do a suggested act."""
        if self.caller is None or self.caller.role not in act.roles:
            return False
        return not act.parties or self.caller.party in act.parties

    def acting(self) -> CallerInfo:
        """The membership in use. Raises NotFound for readers, and before a choice."""
        if self.caller is None:
            raise NotFound("role of yours in this program")
        return self.caller

    @property
    def zone(self) -> str:
        return self.program.plan.time_zone

    @property
    def path(self) -> str:
        return f"/programs/{self.id}"


class View:
    """The request of a signed-in visitor for a page."""

    def __init__(self, request: Request, state: State, visitor: Visitor) -> None:
        self.request, self.state, self.visitor = request, state, visitor
        self.language = language_of(request)

    async def open_program(self, program_id: UUID, at: datetime | None = None) -> ProgramView:
        """The program now or at an instant. Raises NotFound or TooMuch."""
        held = await program_at(self.state, self.visitor.reading(), program_id, at)
        program = held.program
        return ProgramView(
            id=program_id,
            program=program,
            names=Names(program.plan),
            at=held.at,
            caller=None if held.is_past else self.visitor.acting_in(program_id, program),
            roles=self.visitor.roles_in(program),
        )

    async def names_of(self, programs: Iterable[UUID]) -> dict[UUID, Names]:
        """Titles by program, for pages across programs.

        A program that is not cached uses the titles of another program with the same original plan.
        """
        wanted = {*programs}
        lines = await self.state.queries.programs(ProgramFilter(among=wanted), most=len(wanted)) if wanted else []
        by_text: dict[str, Names] = {}
        found: dict[UUID, Names] = {}
        for line in lines:
            held = self.state.programs.get(line.id)
            if held is None and line.plan_sha256 not in by_text:
                held = await self.state.programs.load(line.id)
            if held is not None:
                by_text[line.plan_sha256] = Names(held.program.plan)
            found[line.id] = by_text[line.plan_sha256]
        return found

    def page(self, template: str, status: int = 200, **shown: Any) -> HTMLResponse:
        return page(self.request, template, status, visitor=self.visitor, **shown)

    def of_program(self, opened: ProgramView, template: str, status: int = 200, **shown: Any) -> HTMLResponse:
        """A page of a program, with its title, menu and the visitor's role."""
        return self.page(template, status, opened=opened, names=opened.names, zone=opened.zone, at=opened.at, **shown)

    def check_form(self, form: Mapping[str, Any]) -> None:
        """Raises ForgedRequest."""
        check_form(self.state, self.request, self.visitor, str(form.get("csrf", "")))


async def _view(request: Request, state: StateOf, visitor: VisitorOf) -> View:
    return View(request, state, visitor)


ViewOf = Annotated[View, Depends(_view)]
"""The page context of a signed-in visitor, as a dependency."""


def language_of(request: Request) -> Language:
    return preferred_language(request.cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language", ""))


def page(request: Request, template: str, status: int = 200, **shown: Any) -> HTMLResponse:
    """A rendered page. `visitor` is who is signed in, if anybody."""
    language = language_of(request)
    usual = {"visitor": None, "opened": None, "zone": "UTC", "at": datetime.now(UTC), "tour": _tour(request)}
    shown = {**usual, **shown}
    text = render(language, template, request=request, here=request.url.path, **shown)
    return HTMLResponse(text, status, headers={"Cache-Control": "no-store"})


def _tour(request: Request) -> Tour | Literal["offered"] | None:
    """The visitor's tour. The desk offers it to visitors who have neither begun nor declined it."""
    cookie = request.cookies.get(TOUR_COOKIE)
    if cookie is None and request.url.path == "/":
        return "offered"
    return Tour.read(cookie or "")


def redirect(path: str) -> RedirectResponse:
    """A redirect after a form (POST/redirect/GET), so that a reload does not submit it again."""
    return RedirectResponse(path, 303)
