"""Fixtures: a time-skipping Temporal server, and activities that replace the record."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from temporalio import activity
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client, WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from rules.family import child_id
from workflows.check import FETCH_QUEUE, READ_QUEUE
from workflows.client import TASK_QUEUE
from workflows.messages import (
    CheckRef,
    CheckResult,
    ChildRef,
    ChildState,
    ClockState,
    PhaseState,
    ProgramChange,
    ProgramInput,
    ProgramState,
    program_workflow,
)
from workflows.program import ProgramWorkflow
from workflows.visibility import SEARCH_ATTRIBUTES, search_attributes
from workflows.worker import WORKFLOWS, sandbox


@pytest.fixture
async def skipping() -> AsyncIterator[WorkflowEnvironment]:
    async with skipping_time() as environment:
        yield environment


@asynccontextmanager
async def skipping_time() -> AsyncIterator[WorkflowEnvironment]:
    """A server that skips time. It has one clock for all its workflows, so each test has its own."""
    server = Path(sys.executable).with_name("temporal-test-server")
    environment = await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(server),
        data_converter=pydantic_data_converter,
    )
    async with environment:
        types = {key.name: IndexedValueType.ValueType(key.indexed_value_type) for key in SEARCH_ATTRIBUTES}
        await environment.client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=environment.client.namespace, search_attributes=types)
        )
        yield environment


class Record:
    """Answers a strike as the record would: with the program as it then stands; and keeps who was brought news of whom."""

    def __init__(self) -> None:
        self.strikes: list[str] = []
        self.answers: list[ProgramState] = []
        self.kept: list[ChildRef] = []
        self.reported: list[ChildRef] = []
        self.scheduled: list[str] = []
        self.unscheduled: list[Exception] = []
        self.faults: list[Exception] = []
        self.fetched: list[CheckRef] = []
        self.recorded: list[CheckRef] = []
        self.noted: list[CheckRef] = []

    @property
    def activities(self) -> list[Callable[..., Any]]:
        return [
            self.strike,
            self.keep_child,
            self.report_to_parent,
            self.keep_checks,
            self.fetch_source,
            self.record_check,
            self.note_failure,
        ]

    @activity.defn(name="keep_checks")
    async def keep_checks(self, program: str) -> None:
        self.scheduled.append(program)
        if self.unscheduled:
            raise self.unscheduled.pop()

    @activity.defn(name="fetch_source")
    async def fetch_source(self, check: CheckRef) -> None:
        self.fetched.append(check)
        if self.faults:
            raise self.faults.pop(0)

    @activity.defn(name="record_check")
    async def record_check(self, check: CheckRef) -> CheckResult:
        self.recorded.append(check)
        return CheckResult(outcome="read", sentence="1 figures of the edition 2025.", recorded=1)

    @activity.defn(name="note_failure")
    async def note_failure(self, check: CheckRef) -> None:
        self.noted.append(check)

    @activity.defn(name="keep_child")
    async def keep_child(self, child: ChildRef) -> ProgramState:
        self.kept.append(child)
        return program(str(child_id(UUID(child.parent), child.name)), 1, [], parent=child, news="started")

    @activity.defn(name="report_to_parent")
    async def report_to_parent(self, child: ChildRef) -> None:
        self.reported.append(child)

    @activity.defn(name="strike")
    async def strike(self, program: str) -> ProgramChange:
        self.strikes.append(program)
        return ProgramChange(state=self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])


@pytest.fixture
def record() -> Record:
    return Record()


@pytest.fixture
async def working(skipping: WorkflowEnvironment, record: Record) -> AsyncIterator[Client]:
    """A client of a server on which a worker works."""
    async with working_on(skipping.client, record):
        yield skipping.client


@asynccontextmanager
async def working_on(client: Client, record: Record) -> AsyncIterator[None]:
    """Workers for all our queues, with the stand-in's activities."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(
            Worker(
                client,
                task_queue=TASK_QUEUE,
                workflows=WORKFLOWS,
                activities=record.activities,
                workflow_runner=sandbox(),
            )
        )
        for queue in (FETCH_QUEUE, READ_QUEUE):
            await stack.enter_async_context(Worker(client, task_queue=queue, activities=record.activities))
        yield


NOW = datetime(2030, 1, 1, tzinfo=UTC)


def clock(name: str, days: float, now: datetime) -> ClockState:
    return ClockState(name=name, kind="deadline", due_at=now + timedelta(days=days), note=f"{name}: due")


def phase(name: str, status: str = "open", clocks: list[ClockState] | None = None) -> PhaseState:
    return PhaseState(name=name, title=name.title(), status=status, clocks=clocks or [])


def program(name: str, seq: int, phases: list[PhaseState], standing: str = "running", **more: Any) -> ProgramState:
    return ProgramState(
        program=name, title="Truce", plan="truce", standing=standing, seq=seq, phases=phases, **{"next_due": NOW, **more}
    )


def child(parent: str, name: str, *, holds: bool = False) -> ChildState:
    """A child program as its parent's workflow knows of it."""
    program_id = str(child_id(UUID(parent), name))
    return ChildState(name=name, program=program_id, title=name.title(), plan="truce", standing="opened", holds=holds)


async def begun(client: Client, state: ProgramState) -> WorkflowHandle[Any, Any]:
    """A program's workflow, as the relay starts it."""
    return await client.start_workflow(
        ProgramWorkflow.run,
        ProgramInput(change=ProgramChange(state=state)),
        id=program_workflow(state.program),
        task_queue=TASK_QUEUE,
        search_attributes=search_attributes(state),
    )


async def told(handle: WorkflowHandle[Any, Any], state: ProgramState) -> None:
    """As the relay tells it."""
    await handle.signal(ProgramWorkflow.state_changed, ProgramChange(state=state))
