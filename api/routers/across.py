"""Routes across programs: what is owed, dates, and the caller."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import TypeAdapter
from pydantic_core import from_json, to_json

from api.callers import Caller
from api.identity import CallerInfo
from api.problem_responses import READS
from api.problems import Invalid
from api.responses.me import MembershipResponse, MeResponse
from api.responses.owed import DatePage, DateResponse, OwedLineResponse, OwedPage
from api.state import StateOf
from db.due_dates import DatePlace, DueDateFilter, due_dates
from db.memberships import memberships
from db.owed import KINDS, NEVER, OwedFilter, OwedPlace, owed_items
from rules.authority import FOR_A_PARTY
from rules.explanations.answering import answerable_in
from rules.explanations.owing import OwedKind
from rules.field_types import Id, Name
from rules.times import Instant

router = APIRouter(tags=["across programs"])

After = Annotated[str | None, Query(pattern="^[0-9A-Za-z_=-]{1,600}$", description="`next` of the page before")]


@router.get("/owed", responses=READS)
async def get_owed(
    state: StateOf,
    caller: Caller,
    whose: Annotated[
        Literal["mine", "everybody"] | None,
        Query(description="mine: what the caller could do; left out, mine unless a party or person is named"),
    ] = None,
    party: Annotated[Name | None, Query(description="what this party or body owes")] = None,
    person: Annotated[Id | None, Query(description="what this person could do, by all memberships")] = None,
    due_before: Annotated[Instant | None, Query(description="a date of it will have passed by then")] = None,
    overdue: Annotated[bool | None, Query(description="its date has passed, or it has not")] = None,
    kind: OwedKind | None = None,
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> OwedPage:
    """What is owed in all programs that the caller may know of, soonest due first; what has no date comes last."""
    asked = OwedFilter(
        **_known_programs(caller),
        **_doer(caller, mine=whose == "mine" or (whose, party, person) == (None, None, None), person=person),
        party=party,
        kinds=(kind,) if kind else KINDS,
        due_before=due_before,
        overdue=overdue,
    )
    lines = await owed_items(state.reader, asked, after=_place(after, _OWED_PLACE), most=limit)
    more = _next(lines[-1].place) if len(lines) == limit else None
    return OwedPage(owed=[OwedLineResponse.of(line) for line in lines], next=more)


@router.get("/dates", responses=READS)
async def get_dates(
    state: StateOf,
    caller: Caller,
    start: Annotated[Instant, Query(alias="from", description="dates from this instant on")],
    end: Annotated[Instant, Query(alias="to", description="and before this one")],
    party: Annotated[Name | None, Query(description="due dates of this party's milestones alone")] = None,
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> DatePage:
    """Dates of all programs that the caller may know of, for calendars: when milestones are due, and other clocks end."""
    if end <= start:
        raise Invalid("unreadable", "`to` does not lie after `from`.", "an instant after `from`")
    asked = DueDateFilter(start=start, end=end, party=party, **_known_programs(caller))
    found = await due_dates(state.reader, asked, after=_place(after, _DATE_PLACE), most=limit)
    more = _next(found[-1].place) if len(found) == limit else None
    return DatePage(dates=[DateResponse.of(date) for date in found], next=more)


@router.get("/me", responses=READS)
async def get_me(
    state: StateOf, caller: Caller, after: After = None, limit: Annotated[int, Query(ge=1, le=500)] = 100
) -> MeResponse:
    """Whose token this is, until when it is valid, and the programs in which that person is a member, in pages."""
    read = await memberships(state.reader, caller.person, among=caller.scope, after=_place(after, _MEMBER_PLACE), most=limit)
    last = read[-1] if len(read) == limit else None
    return MeResponse(
        person=caller.person,
        role=caller.role,
        party=caller.party,
        program=caller.program,
        expires_at=caller.expires_at,
        can_do=list(answerable_in(caller.role)),
        programs=[MembershipResponse.of(one) for one in read],
        next=_next((last.program_id, last.role, last.party or "")) if last else None,
    )


def _known_programs(caller: CallerInfo) -> dict[str, Any]:
    """The programs that the caller may know of."""
    return {
        "knows": caller.member_filter,
        "among": caller.scope,
    }


def _doer(caller: CallerInfo, *, mine: bool, person: str | None) -> dict[str, Any]:
    if person is not None:
        return {"doer": person}
    if not mine:
        return {}
    party = caller.party if caller.role in FOR_A_PARTY else None
    return {"doer": caller.person, "role": caller.role, "doer_party": party}


_OWED_PLACE: TypeAdapter[OwedPlace] = TypeAdapter(OwedPlace)
_DATE_PLACE: TypeAdapter[DatePlace] = TypeAdapter(DatePlace)
_MEMBER_PLACE: TypeAdapter[tuple[UUID, str, str]] = TypeAdapter(tuple[UUID, str, str])


def _next(place: tuple[Any, ...]) -> str:
    return urlsafe_b64encode(to_json(place)).decode()


def _place(after: str | None, shape: TypeAdapter[Any]) -> Any:
    """The cursor of a page; None for the first. Raises Invalid."""
    if after is None:
        return None
    try:
        place = shape.validate_python(tuple(from_json(urlsafe_b64decode(after))), strict=False)
        if isinstance(place[0], str) and place[0] != NEVER:
            datetime.fromisoformat(place[0])
    except (ValueError, TypeError):
        raise Invalid("unreadable", "There is no such page.", "`next` of the page before, unchanged") from None
    return place
