"""What each party owes and has done, as everybody who may read the program sees it."""

from __future__ import annotations

from tests.api.conftest import STRANGER, Door
from tests.rules.small_plan import PLAN

FILE = {"sha256": "0" * 64, "name": "file.pdf"}


async def test_who_owes_what_since_when(door: Door) -> None:
    answered = {one["party"]: one for one in (await door.get("moss", "/programs/{program}/reciprocity")).json()}
    assert list(answered) == [*PLAN["parties"], *PLAN["bodies"]]
    started = (await door.get("moss", "/programs/{program}")).json()["started_at"]
    (owed,) = answered["north"]["owed"]
    assert (owed["kind"], owed["name"], owed["since"], owed["due"]) == ("evidence", "announced", started, None)
    assert answered["south"]["owed"] == []
    assert answered["north"]["binding"] == {"kept": 0, "late": 0, "late_original": 0, "waived": 0, "declined": 0, "broken": 0}
    assert answered["north"]["stands_still_since"] is None


async def test_what_is_recorded_passes_the_next_act_on(door: Door) -> None:
    filed = {"evidence": "e1", "milestone": "announced", "shows": "text", "document": FILE, "reference": "In the archive."}
    assert (await door.post("nora", "/programs/{program}/evidence", filed)).status_code == 201
    answered = {one["party"]: one for one in (await door.get("moss", "/programs/{program}/reciprocity")).json()}
    assert [one["kind"] for one in answered["south"]["owed"]] == ["verification"]
    assert [one["sentence"] for one in answered["north"]["owed"]] == ["Announced: word is missing."]


async def test_a_stranger_is_told_of_no_program(door: Door) -> None:
    assert (await door.get(STRANGER, "/programs/{program}/reciprocity")).status_code == 404
