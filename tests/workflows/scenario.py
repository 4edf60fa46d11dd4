"""One life of a program in which its workflows issue every command that they have: for replays, and for the list of commands.

    python -m tests.workflows.scenario      records it anew: histories/*.json, added beside the old ones, and commands.txt

Histories that were recorded stay, for as long as programs started by that code may run: a change that cannot replay
them needs `workflow.patched`. commands.txt follows the code, so that a change of the order in which a workflow acts is
read in the difference.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowFailureError, WorkflowHandle, WorkflowHistory
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError

from cli.temporal import Temporal, free_port
from tests.workflows.conftest import Record, child, clock, phase, program, working_on
from workflows.check import CheckWorkflow
from workflows.client import TASK_QUEUE
from workflows.messages import (
    CheckOf,
    ChildOf,
    Following,
    PhaseHeard,
    ProgramHeard,
    Struck,
    check_schedule,
    phase_workflow,
    program_workflow,
)
from workflows.namespace import NAMESPACE, ensure_namespace
from workflows.program import ProgramWorkflow

HERE = Path(__file__).parent
HISTORIES = HERE / "histories"
COMMANDS = HERE / "commands.txt"
PROGRAM = "01890000-0000-7000-8000-000000000001"
FIELD = "01890000-0000-7000-8000-000000000003"
COAST = "01890000-0000-7000-8000-000000000002"

TOLD_BY_COMMANDS = {
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES: "say where the program stands",
    EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED: "start child",
    EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED: "signal",
    EventType.EVENT_TYPE_TIMER_STARTED: "start timer",
    EventType.EVENT_TYPE_TIMER_CANCELED: "cancel timer",
    EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED: "schedule activity",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: "complete",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW: "continue as new",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED: "fail",
}
"""The events that a workflow's own commands leave in its history."""


class Story:
    """Each step waits until what it causes has happened, so that histories come out in one order."""

    def __init__(self, client: Client, record: Record) -> None:
        self._client, self._record = client, record
        self._now = datetime.now(UTC)

    async def tell(self) -> dict[str, WorkflowHistory]:
        """A phase with a far clock, one whose clock strikes; it reopens, is dismissed, and the program ends."""
        far, later = clock("deadline.moved", 30, self._now), clock("deadline.moved", 60, self._now)
        soon = clock("stability.quiet", 1.5 / 86_400, self._now)
        self._record.answers = [Struck(seq=2, phase=phase("quiet", "complete"))]
        await self._hear(1, [phase("move", clocks=[far]), phase("quiet", clocks=[soon])])
        move = await self._comes_to("move", WorkflowExecutionStatus.RUNNING)
        quiet = await self._comes_to("quiet", WorkflowExecutionStatus.COMPLETED)
        await self._hear(3, [phase("move", clocks=[later]), phase("quiet")])
        again = await self._comes_to("quiet", WorkflowExecutionStatus.RUNNING)
        await self._hear(4, [phase("move", clocks=[later])])
        await self._comes_to("quiet", WorkflowExecutionStatus.COMPLETED)
        await self._hear(5, [], "terminated")
        truce = self._client.get_workflow_handle(program_workflow(PROGRAM))
        await truce.result()
        await self._comes_to("move", WorkflowExecutionStatus.COMPLETED)
        runs: dict[str, WorkflowHandle[Any, Any]]
        runs = {"program": truce, "phase-with-a-far-clock": move, "phase-that-strikes": quiet, "phase-opened-again": again}
        runs |= await self._family()
        runs |= await self._checks()
        return {name: await handle.fetch_history() for name, handle in runs.items()}

    async def _family(self) -> dict[str, WorkflowHandle[Any, Any]]:
        """A program that opens a child, holds it back and ends; the child reports, outlives it and ends."""
        held, free = child(COAST, "harbour", holds=True), child(COAST, "harbour")
        of = ChildOf(parent=COAST, name="harbour")
        await self._told(program(COAST, 1, [], children=[free]))
        await self._until(lambda: len(self._record.reported) == 1)
        await self._told(program(COAST, 2, [], children=[held]))
        await self._until(lambda: len(self._record.kept) == 2)
        await self._told(program(COAST, 3, [], "terminated", children=[free]))
        parent = self._client.get_workflow_handle(program_workflow(COAST))
        await parent.result()
        await self._told(program(free.program, 2, [], "completed", parent=of, news="completed"))
        harbour = self._client.get_workflow_handle(program_workflow(free.program))
        await harbour.result()
        return {"program-with-a-child": parent, "program-that-is-a-child": harbour}

    async def _checks(self) -> dict[str, WorkflowHandle[Any, Any]]:
        """A program with checks that are changed; a run that is answered at the second attempt, and one that is denied."""
        await self._told(program(FIELD, 1, [], checks="weekly"))
        await self._until(lambda: len(self._record.scheduled) == 1)
        await self._told(program(FIELD, 2, [], checks="weekly"))
        await self._told(program(FIELD, 3, [], "terminated", checks="paused"))
        field = self._client.get_workflow_handle(program_workflow(FIELD))
        await field.result()
        again = ApplicationError("Nobody answers.", type="no_answer", next_retry_delay=timedelta(seconds=0.1))
        self._record.fetches = [again]
        answered = await self._run("answered")
        await answered.result()
        self._record.fetches = [ApplicationError("The adapter is missing.", type="adapter_unknown", non_retryable=True)]
        unanswered = await self._run("unanswered")
        with suppress(WorkflowFailureError):
            await unanswered.result()
        return {"program-with-checks": field, "check-that-is-answered": answered, "check-without-an-answer": unanswered}

    async def _run(self, name: str) -> WorkflowHandle[Any, Any]:
        """As a schedule starts it."""
        check = CheckOf(program=FIELD, name=name)
        return await self._client.start_workflow(
            CheckWorkflow.run, check, id=check_schedule(FIELD, name), task_queue=TASK_QUEUE
        )

    async def _until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not holds():
                await asyncio.sleep(0.05)
        await asyncio.sleep(0.2)  # the workflow hears of its activity's end

    async def _hear(self, seq: int, phases: list[PhaseHeard], standing: str = "running") -> None:
        """As the relay tells it."""
        await self._told(
            ProgramHeard(
                program=PROGRAM, title="Truce", plan="truce", standing=standing, seq=seq, next_due=self._now, phases=phases
            )
        )

    async def _told(self, heard: ProgramHeard) -> None:
        await self._client.start_workflow(
            ProgramWorkflow.run,
            Following(heard=heard),
            id=program_workflow(heard.program),
            task_queue=TASK_QUEUE,
            start_signal="hear",
            start_signal_args=[heard],
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )

    async def _comes_to(self, name: str, status: WorkflowExecutionStatus) -> WorkflowHandle[object, object]:
        """The newest run of a phase's workflow, once it has this status and its first task is done."""
        handle = self._client.get_workflow_handle(phase_workflow(PROGRAM, name))
        async with asyncio.timeout(20):
            while True:
                found = await handle.describe() if await _exists(handle) else None
                if found is not None and found.status is status and found.history_length >= 4:
                    await asyncio.sleep(0.2)  # the parent hears of its child's start, or end
                    return self._client.get_workflow_handle(found.id, run_id=found.run_id)
                await asyncio.sleep(0.05)


