"""Open pages hear that something has changed, as whoever may know of it, and cost next to nothing however many they are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx2
import pytest

from db.pools import ReadPool
from tests.api.conftest import Door
from tests.api.pages.conftest import SignIn

PAGES = 60
IN_TIME_SECONDS = 20.0


@pytest.fixture
async def streams(door: Door, sign_in: SignIn) -> AsyncIterator[list[AsyncIterator[str]]]:
    """As many pages of a member as there may be, each with its stream."""
    browser = await sign_in("moss")
    cookies = dict(browser.client.cookies)
    async with AsyncExitStack() as stack:
        limits = httpx2.Limits(max_connections=None)
        client = httpx2.AsyncClient(base_url=browser.client.base_url, cookies=cookies, timeout=None, limits=limits)
        await stack.enter_async_context(client)

        async def opened() -> AsyncIterator[str]:
            change_feed = client.stream("GET", "/events", params={"program": door.program})
            lines = (await stack.enter_async_context(change_feed)).aiter_lines()
            await told(lines, "retry:")
            return lines

        yield [await opened() for _ in range(PAGES)]


async def told(lines: AsyncIterator[str], begins: str) -> str:
    return await asyncio.wait_for(_next(lines, begins), IN_TIME_SECONDS)


async def _next(lines: AsyncIterator[str], begins: str) -> str:
    return await anext(line async for line in lines if line.startswith(begins))


async def report(door: Door) -> int:
    """An incident; the number of its entry."""
    answer = await door.get("moss", "/programs/{program}")
    body = {"incident_kind": "attack", "severity": "minor", "happened_at": answer.json()["started_at"], "place": "X"}
    done = await door.post("moss", "/programs/{program}/incidents", body | {"account": "Shots.", "incident": "i1"})
    assert done.status_code == 201, done.text
    return int(done.json()["last_seq"])


@pytest.mark.own_service
async def test_sixty_open_pages_hear_of_a_change_by_two_questions(
    door: Door, streams: list[AsyncIterator[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is asked twice a second for all of them, and one for what has changed."""
    asked: list[str] = []
    rows = ReadPool.rows

    async def counted(self: ReadPool, query: Any, *more: Any) -> Any:
        asked.append(str(query))
        return await rows(self, query, *more)

    monkeypatch.setattr(ReadPool, "rows", counted)
    seq = await report(door)
    heard = await asyncio.gather(*(told(lines, "data:") for lines in streams))
    assert set(heard) == {f"data: {door.program}:{seq}"}
    polled = [query for query in asked if query.startswith("SELECT id, seq FROM program")]
    assert len(asked) - len(polled) <= 3, [query for query in asked if query not in polled]  # of the act itself, and one


async def test_a_stream_ends_with_the_membership(door: Door, sign_in: SignIn) -> None:
    browser = await sign_in("moss")
    async with browser.client.stream("GET", "/events", params={"program": door.program}) as stream:
        lines = stream.aiter_lines()
        await told(lines, "retry:")
        member = {"person": "moss", "role": "monitor", "party": None}
        removed = await door.post("olga", "/programs/{program}/members/removals", {"member": member, "reason": "Retired."})
        assert removed.status_code == 201, removed.text
        assert [line async for line in lines if line.startswith("data:")] == []
