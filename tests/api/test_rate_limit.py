"""What one person may ask of what is expensive: refused in time, told when to come back, and nobody else's business."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from api.problems import TooMuch
from api.rate_limit import PAST, RateLimits, act_units
from rules import acts as a
from tests.api.conftest import Door
from tests.rules.small_plan import PLAN
from tests.rules.worst_plans import milestones

DOCUMENT = {"sha256": "0" * 64, "name": "announcement.pdf"}
PAYLOAD = {"evidence": "e1", "milestone": "announced", "shows": "text", "document": DOCUMENT, "reference": "In the archive."}


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_allowance_fills_up_again_steadily() -> None:
    clock = Clock()
    given = RateLimits(60, clock)
    given.take("amal", 59)
    with pytest.raises(TooMuch) as refused:
        given.take("amal", 5)
    assert refused.value.headers == {"Retry-After": "4"}
    given.take("amal", 1)  # what was refused has taken nothing
    given.take("omar", 60)
    clock.now = 5
    given.take("amal", 5)
    with pytest.raises(TooMuch):
        given.take("amal", 1)


def test_what_costs_more_than_all_of_it_takes_all_of_it() -> None:
    """The longest batch must not be refused for ever."""
    clock = Clock()
    given = RateLimits(60, clock)
    given.take("amal", 500)
    with pytest.raises(TooMuch) as refused:
        given.take("amal", 500)
    assert refused.value.headers == {"Retry-After": "60"}
    clock.now = 60
    given.take("amal", 500)


def test_an_act_costs_nothing_and_what_it_brings_along_does() -> None:
    def of(*deeds: Any, preview: bool = False) -> int:
        actor = a.Actor(person="olga", role=a.Role.OFFICER)
        return act_units([a.Act(id=f"a{n}", actor=actor, deed=deed) for n, deed in enumerate(deeds)], preview=preview)

    noted = a.RecordEvidence.model_validate(PAYLOAD)
    child = a.ChildPlan(document="c" * 40_000, programs={"inner": a.ChildPlan(document="i" * 40_000)})
    assert of(noted) == 0
    assert of(noted, preview=True) == 1
    assert of(*[noted] * 500) == 100
    assert of(a.StartProgram(document="p" * 80_000)) == 11
    assert of(a.StartProgram(document="p" * 80_000, programs={"child": child})) == 21


@pytest.fixture
def sparing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The service gives everybody very little."""
    monkeypatch.setenv("ACCORD_EXPENSIVE_A_MINUTE", "12")


@pytest.mark.usefixtures("sparing")
async def test_more_than_one_may_ask_for_is_refused_until_later(door: Door) -> None:
    at = (await door.get("nora", "/programs/{program}")).json()["at"]
    answers = [await door.get("nora", "/programs/{program}", at=at) for _ in range(12 // PAST + 1)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    problem = answers[-1].json()
    assert problem["code"] == "too_much_asked"
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 20
    assert problem["accepted"] == f"the same request in {answers[-1].headers['Retry-After']} s"
    assert (await door.get("nils", "/programs/{program}", at=at)).status_code == 200
    assert (await door.post("nora", "/programs/{program}/evidence", PAYLOAD)).status_code == 201
    assert (await door.get("nora", "/programs/{program}/blocking")).status_code == 200


@pytest.mark.usefixtures("sparing")
async def test_previews_batches_and_plans_are_limited(door: Door) -> None:
    acts = [{"key": f"k{n}", "deed": {"kind": "record_evidence", **PAYLOAD, "evidence": f"b{n}"}} for n in range(60)]
    assert (await door.post("nora", "/programs/{program}/acts", {"acts": acts})).status_code == 201
    assert (await door.post("nora", "/programs/{program}/evidence", PAYLOAD, preview="true")).status_code == 429
    started = [(await door.post("saul", "/programs", {"document": PLAN})).status_code for _ in range(2)]
    assert started == [403, 403]  # who may not do it at all is told that
    texts = [json.dumps(PLAN | {"note": n}) for n in range(30)]
    told = [(await door.post("olga", "/programs", {"document": text}, preview="true")).status_code for text in texts]
    assert told[0] == 422
    assert told[-1] == 429


@pytest.mark.usefixtures("sparing")
async def test_a_look_at_a_program_of_usual_size_is_not_counted(door: Door) -> None:
    for _ in range(30):
        assert (await door.get("nora", "/programs/{program}/milestones")).status_code == 200


async def test_a_large_body_is_not_read_for_a_stranger(door: Door) -> None:
    """Reading two megabytes of JSON keeps everybody waiting for 20 ms."""
    headers = {"Content-Type": "application/json"}
    answer = await door.client.post(door.address("/programs"), content=b"[" * 100_000, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    small = await door.client.post(door.address("/programs"), content=b"[" * 100, headers=headers)
    assert small.status_code in {401, 422}


async def test_a_large_body_says_how_large_it_is(door: Door) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 1024

    answer = await door.client.post(door.address("/programs"), content=pieces(), headers=door.headers("olga"))
    assert answer.status_code == 411


async def test_five_hundred_milestones_are_started_and_looked_at(door: Door) -> None:
    """The longest plan is no attack by itself."""
    started = await door.post("olga", "/programs", {"document": milestones()})
    assert started.status_code == 201, started.text
    assert started.json()["last_seq"] == 1001
    program = f"/programs/{started.json()['program']}"
    for view in ("", "/phases", "/milestones", "/blocking", "/reciprocity", "/clocks"):
        assert (await door.get("olga", program + view)).status_code == 200
