"""The activities of check runs with their connections, on a database for each test, and one program."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, LiteralString, cast
from uuid import uuid4

from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from db.check_fetches import CheckFetch, CheckFetches
from db.check_runs import CheckRuns
from db.documents import Documents, store_at
from db.pools import LedgerPool, OperationalPool, ReadPool
from db.program_cache import ProgramCache
from db.receipts import Receipt
from db.recorder import Recorder
from rules import acts as a
from rules.checks.health import LastRun
from rules.program import Program
from workflows.check_activities import CheckActivities
from workflows.messages import CheckRef, CheckResult
from workflows.sources.adapters import Adapters
from workflows.sources.egress import Gateway


class Desk:
    """Runs checks of its program as Temporal would let them run."""

    def __init__(self, rooms: dict[str, Any], reader: ReadPool, writer: LedgerPool, store: Path) -> None:
        self.reader, self.writer = reader, writer
        self.store = store
        self.programs: ProgramCache = rooms["programs"]
        self.recorder: Recorder = rooms["recorder"]
        self.runs: CheckRuns = rooms["runs"]
        self.fetches: CheckFetches = rooms["fetches"]
        self.documents: Documents = rooms["documents"]
        self.checking = CheckActivities(**rooms)
        self.id = uuid4()

    async def done(self, actor: a.Actor, deed: a.Deed) -> None:
        receipt = await self.recorder.record(
            self.id, a.Act(id=f"act-{uuid4()}", actor=actor, deed=deed, filed=a.document_hashes(deed))
        )
        assert isinstance(receipt, Receipt), receipt

    async def fetch(self, run: str = "r1", name: str = "smoke") -> None:
        await in_run(run).run(self.checking.fetch_source, self.check(name))

    async def record(self, run: str = "r1", name: str = "smoke") -> CheckResult:
        while True:
            try:
                return cast("CheckResult", await in_run(run).run(self.checking.record_check, self.check(name)))
            except ApplicationError as refused:
                if refused.type != "in_the_future":
                    raise  # the database's clock is a few milliseconds behind; Temporal would try again

    async def give_up(self, run: str = "r1", name: str = "smoke") -> None:
        await in_run(run).run(self.checking.note_failure, self.check(name))

    async def run(self, run: str = "r1", name: str = "smoke") -> CheckResult:
        await self.fetch(run, name)
        return await self.record(run, name)

    def check(self, name: str = "smoke") -> CheckRef:
        return CheckRef(program=str(self.id), name=name)

    async def fetched(self, run: str = "r1", name: str = "smoke") -> CheckFetch:
        fetch = await self.fetches.of(self.id, name, run)
        assert fetch is not None
        return fetch

    async def program(self) -> Program:
        kept = await self.programs.load(self.id)
        assert kept is not None
        return kept.program

    async def values(self) -> list[str]:
        pieces = (await self.program()).evidence.values()
        return [f"{piece.measurement.value:f}" for piece in pieces if piece.measurement]

    async def seq(self) -> int:
        return (await self.program()).seq

    async def rows(self, query: LiteralString) -> list[Any]:
        """Of the ledger of this program, as the database holds it."""
        return list(await self.reader.rows(query, [self.id]))

    async def last(self, name: str = "smoke") -> LastRun:
        return (await self.runs.of(self.id))[name]


def in_run(run: str) -> ActivityEnvironment:
    """Activities that Temporal has started for a run."""
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, workflow_run_id=run)
    return environment


@asynccontextmanager
async def desk_at(url: str, store: Path, adapters: Adapters, gateway: Gateway) -> AsyncIterator[Desk]:
    async with AsyncExitStack() as stack:
        writer = await stack.enter_async_context(LedgerPool(url, size=2))
        reader = await stack.enter_async_context(ReadPool(url, size=2))
        operational = await stack.enter_async_context(OperationalPool(url, size=2))
        programs = ProgramCache(reader)
        recorder = Recorder(writer, programs)
        stack.push_async_callback(recorder.close)
        rooms = {"recorder": recorder, "programs": programs, "runs": CheckRuns(reader, operational)}
        rooms |= {"fetches": CheckFetches(reader, operational)}
        rooms |= {"documents": Documents(reader, operational, store_at(store)), "adapters": adapters, "gateway": gateway}
        yield Desk(rooms, reader, writer, store)
