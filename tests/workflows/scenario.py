"""One life of a program in which its workflows issue every command that they have: for replays, and for the list of commands.

    python -m tests.workflows.scenario      records it anew: histories/*.json, added beside the old ones, and commands.txt

Histories that were recorded stay, for as long as programs started by that code may run: a change that cannot replay
them needs `workflow.patched`. commands.txt follows the code, so that a change of the order in which a workflow acts is
read in the difference.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHandle, WorkflowHistory
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.testing import WorkflowEnvironment

from tests.workflows.conftest import Record, child, clock, phase, program, skipping_time, working_on
from tests.workflows.resting import rest
from workflows.check import CheckWorkflow
from workflows.client import TASK_QUEUE
from workflows.messages import (
    CheckRef,
    ChildRef,
    Headline,
    ProgramChange,
    ProgramInput,
    ProgramState,
    check_schedule,
    program_workflow,
)
from workflows.program import ProgramWorkflow
from workflows.visibility import search_attributes

HERE = Path(__file__).parent
HISTORIES = HERE / "histories"
COMMANDS = HERE / "commands.txt"
PROGRAM = "01890000-0000-7000-8000-000000000001"
FIELD = "01890000-0000-7000-8000-000000000003"
COAST = "01890000-0000-7000-8000-000000000002"

Run = WorkflowHandle[Any, Any]

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
    """Each step waits until all that it causes is done, and time passes only when the story says so: histories come out in
    one order, however slow the machine is.
    """

    def __init__(self, environment: WorkflowEnvironment, record: Record, now: datetime) -> None:
        self._environment, self._record, self._now = environment, record, now
        self._client = environment.client

    async def tell(self) -> dict[str, WorkflowHistory]:
        """Two phases with clocks: one moves, one strikes; it opens again, is over, and the program ends."""
        far, later = clock("deadline.moved", 30, self._now), clock("deadline.moved", 60, self._now)
        soon = clock("stability.quiet", 1 / 24, self._now)
        move, quiet = phase("move", clocks=[far]), phase("quiet", clocks=[soon])
        self._record.answers = [program(PROGRAM, 2, [move], next_due=far.due_at)]
        await self._told(program(PROGRAM, 1, [move, quiet], waiting_for=["north"], next_due=soon.due_at))
        await self._environment.sleep(timedelta(hours=2))
        await rest(self._client, program_workflow(PROGRAM))
        moved = phase("move", clocks=[later])
        await self._told(program(PROGRAM, 3, [moved, phase("quiet")], next_due=later.due_at))
        await self._told(program(PROGRAM, 4, [moved], next_due=later.due_at))
        truce = await self._told(program(PROGRAM, 5, [], "terminated", next_due=None))
        runs = {"program": truce}
        runs |= await self._family()
        runs |= await self._checks()
        return {name: await handle.fetch_history() for name, handle in runs.items()}

    async def _family(self) -> dict[str, Run]:
        """A program that opens a child, holds it back and ends; the child reports, outlives it and ends."""
        held, free = child(COAST, "harbour", holds=True), child(COAST, "harbour")
        of = ChildRef(parent=COAST, name="harbour")
        await self._told(program(COAST, 1, [], children=[free]))
        await self._told(program(COAST, 2, [], children=[held]))
        parent = await self._told(program(COAST, 3, [], "terminated", children=[free]))
        harbour = await self._told(program(free.program, 2, [], "completed", parent=of, news="completed"))
        return {"program-with-a-child": parent, "program-that-is-a-child": harbour}

    async def _checks(self) -> dict[str, Run]:
        """A program with checks that are changed; a run that is answered at the second attempt, and one that is denied."""
        await self._told(program(FIELD, 1, [], checks="weekly"))
        await self._told(program(FIELD, 2, [], checks="weekly"))
        field = await self._told(program(FIELD, 3, [], "terminated", checks="paused"))
        again = ApplicationError("Nobody answers.", type="no_answer", next_retry_delay=timedelta(seconds=0.1))
        self._record.faults = [again]
        answered = await self._run("answered")
        self._record.faults = [ApplicationError("The adapter is missing.", type="adapter_unknown", non_retryable=True)]
        unanswered = await self._run("unanswered")
        return {"program-with-checks": field, "check-that-is-answered": answered, "check-without-an-answer": unanswered}

    async def _run(self, name: str) -> Run:
        """As a schedule starts it."""
        check = CheckRef(program=FIELD, name=name)
        started = await self._client.start_workflow(
            CheckWorkflow.run, check, id=check_schedule(FIELD, name), task_queue=TASK_QUEUE
        )
        await rest(self._client, started.id)
        return started

    async def _told(self, state: ProgramState) -> Run:
        """As the relay does it: the first time it starts the workflow."""
        change = ProgramChange(entries=[Headline(seq=state.seq, at=self._now, by="the law", what=state.standing)], state=state)
        try:
            followed = await self._client.start_workflow(
                ProgramWorkflow.run,
                ProgramInput(change=change),
                id=program_workflow(state.program),
                task_queue=TASK_QUEUE,
                search_attributes=search_attributes(state),
            )
        except WorkflowAlreadyStartedError:
            followed = self._client.get_workflow_handle(program_workflow(state.program))
            await followed.signal(ProgramWorkflow.state_changed, change)
        await rest(self._client, followed.id)
        return followed


@asynccontextmanager
async def telling() -> AsyncIterator[Story]:
    """A story on a server and a worker of its own."""
    record = Record()
    async with skipping_time() as environment, working_on(environment.client, record):
        yield Story(environment, record, await environment.get_current_time())


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


def _kept(history: WorkflowHistory) -> str:
    """A history as a file: with the workflow's id, which this server leaves out, without names and paths of this machine."""
    held = json.loads(history.to_json())
    held["events"][0]["workflowExecutionStartedEventAttributes"]["workflowId"] = history.workflow_id
    text = re.sub(r'"stackTrace": ".*"', '"stackTrace": ""', json.dumps(held, indent=1, sort_keys=True))
    return re.sub(r'"identity": "[^"]*"', '"identity": "recorder"', text) + "\n"


async def main() -> None:
    async with telling() as story:
        histories = await story.tell()
    HISTORIES.mkdir(exist_ok=True)
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    for name, history in histories.items():
        (HISTORIES / f"{day}-{name}.json").write_text(_kept(history))
    COMMANDS.write_text(listed(histories))


if __name__ == "__main__":
    asyncio.run(main())
