"""Feeds: events become reports, later editions change them, and coverage is recorded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from rules import acts as a
from rules.program import Program
from tests.db.builders import Story, tell
from tests.rules.small_plan import PLAN, day
from tests.workflows.desk import Desk, desk_at
from tests.workflows.sources.answers import acled, ged
from tests.workflows.sources.producers import Producers, Served, playing, secrets
from tests.workflows.sources.ready import text
from workflows.sources.adapters import Adapters
from workflows.sources.secrets import Secrets

ACLED, UCDP = text("acled").data, text("ucdp-ged").data
WATCHED: dict[str, Any] = {name: ACLED[name] | UCDP[name] for name in ("sources", "checks")} | {
    "hosts": ACLED["hosts"] + UCDP["hosts"],
    "parameters": {},
    "phases__quiet__stability": PLAN["phases"]["quiet"]["stability"]
    | {"length": "P20D", "watched_by": ["attacks", "lethal_events"]},
}
ROCKET = "Explosions/Remote violence"
AUTHORITY = a.Actor(person="cleo", role=a.Role.AUTHORITY, party="commission")


class Feeds:
    """What both feeds answer from now on."""

    def __init__(self, producers: Producers) -> None:
        self.producers = producers
        token = {"access_token": "abc", "expires_in": 86400}
        producers.answers["acleddata.com/oauth/token"] = Served(token)
        self.acled()
        self.ged()

    def acled(self, *events: dict[str, str], changed: tuple[dict[str, str], ...] = (), deleted: tuple[str, ...] = ()) -> None:
        listed, changes = (Served({"success": True, "data": list(rows)}) for rows in (events, changed))
        self.producers.answers["acleddata.com/api/acled/read"] = lambda heard: (
            changes if "timestamp" in heard["query"] else listed
        )
        gone = [{"event_id_cnty": name} for name in deleted]
        self.producers.answers["acleddata.com/api/deleted/read"] = Served({"success": True, "data": gone})

    def ged(self, *events: dict[str, Any]) -> None:
        self.producers.answers["ucdpapi.pcr.uu.se/api/gedevents/26.1"] = Served({"TotalPages": 1, "Result": list(events)})


@pytest.fixture
async def feeds() -> AsyncIterator[Feeds]:
    async with playing() as producers:
        yield Feeds(producers)


@pytest.fixture
async def desk(url: str, tmp_path: Path, feeds: Feeds) -> AsyncIterator[Desk]:
    """The small program since March 2025, whose quiet both feeds watch. Twenty days of it are over by the calendar."""
    story = Story(**WATCHED)
    story.first_move(day(0))
    story.answer(day(0))
    story.clock(day(7))
    account = secrets("acleddata.com", acled_user="me", acled_password="pass").environment  # noqa: S106  made up
    held = Secrets({**account, **secrets("ucdpapi.pcr.uu.se", ucdp="t0ken").environment})
    async with desk_at(url, tmp_path, Adapters(), feeds.producers.gateway(secrets=held)) as made:
        await tell(made.writer, made.id, story.told)
        yield made


async def test_two_feeds_report_change_take_back_and_let_the_quiet_be_kept(desk: Desk, feeds: Feeds) -> None:
    """A rocket, a clash and a killing; then the rocket flew a day later, and the clash was none."""
    feeds.acled(
        acled("IRQ1", "2025-03-10", ROCKET, "Al Anbar"), acled("IRQ2", "2025-03-12"), acled("IRQ9", "2025-03-25", "Protests")
    )
    feeds.ged(ged(1, "2025-03-12", "Erbil governorate"), ged(2, "2025-03-20", "Basra governorate"))
    assert (await desk.run("r1", "attacks")).outcome == "read"
    assert (await desk.run("r2", "lethal_events")).outcome == "read"
    program = await desk.program()
    assert {name: held.status for name, held in program.incidents.items()} == {
        "attacks:IRQ1": "reported",
        "attacks:IRQ2": "reported",
        "lethal_events:1": "reported",
    }
    rocket = program.incidents["attacks:IRQ1"]
    assert (rocket.severity, rocket.place, rocket.reported_by.person) == ("grave", "Al Anbar", "checks")
    assert covered(program) == ["2025-03-18", "2025-03-20"]
    assert program.stability["quiet"].counted.frozen_by == "attacks:IRQ1"
    seq = program.seq
    await desk.run("r3", "attacks")
    assert await desk.seq() == seq

    feeds.acled(
        acled("IRQ9", "2025-05-20", "Protests"), changed=(acled("IRQ1", "2025-03-11", ROCKET, "Al Anbar"),), deleted=("IRQ2",)
    )
    feeds.ged(ged(1, "2025-03-12", "Erbil governorate"), ged(2, "2025-05-30", "Basra governorate"))
    await desk.run("r4", "attacks")
    program = await desk.program()
    assert program.incidents["attacks:IRQ2"].status == "withdrawn"
    assert program.incidents["attacks:IRQ1"].happened_at == datetime(2025, 3, 10, 21, tzinfo=UTC)
    assert covered(program) == ["2025-05-13", "2025-03-20"]

    for incident in ("attacks:IRQ1", "lethal_events:1"):
        await desk.done(AUTHORITY, a.DismissIncident(incident=incident, reason="Not at the base."))
    unseen = (await desk.program()).stability["quiet"]
    assert (unseen.completed_at, unseen.counted.unseen_by) == (None, "lethal_events")
    await desk.run("r5", "lethal_events")
    assert (await desk.program()).stability["quiet"].completed_at is not None


async def test_the_answers_that_an_incident_was_read_in_are_kept(desk: Desk, feeds: Feeds) -> None:
    feeds.acled(acled("IRQ1", "2025-03-10", ROCKET, "Al Anbar"))
    await desk.run("r1", "attacks")
    fetched = await desk.fetched("r1", "attacks")
    assert len(fetched.answers) == 3  # listed, changed, deleted
    for answer in fetched.answers:
        assert await desk.documents.filings(desk.id, answer.sha256)
    assert not any("abc" in answer.model_dump_json() for answer in fetched.answers)


def covered(program: Program) -> list[str]:
    return [str(program.checks[name].covers_until) for name in ("attacks", "lethal_events")]
