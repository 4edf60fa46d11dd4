"""Histories of older code replay with this code, and the order of commands is a committed text."""

from __future__ import annotations

import json

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from tests.workflows.scenario import COMMANDS, HISTORIES, listed, telling
from workflows.worker import WORKFLOWS, sandbox

RECORDED = sorted(HISTORIES.glob("*.json"))


def test_every_workflow_has_recorded_histories() -> None:
    names = {path.stem.split("-", 3)[3].split("-")[0] for path in RECORDED}
    assert names == {"program", "check"}


@pytest.mark.parametrize("text", [path.read_text() for path in RECORDED], ids=[path.stem for path in RECORDED])
async def test_a_recorded_history_replays(text: str) -> None:
    """A failure here is a program that stands still after an update: keep the old order behind
    `workflow.patched`."""
    replayer = Replayer(workflows=WORKFLOWS, workflow_runner=sandbox(), data_converter=pydantic_data_converter)
    held = json.loads(text)
    started = held["events"][0]["workflowExecutionStartedEventAttributes"]
    history = WorkflowHistory.from_json(started["workflowId"], held)
    await replayer.replay_workflow(history)


async def test_workflows_issue_the_commands_that_are_written_down() -> None:
    """When the change is meant: `python -m tests.workflows.scenario`, and read the difference of commands.txt."""
    async with telling() as story:
        assert listed(await story.tell()) == COMMANDS.read_text()
