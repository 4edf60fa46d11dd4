"""The desk: across all programs of the visitor, what they owe, what waits for others, and what comes next."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.pages.view import ViewOf
from db.queries import Wanted

router = APIRouter()


@router.get("/")
async def desk(view: ViewOf) -> Response:
    reader = view.visitor.reading()
    wanted = Wanted(person=None if reader.reads_everything else reader.person)
    lines = await view.state.queries.programs(wanted, most=20)
    return view.page("desk.html", lines=lines)
