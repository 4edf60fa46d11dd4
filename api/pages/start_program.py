"""The pages that start a program: choice of a plan, parameters, and members."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Response
from pydantic import ValidationError
from pydantic_core import from_json
from starlette.datastructures import FormData, UploadFile

from api import validation_errors
from api.identity import CallerInfo
from api.pages.view import View, ViewOf, redirect
from api.plans import PlanUnreadable, child_plans, load_plan_text, plan_names
from api.problems import Forbidden, Invalid, NotFound, Problem
from api.routers.programs import Start, start_program
from api.starters import check_starts
from rules.acts import Role
from rules.authority import FOR_A_PARTY
from rules.language.plan import Plan
from rules.language.reading import Fault, InvalidDocument
from rules.validation.accepted import validated_plan

router = APIRouter(prefix="/programs/new")

FOR_NOBODY = (Role.OFFICER, Role.MONITOR, Role.AUDITOR, Role.CHECKER)
MOST_BYTES, MOST_FIELDS = 300_000, 2_000


@dataclass(frozen=True, slots=True)
class Seat:
    """A membership to be filled: a role, and the party for which it is held."""

    role: Role
    party: str | None
    title: str

    @property
    def name(self) -> str:
        return f"seat.{self.party or ''}.{self.role}"


@router.get("")
async def choose(view: ViewOf) -> Response:
    """The page with the plans of the service, and a field for another text."""
    _starter(view)
    return view.page("start.html", kept=plan_names(view.state.settings.accord_plans), problem=None)


@router.post("")
async def start(view: ViewOf) -> Response:
    """Handles the form. `step` read shows open parameters or faults; start starts the program."""
    async with view.request.form(max_fields=MOST_FIELDS, max_files=1, max_part_size=MOST_BYTES) as sent:
        view.check_form(sent)
        caller = _starter(view)
        try:
            document = await _document(view, sent)
            plan = await _read(view, document)
        except InvalidDocument as faulty:
            return _faulty(view, document, faulty.faults)
        except Problem as problem:
            kept = plan_names(view.state.settings.accord_plans)
            return view.page("start.html", problem.answered_with, kept=kept, problem=problem)
        if sent.get("step") != "start":
            return _open_parts(view, document, plan, {}, f"page-{uuid4()}")
        return await _start(view, caller, document, plan, {name: str(value) for name, value in sent.items()})


def _starter(view: View) -> CallerInfo:
    """The visitor as a starter. Raises Forbidden or NotFound."""
    caller = view.visitor.starting()
    check_starts(view.state.provider, caller)
    return caller


def may_start(view: View) -> bool:
    """Whether the visitor may start programs."""
    try:
        _starter(view)
    except (Forbidden, NotFound):
        return False
    return True


async def _document(view: View, sent: FormData) -> str:
    """The plan's text: uploaded, pasted, or a plan of the service. Raises Invalid."""
    upload, kept = sent.get("file"), str(sent.get("plan", ""))
    if isinstance(upload, UploadFile) and upload.filename:
        try:
            return (await upload.read(MOST_BYTES)).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Invalid("unreadable", "The file is no text in UTF-8.", "a plan as YAML or JSON") from None
    if pasted := str(sent.get("document", "")).replace("\r\n", "\n").strip("\n"):
        return pasted + "\n"
    try:
        return load_plan_text(view.state.settings.accord_plans, kept)
    except PlanUnreadable as error:
        raise Invalid("plan_unknown", "Choose a plan, or give a text.", error.accepted) from None


async def _read(view: View, document: str) -> Plan:
    """The parsed plan with the plans of its child programs. Raises InvalidDocument or Invalid."""
    try:
        programs = await child_plans(view.state.plans, view.state.settings.accord_plans, document, {})
    except PlanUnreadable as error:
        raise Invalid("plan_unknown", str(error), error.accepted) from None
    await view.state.plans.prefetch_accepted(document, {}, programs or {})
    return validated_plan(document, {}, programs or {})


def _faulty(view: View, document: str, faults: tuple[Fault, ...]) -> Response:
    at_line: dict[int, list[str]] = {}
    for fault in faults:
        place = ".".join(str(part) for part in fault.path)
        at_line.setdefault(fault.position[0], []).append(f"{place}: {fault.message}" if place else fault.message)
    return view.page("start_faulty.html", 422, lines=document.splitlines(), document=document, at_line=at_line)


def _open_parts(
    view: View, document: str, plan: Plan, given: Mapping[str, str], key: str, problem: Problem | None = None
) -> Response:
    return view.page(
        "start_open.html",
        problem.answered_with if problem else 200,
        document=document,
        plan=plan,
        seats=list(_seats(plan)),
        given=given,
        key=key,
        problem=problem,
    )


def _seats(plan: Plan) -> Iterator[Seat]:
    for role in FOR_NOBODY:
        yield Seat(role, None, "")
    titles = {name: party.name for name, party in plan.parties.items()} | {
        name: body.name for name, body in plan.bodies.items()
    }
    for (party, title), role in product(titles.items(), sorted(FOR_A_PARTY)):
        yield Seat(role, party, title)


async def _start(view: View, caller: CallerInfo, document: str, plan: Plan, given: dict[str, str]) -> Response:
    members = [
        {"person": person, "role": seat.role, "party": seat.party}
        for seat in _seats(plan)
        for person in given.get(seat.name, "").replace(",", " ").split()
    ]
    asked: dict[str, Any] = {"document": document, "members": members, "title": given.get("title") or None}
    asked["parameters"] = {name: value for name in plan.parameters if (value := given.get(f"parameter.{name}", "").strip())}
    key = given.get("key", "")
    try:
        body = Start.model_validate(asked)
        answer = await start_program(view.state, caller, key, body)
    except ValidationError as error:
        faults = validation_errors.faults(error.errors(), lambda _: "")
        return _open_parts(view, document, plan, given, key, Invalid("unreadable", validation_errors.sentence(faults)))
    except Problem as problem:
        return _open_parts(view, document, plan, given, key, problem)
    return redirect(f"/programs/{from_json(bytes(answer.body))['program']}")
