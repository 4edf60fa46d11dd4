"""As known at an instant: every read of a program tells what was known then, and what has changed since is told in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from db.pools import LedgerPool
from tests.api.conftest import Door, application
from tests.db.builders import long_story, tell
from tests.rules.small_plan import day

PROOFS = {"chain", "checkpoint", "consistency", "inclusion"}
BESIDE = {"ledger", "changes", "checks", "documents", "tokens", "{check}", "{sha256}", *PROOFS}
"""What is told by numbers and times of its own, or kept beside the ledger."""


@pytest.fixture
async def told(door: Door, url: str) -> str:
    """The long story of half a year of 2025."""
    program = uuid4()
    async with LedgerPool(url, size=1) as writer:
        await tell(writer, program, long_story())
    return f"/programs/{program}"


def at(number: float) -> str:
    return day(number).isoformat().replace("+00:00", "Z")


async def read(door: Door, path: str, number: float) -> Any:
    answer = await door.get("auditor", path, at=at(number))
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_every_read_of_a_program_takes_an_instant() -> None:
    paths = application().openapi()["paths"]
    reads = {path: one["get"] for path, one in paths.items() if "{program}" in path and "get" in one}
    takes = {path for path, one in reads.items() if any(parameter["name"] == "at" for parameter in one["parameters"])}
    assert {path.rsplit("/", 1)[-1] for path in reads.keys() - takes} <= BESIDE


async def test_each_view_tells_what_was_known_then(door: Door, told: str) -> None:
    def by_name(lines: list[dict[str, Any]], value: str) -> dict[str, Any]:
        return {line["name"]: line[value] for line in lines}

    assert (await read(door, told, 85))["standing"] == "suspended"
    assert by_name(await read(door, f"{told}/phases", 1), "status")["move"] == "complete"
    assert by_name(await read(door, f"{told}/phases", 0.5), "status")["move"] == "open"
    assert by_name(await read(door, f"{told}/milestones", 1.5), "status")["safety"] == "not_started"
    assert len((await read(door, f"{told}/evidence", 1.5))["evidence"]) == 2
    assert [one["status"] for one in await read(door, f"{told}/incidents", 10.5)] == ["reported"]
    assert [one["status"] for one in await read(door, f"{told}/incidents", 11.5)] == ["contested"]
    assert "zoe" not in {one["person"] for one in await read(door, f"{told}/members", 19)}
    assert "zoe" in {one["person"] for one in await read(door, f"{told}/members", 20.5)}
    assert [one["figures"] for one in await read(door, f"{told}/figures", 94)] == [[]]
    (smoke,) = await read(door, f"{told}/figures", 96)
    assert ([figure["value"] for figure in smoke["figures"]], smoke["counts"]) == (["89.50"], "m1")
    assert {(one["party"], one["kind"]) for one in await read(door, f"{told}/owed", 1.5)} == {("south", "evidence")}
    assert (await read(door, f"{told}/blocking", 0.5))["gates"][0]["owes"] == ["north"]
    assert [one["name"] for one in await read(door, f"{told}/clocks", 1.5)] == ["deadline.safety"]
    north = next(one for one in await read(door, f"{told}/reciprocity", 0.5) if one["party"] == "north")
    assert [one["name"] for one in north["owed"]] == ["announced"]
    for view in ("assessments", "proposals", "disputes", "snapbacks", "releases", "family"):
        await read(door, f"{told}/{view}", 40)


async def test_days_left_are_counted_to_that_instant(door: Door, told: str) -> None:
    async def left(number: float) -> int:
        quiet = next(phase for phase in await read(door, f"{told}/phases", number) if phase["name"] == "quiet")
        found: int = quiet["stability"]["days_left"]
        return found

    assert await left(30) - await left(34) == 4


async def test_a_fact_has_both_its_times(door: Door, told: str) -> None:
    (incident,) = await read(door, f"{told}/incidents", 10.5)
    assert incident["happened_at"] < incident["reported_at"]
    (piece, *_) = (await read(door, f"{told}/evidence", 1.5))["evidence"]
    assert {"recorded_at", "happened_at"} <= piece.keys()
    assert (await read(door, told, 10.5))["at"] == at(10.5).replace("Z", ".000000Z")


async def test_the_future_is_refused_with_the_time_that_it_is(door: Door) -> None:
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    for path in ("", "/milestones", "/blocking", "/owed", "/family"):
        answer = await door.get("nora", f"/programs/{{program}}{path}", at=later)
        assert (answer.status_code, answer.json()["code"]) == (422, "in_the_future"), path
        assert f"it is now {datetime.now(UTC):%Y-%m-%dT%H:}" in answer.json()["detail"]
    answer = await door.get("nora", "/programs/{program}/changes", **{"from": "2025-01-01T00:00:00Z", "to": later})
    assert (answer.status_code, answer.json()["code"]) == (422, "in_the_future")


async def test_the_route_that_it_takes_the_place_of_is_gone(door: Door) -> None:
    assert (await door.get("nora", "/programs/{program}/as-of", at="2025-01-01T00:00:00Z")).status_code == 404


async def test_what_differs_between_two_instants_is_said_in_words(door: Door, told: str) -> None:
    answer = await door.get("auditor", f"{told}/changes", **{"from": at(8), "to": at(12.5)})
    assert answer.status_code == 200, answer.text
    changes = answer.json()
    differs = {(one["noun"], one["name"]): (one["before"], one["after"]) for one in changes["differences"]}
    assert differs["incident", "i1"] == (None, "confirmed, serious")
    assert differs["commitment", "moratorium"] == ("in force", "broken")
    assert any(noun == "phase" for noun, _ in differs)
    assert all(one["sentence"].endswith(".") for one in changes["differences"])
    said = [one["sentence"] for one in changes["recorded"]]
    assert any("thunder" in sentence for sentence in said)
    assert changes["since_seq"] < changes["recorded"][0]["seq"] <= changes["recorded"][-1]["seq"] == changes["until_seq"]
    reported = next(one for one in changes["recorded"] if one["person"] == "sara")
    assert reported["happened_at"] < reported["recorded_at"]


async def test_where_nothing_changed_nothing_differs(door: Door, told: str) -> None:
    changes = (await door.get("auditor", f"{told}/changes", **{"from": at(3.5), "to": at(3.6)})).json()
    assert (changes["differences"], changes["recorded"]) == ([], [])
    early = await door.get("auditor", f"{told}/changes", **{"from": at(-5)})
    assert early.status_code == 404
    backwards = await door.get("auditor", f"{told}/changes", **{"from": at(5), "to": at(4)})
    assert backwards.status_code == 422


async def test_changes_of_many_entries_come_in_pages(door: Door, told: str) -> None:
    span = {"from": at(0.1), "to": at(100)}
    whole = (await door.get("auditor", f"{told}/changes", limit=500, **span)).json()["recorded"]
    first = (await door.get("auditor", f"{told}/changes", limit=10, **span)).json()
    second = (await door.get("auditor", f"{told}/changes", limit=500, after=first["next"], **span)).json()
    assert first["recorded"] + second["recorded"] == whole
