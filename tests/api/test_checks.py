"""Checks at the door, where Temporal is nowhere: all is told but when they run next."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from db.check_runs import CheckRuns
from db.pools import LedgerPool, OperationalPool, ReadPool
from rules import acts as a
from tests.api.conftest import Door
from tests.db.builders import act, tell
from tests.rules.checked_plan import CHECKED
from tests.rules.small_plan import EVERYBODY, day

SMOKE = "/programs/{program}/checks/smoke"
REASON = {"reason": "The Observatory asks us to wait."}


async def started(door: Door, document: dict[str, Any]) -> Door:
    members = [member.model_dump(mode="json") for member in EVERYBODY]
    answer = await door.post("olga", "/programs", {"document": document, "members": members})
    assert answer.status_code == 201, answer.text
    return Door(door.client, door.secrets, answer.json()["program"])


@pytest.fixture
async def watched(door: Door) -> Door:
    """A program with a check."""
    return await started(door, CHECKED)


async def test_a_check_tells_what_it_reads_and_that_it_has_not_run(watched: Door) -> None:
    (smoke,) = (await watched.get("nora", "/programs/{program}/checks")).json()
    told = {name: smoke[name] for name in ("name", "producer", "indicator", "health", "last_run", "last_report", "findings")}
    assert told == {
        "name": "smoke",
        "producer": "Observatory",
        "indicator": "smoke",
        "health": "never_run",
        "last_run": None,
        "last_report": None,
        "findings": [],
    }
    assert smoke == (await watched.get("nora", SMOKE)).json()
    overdue = datetime.fromisoformat(smoke["overdue_from"]) - datetime.now(UTC)
    assert timedelta(days=13) < overdue < timedelta(days=15)


async def test_while_temporal_is_away_the_next_run_is_unknown_and_a_run_is_put_off(watched: Door) -> None:
    smoke = (await watched.get("nora", SMOKE)).json()
    assert smoke["next_run"] is None
    assert smoke["next_run_unknown"].startswith("Temporal does not answer")
    put_off = await watched.post("olga", f"{SMOKE}/run")
    assert (put_off.status_code, put_off.json()["code"]) == (503, "unavailable")
    assert int(put_off.headers["Retry-After"]) > 0


async def test_a_pause_has_a_reason_and_stands_in_the_ledger_until_it_is_over(watched: Door) -> None:
    assert (await watched.post("olga", f"{SMOKE}/pause", {})).json()["code"] == "unreadable"
    assert (await watched.post("olga", f"{SMOKE}/pause", REASON)).status_code == 201
    smoke = (await watched.get("nora", SMOKE)).json()
    assert (smoke["health"], smoke["paused"]) == ("paused", REASON["reason"])
    assert smoke["next_run_unknown"] == "The check is paused."
    assert (await watched.post("olga", f"{SMOKE}/pause", REASON)).json()["code"] == "check_paused"
    assert (await watched.post("olga", f"{SMOKE}/resume", REASON)).status_code == 201
    assert (await watched.get("nora", SMOKE)).json()["paused"] is None
    assert (await watched.post("olga", f"{SMOKE}/resume", REASON)).json()["code"] == "check_not_paused"


async def test_only_an_officer_of_the_program_runs_a_check(watched: Door) -> None:
    refused = await watched.post("nora", f"{SMOKE}/run")
    assert (refused.status_code, refused.json()["code"]) == (403, "role_may_not")
    assert (await watched.post("stranger", f"{SMOKE}/run")).status_code == 404


async def test_a_check_that_the_plan_has_not_is_not_found(watched: Door) -> None:
    assert (await watched.get("nora", "/programs/{program}/checks/soot")).status_code == 404
    assert (await watched.post("olga", "/programs/{program}/checks/soot/run")).status_code == 404
    unknown = await watched.post("olga", "/programs/{program}/checks/soot/pause", REASON)
    assert (unknown.status_code, unknown.json()["code"]) == (422, "check_unknown")


async def test_nothing_is_checked_when_the_program_has_ended(watched: Door) -> None:
    await watched.post("cleo", "/programs/{program}/terminations", {"reason": "It is over."})
    refused = await watched.post("olga", f"{SMOKE}/run")
    assert (refused.status_code, refused.json()["code"]) == (409, "program_ended")
    smoke = (await watched.get("nora", SMOKE)).json()
    assert (smoke["health"], smoke["next_run_unknown"]) == ("paused", "The program has ended.")


async def test_a_source_that_is_away_shows_with_its_reason_and_blocks_nothing(watched: Door, url: str) -> None:
    before = (await watched.get("nora", "/programs/{program}/ledger")).json()
    async with ReadPool(url, size=1) as reader, OperationalPool(url, size=1) as operational:
        runs = CheckRuns(reader, operational)
        for number in ("first", "second", "second"):  # the second is told twice, as after a kill
            await runs.start(UUID(watched.program), "smoke", number)
            await runs.finish(
                UUID(watched.program), "smoke", run=number, outcome="no_answer", sentence="Nobody listens at the Observatory."
            )
    smoke = (await watched.get("nora", SMOKE)).json()
    assert (smoke["health"], smoke["last_run"]["outcome"], smoke["last_run"]["failures"]) == ("failing", "no_answer", 2)
    assert "Nobody listens at the Observatory." in smoke["health_sentence"]
    assert (await watched.get("nora", "/programs/{program}/ledger")).json() == before


async def test_a_gate_that_waits_for_a_figure_tells_that_its_check_is_overdue(door: Door, url: str) -> None:
    """The gate is as closed as it was. An officer sees there what the figure is waited for in vain from."""
    document = deepcopy(CHECKED)
    shown_by = document["phases"]["move"]["milestones"]["announced"]["shown_by"]
    shown_by["figure"] = document["phases"]["trade"]["milestones"]["cleaner"]["shown_by"]["figure"]
    late, start = uuid4(), a.StartProgram(document=json.dumps(document), members=EVERYBODY)
    async with LedgerPool(url, size=1) as writer:
        await tell(writer, late, [(act("olga", start), day(0))])
    programs = (await started(door, document)).program, str(late)
    (quiet, *_), (overdue, *others) = [
        (await door.get("nora", f"/programs/{one}/blocking")).json()["gates"] for one in programs
    ]
    assert (quiet["criterion"], quiet["overdue_checks"]) == ("milestone: announced", [])
    (told,) = overdue["overdue_checks"]
    assert (told["check"], told["title"]) == ("smoke", "Smoke, as the Observatory says")
    assert told["sentence"].startswith("Check overdue since")
    assert (overdue["outcome"], overdue["sentence"]) == (quiet["outcome"], quiet["sentence"])
    assert not any(other["overdue_checks"] for other in others)
