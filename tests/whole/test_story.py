"""The report's plan from the announcement to an open program, and how Temporal's own pages tell it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter

from cli.demo import Demo
from cli.service import ServiceClient as Api
from tests.drills.test_temporal_away import told
from tests.whole.acting import Insisting
from tests.whole.running import Service
from workflows.messages import ProgramChange, ProgramInput, program_workflow
from workflows.visibility import NEXT_DUE, PARENT, PHASE, PLAN, STANDING

TITLE = "Demonstration with short clocks"
TRACKS = {"wto_accession", "local_government", "green_energy", "natural_resources"}
CONDITIONS = {
    "program_milestone: wto_accession.revenue_diversified",
    "program_milestone: local_government.corruption_reduced",
    "program_milestone: green_energy.emissions_reduced",
    "program_milestone: natural_resources.flaring_reduced",
}


@pytest.fixture(scope="session")
async def story(whole: Service) -> str:
    """The id of the demonstration's program, told to its end."""
    said: list[str] = []
    async with Api(whole.api) as api:
        before = await _demonstrations(api, whole)
        await Demo(api, whole.people, said.append).run()
        (program,) = await _demonstrations(api, whole) - before
    return program


async def _demonstrations(api: Api, whole: Service) -> set[str]:
    """Others may have been shown before."""
    page = await api.read(whole.people["officer"], "/programs", plan="us-iraq-reset", limit="200")
    return {line["id"] for line in page["programs"] if line["title"] == TITLE}


async def test_an_sfa_phase_is_open_and_what_blocks_next_is_said_in_words(whole: Service, story: str) -> None:
    async with Insisting(whole) as client:
        seen = await client.read("officer", f"/programs/{story}")
        status = {phase["name"]: phase["status"] for phase in seen["phases"]}
        assert [status[name] for name in ("announcement", "guarantees", "stability")] == ["complete"] * 3
        assert status["sfa_programs"] == "open"
        blocking = (await client.read("officer", f"/programs/{story}/blocking"))["gates"]
        first = next(block for block in blocking if block["phase"] == "sfa_programs")
        assert "Both announce the program" in first["sentence"]
        assert first["owes"] == ["us", "iraq"]  # the announcement is of both
        assert {block["criterion"] for block in blocking} >= CONDITIONS
        assert all(block["sentence"].endswith(".") for block in blocking)
    assert await whole.faults([story]) == []


async def test_temporal_shows_the_program_with_its_standing_and_open_phases(whole: Service, story: str) -> None:
    await told(whole, story)
    temporal = await whole.temporal()
    found = await temporal.get_workflow_handle(program_workflow(story)).describe()
    assert found.status is WorkflowExecutionStatus.RUNNING
    assert found.typed_search_attributes.get(PLAN) == "us-iraq-reset"
    assert found.typed_search_attributes.get(STANDING) == "running"
    assert "sfa_programs" in (found.typed_search_attributes.get(PHASE) or [])
    next_due = found.typed_search_attributes.get(NEXT_DUE)
    assert next_due is not None
    assert next_due > datetime.now(UTC)
    assert await found.static_summary() == TITLE


async def test_temporal_lists_programs_by_what_they_are_searched_for(whole: Service, story: str) -> None:
    temporal = await whole.temporal()
    query = "WorkflowType = 'ProgramWorkflow' AND AccordPlan = 'us-iraq-reset' AND AccordPhase = 'sfa_programs'"
    async with asyncio.timeout(30):
        while program_workflow(story) not in [found.id async for found in temporal.list_workflows(query)]:
            await asyncio.sleep(0.2)


async def test_timers_say_what_is_waited_for_in_each_open_phase(whole: Service, story: str) -> None:
    temporal = await whole.temporal()
    async with asyncio.timeout(30):
        while len(said := await timers(temporal, program_workflow(story))) < 2:
            await asyncio.sleep(0.2)
    assert all(one.endswith(" UTC unless moved") for one in said), said