async def _exists(handle: WorkflowHandle[object, object]) -> bool:
    found = handle._client.list_workflows(f"WorkflowId = '{handle.id}'")  # noqa: SLF001  the handle has no other way to ask
    return bool([one async for one in found])


@asynccontextmanager
async def telling(folder: Path) -> AsyncIterator[Story]:
    """A story on a server and a worker of its own."""
    with Temporal(folder, free_port()) as server:
        await ensure_namespace(server.address)
        client = await Client.connect(
            server.address, namespace=NAMESPACE, data_converter=pydantic_data_converter, identity="recorder"
        )
        record = Record()
        async with working_on(client, record):
            yield Story(client, record)


def commands(history: WorkflowHistory) -> list[str]:
    """What the workflow asked for, in its order, without what differs from run to run."""
    return [_command(event) for event in history.events if event.event_type in TOLD_BY_COMMANDS]


def _command(event: HistoryEvent) -> str:
    fields = MessageToDict(event).get(_attributes(event), {})
    child = fields.get("workflowExecution", {}).get("workflowId") or fields.get("workflowId")
    about = fields.get("activityType", {}).get("name") or (child or "").rpartition("/")[2]
    days = fields.get("startToFireTimeout", "")
    length = f"of {timedelta(seconds=float(days[:-1])).days} days" if days else ""
    return " ".join(filter(None, (TOLD_BY_COMMANDS[event.event_type], about, length)))


def _attributes(event: HistoryEvent) -> str:
    name = event.WhichOneof("attributes") or ""
    first, *others = name.split("_")
    return first + "".join(word.title() for word in others)


def listed(histories: dict[str, WorkflowHistory]) -> str:
    """All commands as the committed text."""
    return "\n".join(line for name, history in histories.items() for line in _section(name, commands(history)))


def _section(name: str, lines: Iterable[str]) -> list[str]:
    return [name, *(f"    {line}" for line in lines), ""]


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with telling(Path(folder)) as story:
            histories = await story.tell()
    HISTORIES.mkdir(exist_ok=True)
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    for name, history in histories.items():
        text = json.dumps(json.loads(history.to_json()), indent=1, sort_keys=True)
        (HISTORIES / f"{day}-{name}.json").write_text(text + "\n")
    COMMANDS.write_text(listed(histories))


if __name__ == "__main__":
    asyncio.run(main())
