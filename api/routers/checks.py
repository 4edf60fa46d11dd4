"""Routes of automated checks: status, runs, pause and resume."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from api.act_requests import RECORDED, ActRequestOf, ActRoute, ProgramId, Reasoned
from api.callers import Caller
from api.load_program import program_now
from api.problem_responses import READS, problem_responses
from api.problems import Forbidden, NotFound, Refused, Unavailable
from api.responses.checks import CheckResponse, RunAsked, Upcoming
from api.state import State, StateOf
from rules import acts as a
from rules.decisions.members import role_not_held
from rules.field_types import Name
from rules.program import Program
from rules.refusals import Code
from rules.refusals import Refused as RefusedAct
from rules.vocabulary.checks import CheckState
from workflows.schedule_client import TemporalUnavailable, next_runs, progress, run_now

router = APIRouter(prefix="/programs/{program}/checks", tags=["checks"], route_class=ActRoute)

CheckName = Annotated[Name, Path(alias="check")]


@router.get("", responses=READS)
async def get_checks(state: StateOf, caller: Caller, program: ProgramId) -> list[CheckResponse]:
    """Its automated checks: last run, next run, what each found last, and whether its source answers."""
    read = await program_now(state, caller, program)
    return await _check_responses(state, program, read, list(read.plan.checks))


@router.get("/{check}", responses=READS)
async def get_check(state: StateOf, caller: Caller, program: ProgramId, check: CheckName) -> CheckResponse:
    """One of them; while it runs, also how far it is."""
    read = await program_now(state, caller, program)
    _check_known(read, check)
    (answer,) = await _check_responses(state, program, read, [check])
    if answer.last_run is None or answer.last_run.seconds is not None:
        return answer
    return answer.model_copy(update={"progress": await progress(state.temporal, str(program), check)})


@router.post("/{check}/run", status_code=202, responses=problem_responses(401, 403, 404, 409, 422, 503))
async def run_check(state: StateOf, caller: Caller, program: ProgramId, check: CheckName) -> RunAsked:
    """Lets a check run now, also a paused one; if it runs already, that run goes on. It is no act: nothing is recorded of it.

    Needs Temporal, and answers 503 while it is away.
    """
    read = await program_now(state, caller, program)
    caller.check_role(a.Role.OFFICER)
    officer = a.Member(person=caller.person, role=a.Role.OFFICER)
    if officer not in read.members:
        raise Forbidden("not_a_member", role_not_held(officer), "an officer of the program")
    _check_known(read, check)
    if read.ended_at is not None:
        raise Refused(
            RefusedAct(Code.PROGRAM_ENDED, "The program has ended; nothing is checked any more.", "a program that runs")
        )
    try:
        await run_now(state.temporal, str(program), check)
    except TemporalUnavailable as away:
        raise Unavailable(f"{away} The check was not asked to run.", "the same request, later") from None
    return RunAsked(program=program, check=check, sentence=f"{read.plan.checks[check].title}: asked to run now.")


@router.post("/{check}/pause", **RECORDED)
async def pause_check(check: CheckName, body: Reasoned, request: ActRequestOf) -> Response:
    """Stops the schedule of a check until it is resumed; the reason stands in the ledger."""
    return await request.perform(a.PauseCheck(check=check, reason=body.reason))


@router.post("/{check}/resume", **RECORDED)
async def resume_check(check: CheckName, body: Reasoned, request: ActRequestOf) -> Response:
    """Lets a paused check run again. What it missed is not made up; it runs next when its schedule says so."""
    return await request.perform(a.ResumeCheck(check=check, reason=body.reason))


def _check_known(program: Program, check: str) -> None:
    if check not in program.plan.checks:
        raise NotFound("check")


async def _check_responses(state: State, program_id: UUID, program: Program, names: Sequence[str]) -> list[CheckResponse]:
    last = await state.runs.of(program_id)
    upcoming = await _upcoming(state, program_id, program, names)
    now = datetime.now(UTC)
    return [CheckResponse.of(program, name, last.get(name), upcoming, now) for name in names]


async def _upcoming(state: State, program_id: UUID, program: Program, names: Sequence[str]) -> Upcoming:
    """The next runs of checks. Queries Temporal only for checks that are scheduled."""
    waited_for = [
        name for name in names if program.ended_at is None and program.checks.get(name, CheckState()).paused_because is None
    ]
    try:
        return Upcoming(await next_runs(state.temporal, str(program_id), waited_for))
    except TemporalUnavailable as away:
        return Upcoming({}, str(away))
