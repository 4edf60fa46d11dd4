"""The relay stands back for acts, and catches up when they pause."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import cast
from uuid import UUID, uuid4

import pytest
from temporalio.client import Client

from db.programs import Programs
from db.tellings import Round, Tellings, Untold
from workflows import relay
from workflows.relay import AT_ONCE, MEANWHILE, Relay


class Acts:
    """Stands in for the tellings: acts come during the rounds that it is told, and everything is always untold."""

    def __init__(self, during: set[int]) -> None:
        self._during = during
        self._news: asyncio.Queue[UUID] = asyncio.Queue()
        self.asked: asyncio.Queue[int] = asyncio.Queue()
        self._rounds = 0

    @asynccontextmanager
    async def round(self, _namespace: str, most: int) -> AsyncIterator[Round]:
        self._rounds += 1
        if self._rounds in self._during:
            self._news.put_nowait(uuid4())
        self.asked.put_nowait(most)
        one = Untold(program_id=uuid4(), seq=1)
        yield cast("Round", type("Told", (), {"untold": (one,)})())

    async def heard(self) -> AsyncGenerator[UUID]:
        while True:
            yield await self._news.get()


class Nothing:
    """Stands in for the programs: there is none any more, so nobody is signalled."""

    async def load(self, _program: UUID) -> None:
        return None


async def test_while_acts_come_few_workflows_are_told_and_all_once_they_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "PAUSE_SECONDS", 0.01)
    acts = Acts(during={1, 2})
    telling = asyncio.create_task(
        Relay(cast("Client", None), cast("Tellings", acts), cast("Programs", Nothing()), "namespace").run()
    )
    try:
        asked = [await asyncio.wait_for(acts.asked.get(), 30) for _ in range(4)]
    finally:
        telling.cancel()
    assert asked == [AT_ONCE, MEANWHILE, MEANWHILE, AT_ONCE]
