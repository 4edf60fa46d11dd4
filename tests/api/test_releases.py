"""What releases are seen to be: their terms, what stands in each, what they wait for, what was posted."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.api.conftest import Door
from tests.rules.small_plan import IN_PART, PEOPLE, PLAN, RELEASES, World

FILE = {"sha256": "0" * 64, "name": "file.pdf"}


async def started(door: Door) -> str:
    """A program of the small plan with releases."""
    move = PLAN["phases"]["move"]
    announced = {**move["milestones"]["announced"], "determined": IN_PART}
    plan = {
        **PLAN,
        "phases": {**PLAN["phases"], "move": {**move, "milestones": {"announced": announced}}},
        "releases": RELEASES,
    }
    members = [member.model_dump(mode="json") for member in PEOPLE]
    answer = await door.post("olga", "/programs", {"document": plan, "members": members})
    assert answer.status_code == 201, answer.text
    return f"/programs/{answer.json()['program']}"


async def half_announced(door: Door, program: str) -> Any:
    filed = {"evidence": "e1", "milestone": "announced", "shows": "text", "document": FILE, "reference": "In the archive."}
    assert (await door.post("nora", f"{program}/evidence", filed)).status_code == 201
    assert (
        await door.post("sven", f"{program}/verifications", {"evidence": "e1", "seen_at": "the archive"})
    ).status_code == 201
    part = {"milestone": "announced", "outcome": "partly_achieved", "share": "0.5", "reason": "One of two."}
    told = await door.post("cleo", f"{program}/determinations", part, preview="true")
    done = await door.post("cleo", f"{program}/determinations", part)
    assert [told.status_code, done.status_code] == [200, 201]
    return told.json(), done.json()


async def test_each_release_says_what_stands_in_it_and_what_it_waits_for(door: Door) -> None:
    program = await started(door)
    answered = {one["name"]: one for one in (await door.get("moss", f"{program}/releases")).json()}
    assert list(answered) == list(RELEASES)
    reward = answered["reward"]
    assert (reward["amount"], reward["unit"], reward["party"], reward["to"]) == ("25", "million", "south", "north")
    assert {account for account, amount in reward["balances"].items() if amount != "0"} == {"promised", "committed"}
    assert reward["waits_for"][0]["owes"] == ["north"]
    assert reward["next_due"] is None
    assert answered["instalment"]["next_due"] is not None
    assert answered["cleaning"]["terms"] == "1 a unit of smoke (kt) from 100 to 80"


async def test_all_releases_in_a_unit_are_added_up(door: Door) -> None:
    program = await started(door)
    answered = (await door.get("moss", f"{program}/releases/totals")).json()
    totals = {total["unit"]: Decimal(total["accounts"]["promised"]) for total in answered}
    each = (await door.get("moss", f"{program}/releases")).json()
    assert totals["million"] == -sum(Decimal(one["amount"]) for one in each if one["unit"] == "million")
    assert set(totals) == {one["unit"] for one in each}


async def test_a_preview_shows_the_postings_that_then_stand_in_the_ledger(door: Door) -> None:
    program = await started(door)
    told, done = await half_announced(door, program)
    moved = [entry["fact"] for entry in told["entries"] if entry["fact"]["kind"] == "balance_moved"]
    assert [(fact["release"], fact["amount"], fact["into"]) for fact in moved] == [("instalment", "5.00", "released")]
    assert [entry["fact"]["kind"] for entry in done["entries"]] == [entry["fact"]["kind"] for entry in told["entries"]]
    page = (await door.get("moss", f"{program}/releases/instalment/postings", limit=1)).json()
    assert page["postings"][0]["out_of"] == "promised"
    rest = (await door.get("moss", f"{program}/releases/instalment/postings", after=page["next"])).json()
    assert [(line["out_of"], line["into"], line["amount"]) for line in rest["postings"]] == [("committed", "released", "5.00")]
    assert rest["next"] is None
    assert "determined as 0.5" in rest["postings"][0]["because"]


async def test_balances_are_answered_as_they_were_known_then(door: Door) -> None:
    program = await started(door)
    first = (await door.get("moss", f"{program}/ledger", limit=1)).json()["entries"][0]["at"]
    await half_announced(door, program)
    then, now = [
        {one["name"]: one["balances"]["released"] for one in (await door.get("moss", f"{program}/releases", **query)).json()}
        for query in ({"at": first}, {})
    ]
    assert (then["instalment"], now["instalment"]) == ("0", "5.00")
    early = await door.get("moss", f"{program}/releases", at="2001-01-01T00:00:00Z")
    assert (early.status_code, early.json()["code"]) == (404, "not_found")


async def test_an_unknown_release_and_a_wrong_grade_are_refused_in_words(door: Door) -> None:
    program = await started(door)
    assert (await door.get("moss", f"{program}/releases/rewards/postings")).status_code == 404
    wrong = {"milestone": "announced", "outcome": "partly_achieved", "grade": 2, "reason": "Two thirds."}
    answer = await door.post("cleo", f"{program}/determinations", wrong)
    assert (answer.status_code, answer.json()["code"], answer.json()["accepted"]) == (
        422,
        "wrong_grade",
        "a share between 0 and 1",
    )
    kinds = [entry["fact"]["kind"] for entry in (await door.get("moss", f"{program}/ledger", limit=500)).json()["entries"]]
    assert kinds[-1] == "attempt_refused"
    assert len(kinds) == len(World(releases=RELEASES, phases__move__milestones__announced__determined=IN_PART).entries) + 1
