"""People who insist: they send an act again, under the same key, until it is acknowledged."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString, Protocol, Self
from uuid import uuid4

import httpx2

from cli import first_people
from cli.first_people import Person
from tests.whole.running import PATIENCE_SECONDS, NotInTime

PLAN = """
accord: 1
plan: short
title: A plan with one short clock
source: Written for tests
time_zone: Asia/Baghdad
parameters:
  soon: {default: PT2S, why: So that a test sees it strike.}
parties:
  us: {name: The first}
  iraq: {name: The second}
bodies:
  hmc: {name: The joint body, members: [us, iraq]}
phases:
  work:
    title: Work
    milestones:
      worked:
        title: Work is done
        party: us
        shown_by: {report: {kind: statement, what: what was done}}
        verified_by: [iraq]
        determined: {by: [hmc]}
        due: {within: $soon, from: {program: true}}
  rest:
    title: Rest
    entry: [{milestone: worked}]
    milestones:
      rested:
        title: Rest is taken
        party: iraq
        shown_by: {report: {kind: statement, what: who rested}}
        verified_by: [us]
        determined: {by: [hmc]}
        due: {within: P30D, from: {phase: rest, becomes: open}}
"""


class Served(Protocol):
    """Something that people can act on, and whose record can be looked into."""

    @property
    def api(self) -> str: ...
    @property
    def people(self) -> dict[str, Person]: ...
    async def rows(self, query: LiteralString, *values: Any) -> list[dict[str, Any]]: ...
    async def faults(self, programs: Sequence[str]) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An act for which somebody holds a receipt."""

    program: str
    key: str
    seq: int
    attempts: int


class Insisting:
    """A client of the API that goes on until it is answered for good."""

    def __init__(self, service: Served, patience: float = PATIENCE_SECONDS) -> None:
        self._patience = patience
        self.receipts: list[dict[str, Any]] = []
        """All that was acknowledged, as it was answered."""
        self._people = service.people
        self._http = httpx2.AsyncClient(base_url=f"{service.api}/api/v1", timeout=20, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def start(self, soon: str = "P30D") -> str:
        """A program of the short plan, whose first deadline is `soon`; its id."""
        members = first_people.members(self._people.values())
        body = {"document": PLAN, "parameters": {"soon": soon}, "members": members}
        return await self.start_with(body, str(uuid4()))

    async def start_with(self, body: dict[str, Any], key: str) -> str:
        """A program started by what is sent; its id."""
        receipt, _ = await self._until_recorded(self._people["officer"], "/programs", body, key)
        return str(receipt["program"])

    async def act(self, person: str, program: str, path: str, body: dict[str, Any]) -> Acknowledged:
        key = str(uuid4())
        receipt, attempts = await self._until_recorded(self._people[person], f"/programs/{program}{path}", body, key)
        return Acknowledged(program, key, receipt["first_seq"], attempts)

    async def read(self, person: str, path: str) -> Any:
        answer = await self._http.get(path, headers=_headers(self._people[person]))
        answer.raise_for_status()
        return answer.json()

    async def until_read(self, person: str, path: str) -> Any:
        """What is read, as soon as somebody answers."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                try:
                    return await self.read(person, path)
                except (httpx2.TransportError, httpx2.HTTPStatusError):
                    await asyncio.sleep(0.1)

    async def achieve_work(self, program: str) -> None:
        """Evidence, verification and determination; then the phase `rest` opens."""
        await self.act("us-recorder", program, "/evidence", evidence("done"))
        await self.act("iraq-verifier", program, "/verifications", {"evidence": "done"})
        verdict = {"milestone": "worked", "outcome": "achieved", "reason": "Everything asked for is shown."}
        await self.act("hmc-authority", program, "/determinations", verdict)

    async def _until_recorded(self, person: Person, path: str, body: dict[str, Any], key: str) -> tuple[Any, int]:
        deadline = time.monotonic() + self._patience
        attempts = 0
        while time.monotonic() < deadline:
            attempts += 1
            try:
                answer = await self._http.post(path, json=body, headers=_headers(person) | {"Idempotency-Key": key})
            except httpx2.TransportError:  # nobody knows whether it was recorded
                await asyncio.sleep(0.1)
                continue
            if answer.status_code == 201:
                self.receipts.append(answer.json())
                return answer.json(), attempts
            if answer.status_code < 500:
                raise AssertionError(f"{path}: {answer.status_code} {answer.text}")
            await asyncio.sleep(0.1)
        raise NotInTime(f"no receipt for {path}")


def evidence(name: str) -> dict[str, Any]:
    return {"evidence": name, "milestone": "worked", "shows": "report", "text": "What was done, where and by whom."}


async def many_acts(service: Served, programs: list[str], *, clients: int, each: int) -> list[Acknowledged]:
    """Clients at work at the same time, each recording so many pieces of evidence, in one program after the other."""

    async def work(number: int) -> list[Acknowledged]:
        async with Insisting(service) as client:
            return [
                await client.act(
                    "us-recorder", programs[(number + n) % len(programs)], "/evidence", evidence(f"c{number}-{n}-{uuid4()}")
                )
                for n in range(each)
            ]

    found = await asyncio.gather(*(work(number) for number in range(clients)))
    return [one for work_of_one in found for one in work_of_one]


async def assert_each_is_kept_once(service: Served, acknowledged: Iterable[Acknowledged]) -> None:
    """Every receipt's act stands in the ledger once, at its place, and nothing else was recorded under no receipt."""
    receipts = {(one.program, one.key): one.seq for one in acknowledged}
    programs = sorted({program for program, _ in receipts})
    rows = await service.rows(
        "SELECT program_id, act_id, seq FROM ledger_entry WHERE kind = 'evidence_recorded' AND program_id = ANY(%s::uuid[])",
        programs,
    )
    kept = [(str(row["program_id"]), row["act_id"]) for row in rows]
    assert len(kept) == len(set(kept)), "an act was recorded twice"
    assert {(str(row["program_id"]), row["act_id"]): row["seq"] for row in rows} == receipts
    assert await service.faults(programs) == []


def _headers(person: Person) -> dict[str, str]:
    return {"Authorization": f"Bearer {person.token}"}
