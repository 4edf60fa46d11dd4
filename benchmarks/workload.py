"""The workload of the benchmarks: HTTP requests as prepared bytes, and the programs to which they are sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from cli import first_people
from cli.first_people import Person
from cli.service import ServiceClient as Api

STEPS = 10
LADDER = Path(__file__).with_name("plan.yaml")
TEXT = "The work of this step was done as agreed; the report names what, where and by whom. " * 3


@dataclass(frozen=True, slots=True)
class Request:
    text: str


def post(path: str, body: dict[str, Any], person: Person | None = None) -> Request:
    """A POST request as bytes; for a person, with token and idempotency key."""
    content = json.dumps(body)
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n"
    if person is not None:
        head += f"Authorization: Bearer {person.token}\r\nIdempotency-Key: {uuid4()}\r\n"
    return Request(f"{head}\r\n{content}")


def get(path: str, person: Person) -> Request:
    return Request(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {person.token}\r\n\r\n")


def floor_lane(number: int) -> list[Request]:
    """Inserts of the size of an act."""
    program = uuid4()
    return [post(f"/floor/{program}", _evidence(f"e{n}", "done_1")) for n in range(number)]


def family(children: int) -> dict[str, Any]:
    """The body that starts a program whose only phase opens a number of ladders, each as a child program."""
    names = [f"ladder_{number}" for number in range(1, children + 1)]
    plan = {
        "accord": 1,
        "plan": "ladders",
        "title": "Ladders under one parent",
        "source": "Made up for the benchmarks",
        "time_zone": "Asia/Baghdad",
        "parties": {"us": {"name": "The first party"}, "iraq": {"name": "The second party"}},
        "bodies": {"hmc": {"name": "The joint body", "members": ["us", "iraq"]}},
        "programs": {
            name: {"title": name, "plan": "ladder", "opened_in": "climbing", "when_suspended": "freeze"} for name in names
        },
        "phases": {"climbing": {"title": "Climbing"}},
    }
    return {"document": plan, "programs": {name: {"document": LADDER.read_text()} for name in names}}


async def opened(api: str, people: dict[str, Person], program: str) -> list[str]:
    """The ids of a program's children, once all have been opened."""
    async with Api(api) as service:
        while True:
            family = await service.read(people["officer"], f"/programs/{program}/family")
            if all(child["open_phases"] for child in family["children"]):
                return [child["id"] for child in family["children"]]
            await asyncio.sleep(0.1)


def ladder(program: str, people: dict[str, Person]) -> Iterator[Request]:
    """Ten times evidence, verification and determination; each third act opens the next gate."""
    here = f"/api/v1/programs/{program}"
    for step in range(1, STEPS + 1):
        yield post(f"{here}/evidence", _evidence(f"e{step}", f"done_{step}"), people["us-recorder"])
        yield post(f"{here}/verifications", {"evidence": f"e{step}"}, people["iraq-verifier"])
        verdict = {"milestone": f"done_{step}", "outcome": "achieved", "reason": "Everything asked for is shown."}
        yield post(f"{here}/determinations", verdict, people["hmc-authority"])


def statements(program: str, people: dict[str, Person], number: int, mark: str = "s") -> Iterator[Request]:
    """A number of pieces of evidence, all for the first milestone."""
    for n in range(number):
        body = _evidence(f"{mark}{n}", "done_1")
        yield post(f"/api/v1/programs/{program}/evidence", body, people["us-recorder"])


def _evidence(name: str, milestone: str) -> dict[str, Any]:
    return {"evidence": name, "milestone": milestone, "shows": "report", "text": TEXT}


def reset(program: str, people: dict[str, Person], milestones: list[dict[str, Any]]) -> Iterator[Request]:
    """Evidence for the milestones of a phase of the report's plan, each piece recorded and then verified by another person."""
    here = f"/api/v1/programs/{program}"
    for milestone in milestones:
        for shown in milestone["shown_by"]:
            by_word = shown["kind"] == "attestation"
            recorders = [party for party in ("us", "iraq") if by_word and party in shown["sentence"]] or [milestone["party"]]
            for party in recorders:
                piece = str(uuid4())
                body: dict[str, Any] = {"evidence": piece, "milestone": milestone["name"], "shows": shown["name"]}
                if shown["kind"] == "document":
                    body["document"] = {"sha256": "0" * 64, "name": f"{shown['name']}.txt", "size": len(TEXT)}
                    body["reference"] = "In the archive."
                else:
                    body["text"] = TEXT
                recorder = people[f"{party}-{'representative' if by_word else 'recorder'}"]
                verifier = [other for other in milestone["verified_by"] if other != party][-1]
                yield post(f"{here}/evidence", body, recorder)
                yield post(
                    f"{here}/verifications", {"evidence": piece, "seen_at": "the archive"}, people[f"{verifier}-verifier"]
                )


def verdicts(program: str, people: dict[str, Person], milestones: list[dict[str, Any]]) -> Iterator[Request]:
    """Determinations that each milestone is achieved."""
    for milestone in milestones:
        body = {"milestone": milestone["name"], "outcome": "achieved", "reason": "Everything asked for is shown."}
        yield post(f"/api/v1/programs/{program}/determinations", body, people[f"{milestone['determined_by'][0]}-authority"])


async def programs(api: str, people: dict[str, Person], number: int, start: dict[str, Any] | None = None) -> list[str]:
    """Starts a number of programs over HTTP, of the ladder by default; returns their ids."""
    members = first_people.members(people.values())
    body = (start or {"document": LADDER.read_text()}) | {"members": members}
    gate = asyncio.Semaphore(8)
    async with Api(api) as service:

        async def one() -> str:
            async with gate:
                return str((await service.write(people["officer"], "/programs", body))["program"])

        return list(await asyncio.gather(*(one() for _ in range(number))))
