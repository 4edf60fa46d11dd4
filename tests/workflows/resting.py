"""Waiting until workflows are idle, as read from their histories, however slow the machine is."""

from __future__ import annotations

import asyncio

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

ASKED = {
    EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
    EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED,
    EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED,
}
ANSWERED = {
    EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT,
    EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED,
    EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED,
    EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED,
    EventType.EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED,
    EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED,
}
"""A workflow in whose history there are as many of one as of the other waits for nothing but signals and timers."""
GOES_ON = {EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW}
"""Last events after which there is more to come, although nothing in this history waits for it."""


async def rest(client: Client, workflow: str) -> None:
    """Waits until the workflow and the children that it has started wait for nothing but signals and timers."""
    async with asyncio.timeout(60):
        while not await rests(client, workflow):
            await asyncio.sleep(0.02)


async def rests(client: Client, workflow: str) -> bool:
    """Whether they do. A workflow is looked at before its children: what it has signalled has reached them before its own
    history says so.
    """
    events = list((await client.get_workflow_handle(workflow).fetch_history()).events)
    kinds = [event.event_type for event in events]
    # A history that was just cut waits a second for its first task. Where a signal came while it was being cut, the task is
    # tried again, and no event says so. The history that was cut can be the one that is read: the next run goes on.
    if EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED not in kinds or kinds[-1] in GOES_ON:
        return False
    if sum(event.event_type in ASKED for event in events) != sum(event.event_type in ANSWERED for event in events):
        return False
    named = {event.start_child_workflow_execution_initiated_event_attributes.workflow_id for event in events} - {""}
    return all([await rests(client, child) for child in named])
