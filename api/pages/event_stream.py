"""Server-sent events for open pages: the id of a changed program and the number of its newest entry.

The stream carries no content. The page reloads itself, with the visitor's current permissions.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.pages.view import View, ViewOf
from api.pages.visitor import visitor_if_any

router = APIRouter()

MOST_PROGRAMS = 60
"""The most programs in one stream: as many as the desk shows."""

RETRY_MILLISECONDS = 2_000
SESSION_CHECK_SECONDS = 30
"""The interval of session checks: a change does not query the session of each open page."""


async def _watched_programs(
    view: ViewOf,
    program: Annotated[list[UUID], Query(min_length=1, max_length=MOST_PROGRAMS)],
    last_event_id: Annotated[str, Header(max_length=100)] = "",
) -> Mapping[UUID, int]:
    """The visitor's programs, each with the entry number that the page has shown. Raises NotFound."""
    known = {one: (await view.open_program(one)).program.seq for one in dict.fromkeys(program)}
    last, _, seq = last_event_id.partition(":")
    return {one: int(seq) if str(one) == last and seq.isdecimal() else newest for one, newest in known.items()}


@router.get("/events", response_class=EventSourceResponse)
async def events(
    view: ViewOf, watched: Annotated[Mapping[UUID, int], Depends(_watched_programs)]
) -> AsyncIterator[ServerSentEvent]:
    """The event stream of a browser. It ends with the membership, and soon after the session."""
    yield ServerSentEvent(comment="watching", retry=RETRY_MILLISECONDS)
    asked_at = time.monotonic()
    async with aclosing(view.state.change_feed.newer(watched)) as changes:
        async for program, seq in changes:
            if time.monotonic() - asked_at > SESSION_CHECK_SECONDS:
                asked_at = time.monotonic()
                if await visitor_if_any(view.state, view.request) is None:
                    return
            if not await _may_read(view, program):
                return
            yield ServerSentEvent(event="changed", id=f"{program}:{seq}", raw_data=f"{program}:{seq}")


async def _may_read(view: View, program: UUID) -> bool:
    cached = view.state.programs.get(program) or await view.state.programs.load(program)
    if cached is None or view.visitor.session.expires_at <= datetime.now(UTC):
        return False
    reader = view.visitor.reading()
    return reader.reads_everything or cached.program.has(reader.person)
