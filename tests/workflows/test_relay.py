"""The relay slows down under many acts (back-pressure), and catches up once they pause."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import cast
from uuid import UUID, uuid4

import pytest
from temporalio.client import Client

from db.dispatch import Dispatch, DispatchBatch, Pending
from db.program_cache import ProgramCache
from db.restore_epochs import Epochs
from rules.entries import Entry
from tests.db.family import FirstEpoch
from workflows import relay
from workflows.relay import BATCH_SIZE, BUSY_BATCH_SIZE, BUSY_NOTIFICATIONS, Relay


class Acts:
    """Stands in for what is pending: so many notifications come at once, and then none."""

    def __init__(self, notifications: int) -> None:
        self._notifications = notifications
        self.asked: asyncio.Queue[tuple[int, bool]] = asyncio.Queue()
        self.epoch, self.pending = 1, (Pending(program_id=uuid4(), seq=1, dispatched_seq=0),)

    @asynccontextmanager
    async def batch(
        self, _namespace: str, _epoch: int, most: int, programs: Collection[UUID] | None = None
    ) -> AsyncIterator[DispatchBatch]:
        self.asked.put_nowait((most, programs is None))
        yield cast("DispatchBatch", self)

    async def entries(self, _most: int) -> dict[UUID, list[Entry]]:
        return {one.program_id: [] for one in self.pending}

    async def mark_dispatched(self, _sent: Collection[Pending]) -> None:
        return None

    async def notifications(self) -> AsyncGenerator[tuple[UUID, str | None]]:
        for _ in range(self._notifications):
            yield uuid4(), None
        await asyncio.Event().wait()


class Nothing:
    """Stands in for the programs: there is none any more, so nobody is signalled."""

    async def load(self, _program: UUID) -> None:
        return None


async def batches(acts: Acts, number: int) -> list[tuple[int, bool]]:
    made = Relay(
        cast("Client", None),
        cast("Dispatch", acts),
        cast("ProgramCache", Nothing()),
        cast("Epochs", FirstEpoch()),
        "namespace",
    )
    running = asyncio.create_task(made.run())
    try:
        return [await asyncio.wait_for(acts.asked.get(), 30) for _ in range(number)]
    finally:
        running.cancel()


async def test_of_many_acts_few_programs_are_dispatched_each_second_and_all_once_they_pause() -> None:
    asked = await batches(Acts(BUSY_NOTIFICATIONS), 4)
    assert (BUSY_BATCH_SIZE, True) in asked
    assert asked[-1][0] == BATCH_SIZE


async def test_a_few_acts_are_dispatched_as_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "POLL_SECONDS", 3600.0)
    asked = await batches(Acts(BUSY_NOTIFICATIONS - 1), 2)
    assert asked == [(BATCH_SIZE, True), (BATCH_SIZE, False)]
