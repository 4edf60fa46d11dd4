"""The desk, which is the start page: what the visitor owes in all programs, what waits for others, changes and next dates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Response

from api.pages.view import View, ViewOf
from api.responses.owed import OwedLineResponse
from api.routers.across import get_dates, get_owed
from db.queries import ProgramFilter, ProgramSummary

router = APIRouter()

MOST_OWED, MOST_DATES, MOST_CHANGED = 50, 12, 20
AHEAD = timedelta(days=120)


@router.get("/")
async def desk(view: ViewOf) -> Response:
    """The start page."""
    reader, now = view.visitor.reading(), datetime.now(UTC)
    mine = await _mine(view)
    everybody = await get_owed(view.state, reader, whose="everybody", limit=MOST_OWED)
    known = {_key(one) for one in mine}
    dates = await get_dates(view.state, reader, start=now, end=now + AHEAD, limit=4 * MOST_DATES)
    programs = await view.state.queries.programs(
        ProgramFilter(person=reader.member_filter, among=reader.scope), most=MOST_CHANGED
    )
    others = [one for one in everybody.owed if _key(one) not in known]
    next_dates = [one for one in dates.dates if one.achieved_at is None][:MOST_DATES]
    return view.page(
        "desk.html",
        mine=mine,
        others=others,
        dates=next_dates,
        lines=programs,
        titles=await view.names_of(
            [*(line.id for line in programs), *(one.program for one in (*mine, *others)), *(one.program for one in next_dates)]
        ),
        changed=_changed(view, programs),
        watched=[line.id for line in programs],
    )


async def _mine(view: View) -> list[OwedLineResponse]:
    """What the visitor can do: by the token's role, or by all memberships of a person of the OpenID provider."""
    reader = view.visitor.reading()
    if view.visitor.session.role is None:
        return (await get_owed(view.state, reader, person=reader.person, limit=MOST_OWED)).owed
    return (await get_owed(view.state, reader, whose="mine", limit=MOST_OWED)).owed


def _changed(view: View, programs: list[ProgramSummary]) -> list[ProgramSummary]:
    """The programs with entries since the visitor's last visit."""
    since = view.visitor.session.seen_before
    return [line for line in programs if since is not None and line.updated_at > since]


def _key(one: OwedLineResponse) -> tuple[object, ...]:
    return one.program, one.party, one.kind, one.name
