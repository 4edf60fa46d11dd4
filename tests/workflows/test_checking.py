"""A run of a check on a real record: what is read is recorded once, whatever is repeated, and no more than the law allows."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from db.check_runs import CheckRuns
from db.documents import Documents, path_of, store_at
from db.programs import Programs
from db.receipts import Receipt
from db.record import Recorder
from db.session import Clerk, Reader, Writer
from rules import acts as a
from rules.health import LastRun
from rules.origin import Fetch
from rules.readings import NoReading, Readings
from tests.plugged.stand_in import StandIn
from tests.rules.checked_plan import CHECKED
from tests.rules.small_plan import EVERYBODY
from workflows.checking import Checking
from workflows.messages import Checked, CheckOf, Fetched, Unanswered
from workflows.sources.adapter import Answer, Ask, Denied, NoAnswer
from workflows.sources.adapters import Adapters
from workflows.sources.egress import Gateway

SECRET = "hunter2"  # noqa: S105  made up


class Scripted(StandIn):
    """Answers, or fails, as a test says."""

    def __init__(self) -> None:
        self.says: bytes | Exception = said({"2024": "89.5"})

    async def fetch(self, *_: Any) -> tuple[Answer, ...]:
        if isinstance(self.says, Exception):
            raise self.says
        held = Fetch(
            url="https://observatory.example/smoke",
            status=200,
            retrieved_at=datetime.now(UTC),
            sha256=sha256(self.says).hexdigest(),
            size=len(self.says),
        )
        return (Answer(held, self.says),)

    def read(self, ask: Ask, answers: Sequence[Answer]) -> Readings | NoReading:
        if answers[0].body == b"trap":
            raise KeyError(SECRET)
        return super().read(ask, answers)


def said(figures: dict[str, str], edition: str = "2025") -> bytes:
    return json.dumps({"edition": edition, "figures": figures}).encode()


class Desk:
    """What a worker holds, and a program with a check."""

    def __init__(self, rooms: dict[str, Any], store: Path) -> None:
        self.adapter = Scripted()
        self.store = store
        self.programs: Programs = rooms["programs"]
        self.recorder: Recorder = rooms["recorder"]
        self.runs: CheckRuns = rooms["runs"]
        entry = SimpleNamespace(name="stand-in", load=lambda: lambda: self.adapter)
        self.checking = Checking(**rooms, adapters=Adapters([cast("Any", entry)]), gateway=Gateway())
        self.id = uuid4()

    async def start(self) -> None:
        deed = a.StartProgram(document=json.dumps(CHECKED), members=EVERYBODY)
        actor = a.Actor(person="olga", role=a.Role.OFFICER)
        assert isinstance(await self.recorder.record(self.id, a.Act(id="start", actor=actor, deed=deed)), Receipt)

    async def fetch(self, run: str = "r1", name: str = "smoke") -> Fetched:
        check = CheckOf(program=str(self.id), name=name)
        return cast("Fetched", await ActivityEnvironment().run(self.checking.fetch_source, check, run))

    async def record(self, fetched: Fetched) -> Checked:
        # As it travels through Temporal.
        travelled = Fetched.model_validate_json(fetched.model_dump_json())
        return cast("Checked", await ActivityEnvironment().run(self.checking.record_check, travelled))

    async def run(self, run: str = "r1") -> Checked:
        return await self.record(await self.fetch(run))

    async def values(self) -> list[str]:
        kept = await self.programs.load(self.id)
        assert kept is not None
        return [f"{piece.measurement.value:f}" for piece in kept.program.evidence.values() if piece.measurement]

    async def seq(self) -> int:
        kept = await self.programs.load(self.id)
        assert kept is not None
        return kept.seq

    async def last(self) -> LastRun:
        return (await self.runs.of(self.id))["smoke"]


@pytest.fixture
async def desk(url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    async with AsyncExitStack() as stack:
        writer = await stack.enter_async_context(Writer(url, size=2))
        reader = await stack.enter_async_context(Reader(url, size=2))
        clerk = await stack.enter_async_context(Clerk(url, size=2))
        programs = Programs(reader)
        recorder = Recorder(writer, programs)
        stack.push_async_callback(recorder.close)
        documents, runs = Documents(reader, clerk, store_at(tmp_path)), CheckRuns(reader, clerk)
        made = Desk({"recorder": recorder, "programs": programs, "documents": documents, "runs": runs}, tmp_path)
        await made.start()
        yield made


async def test_what_is_read_is_recorded_once_however_often_a_run_is_repeated(desk: Desk) -> None:
    fetched = await desk.fetch()
    assert (await desk.record(fetched)).outcome == "read"
    seq = await desk.seq()
    await desk.record(fetched)
    await desk.run("r2")
    assert (await desk.values(), await desk.seq()) == (["89.5"], seq)
    last = await desk.last()
    assert (last.outcome, last.failures, last.bytes) == ("read", 0, len(said({"2024": "89.5"})))


async def test_a_source_that_denies_twice_with_an_answer_between_is_heard_each_time(desk: Desk) -> None:
    outcomes = []
    answers: tuple[bytes | Exception, ...] = (Denied("No."), said({"2024": "89.5"}), Denied("No."))
    for number, says in enumerate(answers):
        desk.adapter.says = says
        await desk.run(f"r{number}")
        kept = await desk.programs.load(desk.id)
        assert kept is not None
        report = kept.program.checks["smoke"].report
        outcomes.append(report.outcome if report else None)
    assert outcomes == ["refused", "read", "refused"]


async def test_a_fault_of_transport_is_tried_again_and_never_enters_the_ledger(desk: Desk) -> None:
    seq = await desk.seq()
    desk.adapter.says = NoAnswer("Nobody listens.")
    with pytest.raises(ApplicationError) as caught:
        await desk.fetch()
    assert not caught.value.non_retryable
    check = CheckOf(program=str(desk.id), name="smoke")
    for _ in range(2):  # told again after a kill
        await ActivityEnvironment().run(
            desk.checking.note_failure, Unanswered(check=check, run="r1", sentence="Nobody listens.")
        )
    last = await desk.last()
    assert (await desk.seq(), last.outcome, last.failures) == (seq, "no_answer", 1)


async def test_what_an_adapter_says_of_its_own_fault_is_repeated_nowhere(desk: Desk) -> None:
    """It may hold the address with a token."""
    desk.adapter.says = RuntimeError(SECRET)
    with pytest.raises(ApplicationError) as caught:
        await desk.fetch()
    assert SECRET not in repr(caught.value)
    assert caught.value.__cause__ is None
    desk.adapter.says = b"trap"
    told = await desk.run("r2")
    assert (told.outcome, SECRET in told.sentence) == ("unparseable", False)


async def test_a_program_that_ends_while_a_check_runs_hears_no_more_of_it(desk: Desk) -> None:
    fetched = await desk.fetch()
    authority = a.Actor(person="cleo", role=a.Role.AUTHORITY, party="commission")
    await desk.recorder.record(desk.id, a.Act(id="end", actor=authority, deed=a.TerminateProgram(reason="It is over.")))
    seq = await desk.seq()
    with pytest.raises(ApplicationError, match="ended") as caught:
        await desk.record(fetched)
    assert caught.value.non_retryable
    assert await desk.seq() == seq


async def test_answers_that_are_damaged_before_they_are_read_end_the_run(desk: Desk) -> None:
    """The next one fetches them anew, and what is damaged is replaced."""
    fetched = await desk.fetch()
    kept = desk.store / path_of(fetched.fetched[0].sha256)
    kept.write_bytes(b"other bytes")
    with pytest.raises(ApplicationError) as caught:
        await desk.record(fetched)
    assert caught.value.non_retryable
    await desk.run("r2")
    assert await desk.values() == ["89.5"]


async def test_a_check_that_is_gone_is_not_run(desk: Desk) -> None:
    with pytest.raises(ApplicationError) as caught:
        await desk.fetch(name="soot")
    assert (caught.value.type, caught.value.non_retryable) == ("check_unknown", True)
