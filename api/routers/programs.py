"""Programs: starting one, finding them, and what each view of one shows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID, uuid5

from fastapi import APIRouter, Query, Response
from pydantic import BeforeValidator, Field, WithJsonSchema

from api.acting import RECORDED, Key, Preview, ProgramId, perform
from api.allowance import LONG_PAGE, PAST, USUAL_PAGE, view
from api.answers.assessments import AssessedAnswer
from api.answers.checks import GateAnswer
from api.answers.ledger import EntryAnswer, EntryPage, FactKind, SealedAnswer, SealedPage, withheld
from api.answers.phases import ClockAnswer, MilestoneAnswer, PhaseAnswer
from api.answers.programs import (
    EvidenceAnswer,
    EvidencePage,
    IncidentAnswer,
    ProgramAnswer,
    ProgramLine,
    ProgramPage,
    incidents,
)
from api.answers.reciprocity import ReciprocityAnswer
from api.answers.releases import PostingAnswer, PostingPage, ReleaseAnswer
from api.callers import Caller
from api.identity import CallerInfo
from api.plans import PlanUnreadable, child_plans, named_plan
from api.problems import READS, WRITES, Invalid, NotFound
from api.state import State, StateOf
from db.queries import Line, Place, Sought, Wanted
from db.turns import Turns
from rules import acts as a
from rules.explaining.explain import blocking
from rules.language.declared import ChildChosen
from rules.language.plan import PlanName
from rules.language.reading import Faulty
from rules.program import Program
from rules.settling.clocks import clocks
from rules.times import Instant, read_instant, written
from rules.vocabulary.evidence import EvidenceStatus
from rules.vocabulary.standing import Standing
from rules.words import Chosen, Id, Label, Name, PlanText, Strict

router = APIRouter(prefix="/programs", tags=["programs"])

STARTED_BY = UUID("6f1d3c52-6d3b-5c55-9c0e-0c7c5ad2d5d1")
"""Namespace of program ids: the same person with the same key starts the same program."""


def _as_text(plan: object) -> object:
    """A plan that was sent as JSON, as its text."""
    try:
        return json.dumps(plan, ensure_ascii=False) if isinstance(plan, dict) else plan
    except RecursionError:
        raise ValueError("is nested too deeply for a plan") from None


_AS_TEXT = {"type": "string", "minLength": 1, "maxLength": 200_000}
PlanDocument = Annotated[
    PlanText, BeforeValidator(_as_text), WithJsonSchema({"anyOf": [_AS_TEXT, {"type": "object"}], "description": "a plan"})
]


class Start(Strict):
    """Which plan to start, with which values for what it leaves open."""

    plan: PlanName | None = Field(default=None, description="name of a plan kept by this service", examples=["us-iraq-reset"])
    document: PlanDocument | None = Field(default=None, description="or a whole plan: its text, or JSON")
    parameters: dict[Name, Chosen] = Field(default_factory=dict)
    title: Label | None = None
    members: tuple[a.Member, ...] = Field(default=(), max_length=200)
    programs: dict[Name, ChildChosen] = Field(default_factory=dict, description="what is chosen for child programs")


@router.post("", **{**RECORDED, "responses": {**RECORDED["responses"], **WRITES}})
async def start_program(state: StateOf, caller: Caller, key: Key, body: Start, preview: Preview = False) -> Response:  # noqa: FBT002  a query flag
    """Starts a program from a plan. The caller becomes its first officer."""
    caller.check_role(a.Role.OFFICER)
    if caller.program is not None:
        raise NotFound("plan")
    if (body.plan is None) == (body.document is None):
        raise Invalid("unreadable", "Name a plan, or send a whole one; one of the two.")
    document = body.document or ""
    plans = state.settings.accord_plans
    try:
        document = named_plan(plans, body.plan) if body.plan is not None else document
        programs = await child_plans(state.plans, plans, document, body.programs)
    except PlanUnreadable as error:
        raise Invalid("plan_unknown", str(error), error.accepted) from None
    except Faulty as error:
        raise Invalid("plan_faulty", error.faults[0].line("plan"), "a plan without faults") from None
    deed = a.StartProgram(
        document=document, parameters=body.parameters, title=body.title, members=body.members, programs=programs
    )
    program = uuid5(STARTED_BY, f"{caller.person}/{key}")
    return await perform(state, caller, program, a.Act(id=key, actor=caller.actor, deed=deed), preview=preview)


@router.get("", responses=READS)
async def list_programs(
    state: StateOf,
    caller: Caller,
    plan: PlanName | None = None,
    phase: Annotated[Name | None, Query(description="open phase")] = None,
    standing: Standing | None = None,
    party: Name | None = None,
    next_due_before: Instant | None = None,
    parent: Annotated[UUID | None, Query(description="the children of this program")] = None,
    after: Annotated[str | None, Query(pattern=r"^[0-9A-Za-z~:.+-]{1,100}$", description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ProgramPage:
    """The programs that the caller may know of, newest first, in pages."""
    wanted = Wanted(
        plan=plan,
        phase=phase,
        standing=standing,
        party=party,
        due_before=next_due_before,
        parent=parent,
        person=None if caller.reads_everything else caller.person,
        among=None if caller.program is None else [caller.program],
    )
    lines = await state.queries.programs(wanted, after=_place(after), most=limit)
    more = f"{written(lines[-1].started_at)}~{lines[-1].id}" if len(lines) == limit else None
    return ProgramPage(programs=[ProgramLine.model_validate(line, from_attributes=True) for line in lines], next=more)


def _place(after: str | None) -> Place | None:
    if after is None:
        return None
    started_at, _, last = after.partition("~")
    try:
        return read_instant(started_at), UUID(last)
    except ValueError:
        raise Invalid("unreadable", "There is no such page.", "`next` of the page before, unchanged") from None


async def seen(state: State, caller: CallerInfo, program: UUID) -> Program:
    """The program as it stands, if the caller may know of it. Raises NotFound or TooMuch."""
    caller.check_scope(program)
    kept = await state.programs.load(program)
    found = caller.check_sees(kept.program if kept else None)
    if units := view(found.plan):
        state.allowances.take(caller.person, units)
    return found


async def seen_at(state: State, caller: CallerInfo, program: UUID, at: datetime) -> Program:
    """The program as it was known at an instant. Raises NotFound or TooMuch."""
    await seen(state, caller, program)
    state.allowances.take(caller.person, PAST)
    if (held := await state.programs.as_of(program, at)) is None:
        raise NotFound("program at that instant")
    return held


def _charge_page(state: State, caller: CallerInfo, limit: int) -> None:
    if limit > USUAL_PAGE:
        state.allowances.take(caller.person, LONG_PAGE)


def _now() -> datetime:
    return datetime.now(UTC)


@router.get("/{program}", responses=READS)
async def get_program(state: StateOf, caller: Caller, program: ProgramId) -> ProgramAnswer:
    """One program as it stands."""
    return ProgramAnswer.of(program, await seen(state, caller, program), _now())


@router.get("/{program}/phases", responses=READS)
async def get_phases(state: StateOf, caller: Caller, program: ProgramId) -> list[PhaseAnswer]:
    """Its phases, in the order of the plan, with what blocks each."""
    held = await seen(state, caller, program)
    turns, phases = Turns(), list[PhaseAnswer]()
    for name in held.plan.phases:
        phases.append(PhaseAnswer.of(held, name, _now()))
        await turns.others()
    return phases


@router.get("/{program}/milestones", responses=READS)
async def get_milestones(
    state: StateOf, caller: Caller, program: ProgramId, phase: Name | None = None
) -> list[MilestoneAnswer]:
    """Its milestones: what shows each, what is found, and original, revised and actual dates."""
    held = await seen(state, caller, program)
    turns, milestones = Turns(), list[MilestoneAnswer]()
    for name in held.plan.milestones:
        if phase is None or held.plan.phase_of[name] == phase:
            milestones.append(MilestoneAnswer.of(held, name, _now()))
            await turns.others()
    return milestones


@router.get("/{program}/blocking", responses=READS)
async def get_blocking(state: StateOf, caller: Caller, program: ProgramId) -> list[GateAnswer]:
    """What blocks the next gates: each unmet criterion, who owes the next act, since when, and which checks are overdue."""
    held, at = await seen(state, caller, program), _now()
    last = await state.runs.of(program) if held.plan.checks else {}
    return [GateAnswer.with_checks(held, block, last, at) for block in blocking(held, at)]


@router.get("/{program}/releases", responses=READS)
async def get_releases(
    state: StateOf,
    caller: Caller,
    program: ProgramId,
    at: Annotated[Instant | None, Query(description="as it was known then; left out, now")] = None,
) -> list[ReleaseAnswer]:
    """Its releases: what earns each, what stands in its accounts, and what it waits for."""
    held = await (seen(state, caller, program) if at is None else seen_at(state, caller, program, at))
    return [ReleaseAnswer.of(held, name, at or _now()) for name, _ in held.paying]


@router.get("/{program}/releases/{release}/postings", responses=READS)
async def get_postings(
    state: StateOf,
    caller: Caller,
    program: ProgramId,
    release: Name,
    after: Annotated[int, Query(ge=0, lt=2**53, description="`next` of the page before")] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> PostingPage:
    """What was posted between the accounts of one release, oldest first, in pages."""
    if release not in (await seen(state, caller, program)).releases:
        raise NotFound("release")
    sought = Sought(kinds=["balance_moved", "release_rolled_over"], subjects=[release])
    lines = await state.queries.ledger(program, sought, after=after, most=limit)
    return PostingPage(postings=[PostingAnswer.of(line.entry) for line in lines], next=_after(lines, limit))


@router.get("/{program}/reciprocity", responses=READS)
async def get_reciprocity(state: StateOf, caller: Caller, program: ProgramId) -> list[ReciprocityAnswer]:
    """What each party owes, since when; and what it has kept, was late with, was waived and has broken."""
    return ReciprocityAnswer.all_of(await seen(state, caller, program), _now())


@router.get("/{program}/clocks", responses=READS)
async def get_clocks(state: StateOf, caller: Caller, program: ProgramId) -> list[ClockAnswer]:
    """What happens when nobody acts, soonest first."""
    return [ClockAnswer.of(clock, _now()) for clock in clocks(await seen(state, caller, program))]


@router.get("/{program}/evidence", responses=READS)
async def get_evidence(
    state: StateOf,
    caller: Caller,
    program: ProgramId,
    milestone: Name | None = None,
    indicator: Name | None = None,
    status: EvidenceStatus | None = None,
    after: Annotated[Id | None, Query(description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> EvidencePage:
    """Its evidence and measurements, oldest first, in pages."""
    pieces = (await seen(state, caller, program)).evidence.values()
    wanted = [
        piece
        for piece in pieces
        if (milestone is None or piece.milestone == milestone)
        and (indicator is None or (piece.measurement is not None and piece.measurement.indicator == indicator))
        and (status is None or piece.status is status)
    ]
    start = next((number + 1 for number, piece in enumerate(wanted) if piece.id == after), 0)
    page = wanted[start : start + limit]
    more = page[-1].id if start + limit < len(wanted) else None
    return EvidencePage(evidence=[EvidenceAnswer.of(piece) for piece in page], next=more)


@router.get("/{program}/assessments", responses=READS)
async def get_assessments(state: StateOf, caller: Caller, program: ProgramId) -> list[AssessedAnswer]:
    """Its milestones as each assessor of the plan sees them, side by side; those that nobody has assessed are left out."""
    held = await seen(state, caller, program)
    return [AssessedAnswer.of(held, name) for name in held.plan.milestones if held.milestone(name).assessments]


@router.get("/{program}/incidents", responses=READS)
async def get_incidents(state: StateOf, caller: Caller, program: ProgramId) -> list[IncidentAnswer]:
    """Its incidents, newest first by when they happened."""
    return incidents(await seen(state, caller, program))


@router.get("/{program}/ledger", responses=READS)
async def get_ledger(
    state: StateOf,
    caller: Caller,
    program: ProgramId,
    since: Annotated[Instant | None, Query(description="recorded at or after")] = None,
    until: Annotated[Instant | None, Query(description="recorded before")] = None,
    kind: Annotated[FactKind | None, Query(description="kind of fact")] = None,
    actor: Annotated[Id | None, Query(description="person")] = None,
    subject: Annotated[Id | None, Query(description="milestone, phase, incident or evidence")] = None,
    order: Annotated[Literal["oldest_first", "newest_first"], Query(description="by number")] = "oldest_first",
    after: Annotated[int | None, Query(ge=0, lt=2**53, description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> EntryPage:
    """Its ledger in pages, oldest first unless asked otherwise."""
    await seen(state, caller, program)
    _charge_page(state, caller, limit)
    sought = Sought(
        since=since,
        until=until,
        kinds=[kind] if kind else None,
        actor=actor,
        subjects=[subject] if subject else None,
    )
    newest_first = order == "newest_first"
    lines = await state.queries.ledger(program, sought, after=after, most=limit, newest_first=newest_first)
    return EntryPage(entries=[withheld(EntryAnswer.of(line.entry)) for line in lines], next=_after(lines, limit))


@router.get("/{program}/chain", responses=READS)
async def get_chain(
    state: StateOf,
    caller: Caller,
    program: ProgramId,
    after: Annotated[int, Query(ge=0, lt=2**53, description="`next` of the page before")] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> SealedPage:
    """Its ledger as the bytes that were hashed, oldest first, in pages: for proving the chain by oneself."""
    await seen(state, caller, program)
    _charge_page(state, caller, limit)
    lines = await state.queries.ledger(program, after=after, most=limit)
    return SealedPage(entries=[SealedAnswer.of(line) for line in lines], next=_after(lines, limit))


@router.get("/{program}/as-of", responses=READS)
async def get_as_of(
    state: StateOf, caller: Caller, program: ProgramId, at: Annotated[Instant, Query(description="what was recorded by then")]
) -> ProgramAnswer:
    """The program as it was known at an instant."""
    return ProgramAnswer.of(program, await seen_at(state, caller, program, at), at)


def _after(lines: Sequence[Line], limit: int) -> int | None:
    """Where the next page of a ledger goes on; None at its end."""
    return lines[-1].entry.seq if len(lines) == limit else None
