"""The questions of every day across programs: what is owed, by whom, what is late, what comes, and who am I."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from db.pools import LedgerPool
from tests.api.conftest import STRANGER, Door
from tests.db.builders import long_story, tell
from tests.rules.small_plan import PLAN, day

FILE = {"sha256": "0" * 64, "name": "file.pdf"}


@pytest.fixture
async def missed(door: Door, url: str) -> str:
    """A second program, begun in 2025 and left alone: safety was due sixty days after its phase opened."""
    program = uuid4()
    async with LedgerPool(url, size=1) as writer:
        await tell(writer, program, [one for one in long_story() if one[1] < day(2)])
    return str(program)


async def owed(door: Door, caller: str, **query: Any) -> list[tuple[str, str, str]]:
    answer = await door.client.get(door.address("/owed"), params=query, headers=door.headers(caller))
    assert answer.status_code == 200, answer.text
    return [(line["program"], line["party"], line["kind"]) for line in answer.json()["owed"]]


async def test_everybody_sees_what_they_could_do(door: Door, missed: str) -> None:
    assert await owed(door, "nora") == [(door.program, "north", "evidence")]
    assert await owed(door, "sara") == [(missed, "south", "evidence")]
    assert await owed(door, "sven") == await owed(door, "cleo") == await owed(door, "olga") == []
    filed = {"evidence": "e1", "milestone": "announced", "shows": "text", "document": FILE, "reference": "In the archive."}
    assert (await door.post("nora", "/programs/{program}/evidence", filed)).status_code == 201
    assert await owed(door, "sven") == [(door.program, "south", "verification")]


async def test_an_officer_asks_for_a_party_a_person_and_all(door: Door, missed: str) -> None:
    assert await owed(door, "olga", party="south") == [(missed, "south", "evidence")]
    assert await owed(door, "olga", person="nora") == [(door.program, "north", "evidence")]
    assert await owed(door, "olga", whose="everybody") == [(missed, "south", "evidence"), (door.program, "north", "evidence")]
    assert await owed(door, "olga", whose="everybody", overdue=True) == [(missed, "south", "evidence")]
    assert await owed(door, "olga", whose="everybody", overdue=False) == [(door.program, "north", "evidence")]
    assert await owed(door, "olga", whose="everybody", kind="consent") == []
    assert await owed(door, "olga", whose="everybody", due_before="2025-03-02T00:00:00Z") == []


async def test_pages_of_what_is_owed_go_on_where_they_ended(door: Door, missed: str) -> None:
    first = (await door.get("auditor", "/owed", whose="everybody", limit=1)).json()
    second = (await door.get("auditor", "/owed", whose="everybody", limit=1, after=first["next"])).json()
    assert [line["program"] for line in first["owed"] + second["owed"]] == [missed, door.program]
    last = (await door.get("auditor", "/owed", whose="everybody", limit=1, after=second["next"])).json()
    assert last == {"owed": [], "next": None}
    for after in ("nonsense", "WzFd", "WyJub25lIiwiYSIsImIiLCJjIiwiZCJd"):
        answer = await door.get("auditor", "/owed", after=after)
        assert (answer.status_code, answer.json()["code"]) == (422, "unreadable"), after


async def test_a_stranger_finds_nothing_across_programs(door: Door, missed: str) -> None:
    assert await owed(door, STRANGER) == await owed(door, STRANGER, whose="everybody") == []
    assert await owed(door, STRANGER, person="nora") == await owed(door, STRANGER, party="south") == []
    span = {"from": "2025-01-01T00:00:00Z", "to": "2125-01-01T00:00:00Z"}
    assert (await door.get(STRANGER, "/dates", **span)).json() == {"dates": [], "next": None}
    assert (await door.get(STRANGER, "/programs/counts")).json()["programs"] == 0
    assert missed


async def test_a_program_does_not_vanish_when_its_date_is_missed(door: Door, missed: str) -> None:
    """Whoever looks for what is due before tomorrow finds what was due yesterday."""
    late = (await door.get("olga", "/programs", overdue=True)).json()["programs"]
    assert [line["id"] for line in late] == [missed]
    assert late[0]["overdue"]
    assert late[0]["overdue_since"].startswith("2025-")
    before = (await door.get("olga", "/programs", next_due_before="2026-01-01T00:00:00Z")).json()["programs"]
    assert [line["id"] for line in before] == [missed]
    others = (await door.get("olga", "/programs", overdue=False)).json()["programs"]
    assert [(line["id"], line["overdue_since"]) for line in others] == [(door.program, None)]


async def test_a_missed_date_stays_overdue_when_its_clock_has_struck(door: Door, missed: str) -> None:
    """The next act strikes it; from then on nothing is due any more, and it is overdue all the same."""
    assert (await door.post("moss", f"/programs/{missed}/suspensions", {"reason": "No."})).status_code == 403
    figure = {"measurement": "m1", "indicator": "smoke", "value": "89", "unit": "kt", "period": "2024"}
    figure |= {"producer": "Observatory", "edition": "2025", "source": "yearbook", "retrieved_at": "2025-03-02T00:00:00Z"}
    assert (await door.post("sara", f"/programs/{missed}/measurements", figure)).status_code == 201
    (line,) = (await door.get("olga", "/programs", overdue=True)).json()["programs"]
    assert line["id"] == missed
    (one,) = (await door.get("olga", "/owed", whose="everybody", overdue=True)).json()["owed"]
    assert (one["name"], one["overdue_since"]) == ("safety", line["overdue_since"])


async def test_programs_are_found_by_words_and_by_who_owes(door: Door, missed: str) -> None:
    async def found(**query: Any) -> set[str]:
        return {line["id"] for line in (await door.get("olga", "/programs", **query)).json()["programs"]}

    assert await found(text="TRUCE and") == {door.program, missed}
    assert await found(text="100%") == await found(text="_") == set()
    assert await found(owes="north") == {door.program}
    assert await found(owes="south") == {missed}
    assert await found(owes="south", overdue=False) == set()


async def test_programs_are_counted_by_standing(door: Door, missed: str) -> None:
    await door.post("cleo", f"/programs/{door.program}/suspensions", {"reason": "War."})
    counts = (await door.get("olga", "/programs/counts")).json()
    by_standing = {"running": 1, "suspended": 1, "frozen": 0, "completed": 0, "terminated": 0}
    assert counts == {"programs": 2, "by_standing": by_standing, "overdue": 1}
    assert (await door.get("olga", "/programs/counts", owes="south")).json()["programs"] == 1
    assert missed


async def test_a_calendar_has_dates_with_what_they_were_first(door: Door, missed: str) -> None:
    span = {"from": "2025-03-01T00:00:00Z", "to": "2026-03-01T00:00:00Z"}
    (date,) = (await door.get("olga", "/dates", **span)).json()["dates"]
    assert (date["program"], date["milestone"], date["party"], date["kind"]) == (missed, "safety", "south", "deadline")
    assert date["due_original"] == date["due_revised"] == date["at"]
    assert (await door.get("olga", "/dates", party="north", **span)).json()["dates"] == []
    backwards = await door.get("olga", "/dates", **{"from": span["to"], "to": span["from"]})
    assert (backwards.status_code, backwards.json()["accepted"]) == (422, "an instant after `from`")


async def test_a_token_tells_whose_it_is(door: Door, missed: str) -> None:
    me = (await door.get("sven", "/me")).json()
    assert (me["person"], me["role"], me["party"], me["program"]) == ("sven", "verifier", "south", None)
    assert timedelta(0) < datetime.fromisoformat(me["expires_at"]) - datetime.now(UTC) <= timedelta(hours=1)
    assert me["can_do"] == ["verification"]
    held = {(one["program"], one["title"], one["role"], one["party"]) for one in me["programs"]}
    assert held == {(program, PLAN["title"], "verifier", "south") for program in (door.program, missed)}
    first = (await door.get("sven", "/me", limit=1)).json()
    second = (await door.get("sven", "/me", limit=1, after=first["next"])).json()
    assert [UUID(one["program"]) for one in first["programs"] + second["programs"]] == sorted(map(UUID, (door.program, missed)))
    assert (await door.get(STRANGER, "/me")).json()["programs"] == []
