"""Routes of programs: start, list and count."""

from __future__ import annotations

import json
from typing import Annotated
from uuid import UUID, uuid5

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BeforeValidator, Field, WithJsonSchema

from api.act_requests import RECORDED, Key, Preview, perform
from api.callers import Caller
from api.json_body import JsonRoute
from api.plans import PlanUnreadable, child_plans, load_plan_text
from api.problem_responses import READS, WRITES
from api.problems import Invalid
from api.responses.programs import (
    CountsResponse,
    ProgramLine,
    ProgramPage,
)
from api.starters import check_starts
from api.state import StateOf
from db.queries import Place, ProgramFilter
from rules import acts as a
from rules.field_types import Chosen, Label, Name, PlanText, StrictModel
from rules.language.declared import ChildChoice
from rules.language.plan import PlanName
from rules.language.reading import InvalidDocument
from rules.times import Instant, format_instant, parse_instant
from rules.vocabulary.standing import Standing

router = APIRouter(prefix="/programs", tags=["programs"], route_class=JsonRoute)

STARTED_BY = UUID("6f1d3c52-6d3b-5c55-9c0e-0c7c5ad2d5d1")
"""UUIDv5 namespace of program ids: derived from person and key, which makes starting idempotent."""


def _as_text(plan: object) -> object:
    """The text of a plan that was sent as JSON."""
    try:
        return json.dumps(plan, ensure_ascii=False) if isinstance(plan, dict) else plan
    except RecursionError:
        raise ValueError("is nested too deeply for a plan") from None


_AS_TEXT = {"type": "string", "minLength": 1, "maxLength": 200_000}
PlanDocument = Annotated[
    PlanText, BeforeValidator(_as_text), WithJsonSchema({"anyOf": [_AS_TEXT, {"type": "object"}], "description": "a plan"})
]


class Start(StrictModel):
    """Which plan to start, with which values for what it leaves open."""

    plan: PlanName | None = Field(default=None, description="name of a plan kept by this service", examples=["us-iraq-reset"])
    document: PlanDocument | None = Field(default=None, description="or a whole plan: its text, or JSON")
    parameters: dict[Name, Chosen] = Field(default_factory=dict)
    title: Label | None = None
    members: tuple[a.Member, ...] = Field(default=(), max_length=200)
    programs: dict[Name, ChildChoice] = Field(default_factory=dict, description="what is chosen for child programs")


@router.post("", **{**RECORDED, "responses": {**RECORDED["responses"], **WRITES}})
async def start_program(state: StateOf, caller: Caller, key: Key, body: Start, preview: Preview = False) -> Response:  # noqa: FBT002  a query flag
    """Starts a program from a plan. The caller becomes its first officer."""
    check_starts(state.provider, caller)
    if (body.plan is None) == (body.document is None):
        raise Invalid("unreadable", "Name a plan, or send a whole one; one of the two.")
    document = body.document or ""
    plans = state.settings.accord_plans
    try:
        document = load_plan_text(plans, body.plan) if body.plan is not None else document
        programs = await child_plans(state.plans, plans, document, body.programs)
    except PlanUnreadable as error:
        raise Invalid("plan_unknown", str(error), error.accepted) from None
    except InvalidDocument as error:
        raise Invalid("plan_faulty", error.faults[0].line("plan"), "a plan without faults") from None
    deed = a.StartProgram(
        document=document, parameters=body.parameters, title=body.title, members=body.members, programs=programs
    )
    program = uuid5(STARTED_BY, f"{caller.person}/{key}")
    return await perform(state, caller, program, a.Act(id=key, actor=caller.actor, deed=deed), preview=preview)


async def _program_filter(
    caller: Caller,
    plan: PlanName | None = None,
    phase: Annotated[Name | None, Query(description="open phase")] = None,
    standing: Standing | None = None,
    party: Name | None = None,
    next_due_before: Annotated[Instant | None, Query(description="a date comes before it, or has passed and is missed")] = None,
    overdue: Annotated[bool | None, Query(description="something is owed whose date has passed, or nothing is")] = None,
    owes: Annotated[Name | None, Query(description="a party or body that owes something now")] = None,
    text: Annotated[Label | None, Query(description="part of the title or of the plan's name, in capitals or not")] = None,
    parent: Annotated[UUID | None, Query(description="the children of this program")] = None,
) -> ProgramFilter:
    """The filter of the list, limited to the caller's programs."""
    return ProgramFilter(
        plan=plan,
        phase=phase,
        standing=standing,
        party=party,
        due_before=next_due_before,
        overdue=overdue,
        owes=owes,
        text=text,
        parent=parent,
        person=caller.member_filter,
        among=caller.scope,
    )


Asked = Annotated[ProgramFilter, Depends(_program_filter)]


@router.get("", responses=READS)
async def list_programs(
    state: StateOf,
    wanted: Asked,
    after: Annotated[str | None, Query(pattern=r"^[0-9A-Za-z~:.+-]{1,100}$", description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ProgramPage:
    """The programs that the caller may know of, newest first, in pages."""
    lines = await state.queries.programs(wanted, after=_place(after), most=limit)
    more = f"{format_instant(lines[-1].started_at)}~{lines[-1].id}" if len(lines) == limit else None
    return ProgramPage(programs=[ProgramLine.model_validate(line, from_attributes=True) for line in lines], next=more)


@router.get("/counts", responses=READS)
async def count_programs(state: StateOf, wanted: Asked) -> CountsResponse:
    """How many of these programs there are, by standing, and in how many something is overdue."""
    counts = await state.queries.counts(wanted)
    by_standing = {standing: counts.by_standing.get(standing, 0) for standing in Standing}
    return CountsResponse(programs=sum(by_standing.values()), by_standing=by_standing, overdue=counts.overdue)


def _place(after: str | None) -> Place | None:
    if after is None:
        return None
    started_at, _, last = after.partition("~")
    try:
        return parse_instant(started_at), UUID(last)
    except ValueError:
        raise Invalid("unreadable", "There is no such page.", "`next` of the page before, unchanged") from None
