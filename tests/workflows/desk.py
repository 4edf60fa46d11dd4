"""The desk of a worker that runs checks: its connections, on a database of a test's own, and one program."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

from temporalio.testing import ActivityEnvironment

from db.check_runs import CheckRuns
from db.documents import Documents, store_at
from db.programs import Programs
from db.receipts import Receipt
from db.record import Recorder
from db.session import Clerk, Reader, Writer
from rules import acts as a
from rules.checking.health import LastRun
from rules.program import Program
from workflows.checking import Checking
from workflows.messages import Checked, CheckOf, Fetched
from workflows.sources.adapters import Adapters
from workflows.sources.egress import Gateway


class Desk:
    """Runs checks of its program as Temporal would let them run."""

    def __init__(self, rooms: dict[str, Any], writer: Writer, store: Path) -> None:
        self.writer = writer
        self.store = store
        self.programs: Programs = rooms["programs"]
        self.recorder: Recorder = rooms["recorder"]
        self.runs: CheckRuns = rooms["runs"]
        self.documents: Documents = rooms["documents"]
        self.checking = Checking(**rooms)
        self.id = uuid4()

    async def done(self, actor: a.Actor, deed: a.Deed) -> None:
        receipt = await self.recorder.record(self.id, a.Act(id=f"act-{uuid4()}", actor=actor, deed=deed))
        assert isinstance(receipt, Receipt), receipt

    async def fetch(self, run: str = "r1", name: str = "smoke") -> Fetched:
        check = CheckOf(program=str(self.id), name=name)
        return cast("Fetched", await ActivityEnvironment().run(self.checking.fetch_source, check, run))

    async def record(self, fetched: Fetched) -> Checked:
        # As it travels through Temporal.
        travelled = Fetched.model_validate_json(fetched.model_dump_json())
        return cast("Checked", await ActivityEnvironment().run(self.checking.record_check, travelled))

    async def run(self, run: str = "r1", name: str = "smoke") -> Checked:
        return await self.record(await self.fetch(run, name))

    async def program(self) -> Program:
        kept = await self.programs.load(self.id)
        assert kept is not None
        return kept.program

    async def values(self) -> list[str]:
        pieces = (await self.program()).evidence.values()
        return [f"{piece.measurement.value:f}" for piece in pieces if piece.measurement]

    async def seq(self) -> int:
        return (await self.program()).seq

    async def last(self, name: str = "smoke") -> LastRun:
        return (await self.runs.of(self.id))[name]


@asynccontextmanager
async def desk_at(url: str, store: Path, adapters: Adapters, gateway: Gateway) -> AsyncIterator[Desk]:
    async with AsyncExitStack() as stack:
        writer = await stack.enter_async_context(Writer(url, size=2))
        reader = await stack.enter_async_context(Reader(url, size=2))
        clerk = await stack.enter_async_context(Clerk(url, size=2))
        programs = Programs(reader)
        recorder = Recorder(writer, programs)
        stack.push_async_callback(recorder.close)
        rooms = {"recorder": recorder, "programs": programs, "runs": CheckRuns(reader, clerk)}
        rooms |= {"documents": Documents(reader, clerk, store_at(store)), "adapters": adapters, "gateway": gateway}
        yield Desk(rooms, writer, store)