async def test_its_history_alone_tells_the_story_and_joins_the_ledger_by_number(whole: Service, story: str) -> None:
    """Who acted in which role for whom, what was said of it, and what followed, each entry once."""
    temporal = await whole.temporal()
    changes = await told_changes(temporal, program_workflow(story))
    lines = {line.seq: line for change in changes for line in change.entries}
    assert sum(len(change.entries) for change in changes) == len(lines)
    assert sum(change.more for change in changes) == 0
    assert sorted(lines) == list(range(1, max(lines) + 1))
    async with Insisting(whole) as client:
        page = await client.read("officer", f"/programs/{story}/ledger?limit=500")
    for entry in page["entries"][: len(lines)]:
        line, actor = lines[entry["seq"]], entry["actor"]
        assert line.at == datetime.fromisoformat(entry["at"])
        assert line.by == (f"{actor['person']}, {actor['role']}" + _for(actor) if actor else "the law")
    said = "\n".join(line.what for line in lines.values())
    for sentence in ("program started", "evidence piece-1 verified", "incident rockets confirmed", "phase stability complete"):
        assert sentence in said.lower(), said


def _for(actor: dict[str, str]) -> str:
    return f" for {actor['party']}" if actor.get("party") else ""


async def told_changes(temporal: Client, workflow: str) -> list[ProgramChange]:
    """What a workflow was started with, signalled, and answered by its strikes, as its history holds it."""
    convert = pydantic_data_converter.payload_converter
    found = list[ProgramChange]()
    async for event in temporal.get_workflow_handle(workflow).fetch_history_events():
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
            payloads = event.workflow_execution_started_event_attributes.input.payloads
            found.append(convert.from_payloads(payloads, [ProgramInput])[0].change)
        elif event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
            payloads = event.workflow_execution_signaled_event_attributes.input.payloads
            found += convert.from_payloads(payloads, [ProgramChange])
        elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
            payloads = event.activity_task_completed_event_attributes.result.payloads
            if payloads and b'"entries"' in payloads[0].data:
                found += convert.from_payloads(payloads, [ProgramChange])
    return found


async def timers(temporal: Client, workflow: str) -> list[str]:
    """The summaries of the timers that a workflow has started."""
    history = await temporal.get_workflow_handle(workflow).fetch_history()
    started = [event for event in history.events if event.event_type == EventType.EVENT_TYPE_TIMER_STARTED]
    converter = DataConverter.default.payload_converter
    return [converter.from_payload(event.user_metadata.summary, str) for event in started]


async def children(whole: Service, story: str) -> dict[str, dict[str, Any]]:
    async with Insisting(whole) as client:
        family = await client.read("officer", f"/programs/{story}/family")
        return {child["name"]: child for child in family["children"]}


async def test_the_phase_has_opened_four_programs_with_the_published_figures(whole: Service, story: str) -> None:
    opened = await children(whole, story)
    assert set(opened) == TRACKS
    assert {child["standing"] for child in opened.values()} == {"running"}
    async with Insisting(whole) as client:
        resources = opened["natural_resources"]["id"]
        figures = await client.read("officer", f"/programs/{resources}/evidence?indicator=flaring_volume")
        assert "18.18209" in {piece["value"] for piece in figures["evidence"]}
    assert await whole.faults([child["id"] for child in opened.values()]) == []


async def test_each_of_them_has_a_workflow_under_the_parents(whole: Service, story: str) -> None:
    temporal = await whole.temporal()
    for child in (await children(whole, story)).values():
        described = await temporal.get_workflow_handle(program_workflow(child["id"])).describe()
        assert described.status is WorkflowExecutionStatus.RUNNING
        assert described.parent_id == program_workflow(story)
        assert described.typed_search_attributes.get(PARENT) == story


async def test_a_suspension_reaches_them_and_they_go_on_with_their_parent(whole: Service, story: str) -> None:
    async with Insisting(whole) as client:
        await client.act("iraq-representative", story, "/suspensions", {"reason": "Consultations."})
        await stand(whole, story, "frozen")
        await client.act("hmc-authority", story, "/resumptions", {"reason": "They are over."})
        await stand(whole, story, "running")


async def stand(whole: Service, story: str, standing: str) -> None:
    """Waits until all children stand like this."""
    async with asyncio.timeout(60):
        while {child["standing"] for child in (await children(whole, story)).values()} != {standing}:
            await asyncio.sleep(0.2)
