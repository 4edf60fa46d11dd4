"""Dependencies of reads: the program now or at an instant, if the caller may know of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from api.act_requests import ProgramId
from api.callers import Caller
from api.identity import CallerInfo
from api.problems import Invalid, NotFound
from api.rate_limit import PAST, view_units
from api.state import State, StateOf
from db.memberships import memberships
from rules.program import Program
from rules.times import Instant, format_instant

At = Annotated[Instant | None, Query(description="as it was known then, by what had been recorded; left out, now")]


@dataclass(frozen=True, slots=True)
class ProgramRead:
    """A program and the instant of the read. Durations are counted up to `at`, in the past or now."""

    id: UUID
    program: Program
    at: datetime
    is_past: bool


async def program_now(state: State, caller: CallerInfo, program: UUID) -> Program:
    """The program now. Raises NotFound or TooMuch."""
    caller.check_scope(program)
    cached = await state.programs.load(program)
    found = caller.check_visible(cached.program if cached else None)
    _charge_view(state, caller, found)
    return found


async def program_at(state: State, caller: CallerInfo, program: UUID, at: datetime | None) -> ProgramRead:
    """The program as it was known at an instant; None: now. Whoever may see it today may see its past.

    Raises NotFound, also before it was started, TooMuch, or Invalid for an instant in the future.
    """
    now = datetime.now(UTC)
    if at is None:
        return ProgramRead(program, await program_now(state, caller, program), now, is_past=False)
    is_member = at <= now and await _is_member(state, caller, program)
    if not is_member:
        check_past(at, max(now, (await program_now(state, caller, program)).at))
    state.rate_limits.take(caller.person, PAST)
    if (then := await state.programs.as_of(program, at)) is None:
        raise NotFound("program at that instant")
    if is_member:
        _charge_view(state, caller, then)  # as it is where the present is loaded
    return ProgramRead(program, then, at, is_past=True)


def _charge_view(state: State, caller: CallerInfo, program: Program) -> None:
    """Charges what the size of a program's plan costs whoever looks at it. Raises TooMuch."""
    if units := view_units(program.plan):
        state.rate_limits.take(caller.person, units)


async def _is_member(state: State, caller: CallerInfo, program: UUID) -> bool:
    """Whether the caller is known to see a program, by the projection of its members.

    A long ledger is not folded to its end to learn who may see its past. Raises NotFound for a token of another program.
    """
    caller.check_scope(program)
    if caller.is_claimed:
        return False
    return caller.reads_everything or bool(await memberships(state.reader, caller.person, among=[program], most=1))


def check_past(at: datetime, now: datetime) -> None:
    """Raises Invalid for an instant in the future."""
    if at > now:
        raise Invalid(
            "in_the_future", f"{format_instant(at)} has not come yet; it is now {format_instant(now)}.", "an instant up to now"
        )


async def _read_program(state: StateOf, caller: Caller, program: ProgramId, at: At = None) -> ProgramRead:
    return await program_at(state, caller, program, at)


ProgramReadOf = Annotated[ProgramRead, Depends(_read_program)]
"""The program of a route now, or `at` an instant."""
