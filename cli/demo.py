"""`accord demo`: a program with short clocks, driven over HTTP from the announcement to an open SFA phase."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from cli import first_people
from cli.figures import record_figures
from cli.first_people import Person
from cli.first_run import sign_in_link
from cli.service import Refused, ServiceClient
from cli.temporal import free_port

PLAN = "us-iraq-reset"
SHORT = {
    "announcement_due": "PT5M",
    "guarantee_due": "PT5M",
    "campaign_due": "PT5M",
    "stability_length": "PT8S",
    "settling": "PT1S",
    "observation": "PT1S",
    "sfa_announcement_due": "PT5M",
    "federal_withdrawal": "PT10M",
    "erbil_withdrawal": "PT20M",
}
PATIENCE_SECONDS = 60.0
DONE_AT_ONCE = ("evidence", "verification", "determination")
"""Owed acts that the demonstration does; periods of observation end by themselves."""

MOST_BLOCKS = 3

Say = Callable[[str], None]


class NoTokens(Exception):
    """The data folder of the running service has no tokens."""

    def __init__(self, home: Path) -> None:
        super().__init__(f"{home} holds no tokens: `accord run --first-run` issues one for each role.")


class Demo:
    """One run, as a client of the API. Every printed line comes from a response."""

    def __init__(self, service: ServiceClient, people: dict[str, Person], say: Say, pages: str = "") -> None:
        """`pages`: the URL of the web pages; empty: they are not mentioned."""
        self._service, self._people, self._say, self._pages = service, people, say, pages
        self._program = ""
        self._begun = time.monotonic()
        self._pieces = 0
        self._attested: set[tuple[str, str, str]] = set()

    async def run(self) -> None:
        """Runs the whole story. Raises Refused, or TimeoutError when a clock does not strike."""
        await self._start()
        for phase in ("announcement", "guarantees"):
            await self._complete(phase)
        await self._report_attack()
        await self._wait_until("stability", "complete")
        await self._consent()
        await self._wait_until("sfa_programs", "open")
        await self._tell_of_children()
        await self._say_what_blocks()

    async def _start(self) -> None:
        body = first_people.start_of(tuple(self._people.values()), PLAN)
        body |= {"title": "Demonstration with short clocks", "parameters": SHORT}
        self._program = (await self._service.write(self._people["officer"], "/programs", body))["program"]
        if self._pages:
            link = sign_in_link(self._pages, self._people["officer"])
            self._say(
                f"watch it at {self._pages}/programs/{self._program}\nsign in first, by this link, which is secret: {link}"
            )
        self._tell(f"started, with a quiet of {SHORT['stability_length']} instead of months")

    async def _complete(self, phase: str) -> None:
        """Does the suggested acts of a phase until it is complete."""
        titles = {one["name"]: one["title"] for one in await self._read("/milestones", phase=phase)}
        deadline = time.monotonic() + PATIENCE_SECONDS
        while any(owed := [one for one in await self._read("/owed") if one["name"] in titles]):
            if (one := next((one for one in owed if one["kind"] in DONE_AT_ONCE), None)) is not None:
                by = await self._do(one)
                if one["kind"] == "determination":
                    self._tell(f"{by} determines: {titles[one['name']]}")
                continue
            if time.monotonic() > deadline:
                raise TimeoutError(f"{phase} still waits: {[one['sentence'] for one in owed]}")
            await asyncio.sleep(0.2)
        await self._wait_until(phase, "complete")

    async def _do(self, owed: dict[str, Any]) -> str:
        """Does the first suggested act; returns it and the person."""
        act = owed["acts"][0]
        party = next(one for one in act["parties"] if (owed["name"], str(act["known"].get("shows")), one) not in self._attested)
        person = next(one for one in self._people.values() if one.party == party and one.role in act["roles"])
        body = {name: await self._placeholder_value(person, name, value) for name, value in act["body"].items()}
        await self._service.write(person, act["route"].removeprefix("/api/v1"), body)
        if owed["kind"] == "evidence":
            self._attested.add((owed["name"], body["shows"], party))
        return person.name

    async def _placeholder_value(self, person: Person, name: str, value: Any) -> Any:
        """The value for a placeholder in a suggested act, between < and >."""
        if name == "document":
            path, content = f"/programs/{self._program}/documents", f"Document {self._pieces} ({datetime.now(UTC)})".encode()
            filed = await self._service.file(person, path, f"document-{self._pieces}.txt", content)
            return {part: filed[part] for part in ("sha256", "name", "size")}
        if name == "evidence" and value.startswith("<"):
            self._pieces += 1
            return f"piece-{self._pieces}"
        return f"We state {value[1:-1]}." if name == "text" else "Everything asked for is shown." if name == "reason" else value

    async def _report_attack(self) -> None:
        self._tell(f"quiet is counted {_span(await self._stability())}")
        await asyncio.sleep(3)
        report = {
            "incident": "rockets",
            "incident_kind": "attack_on_foreign_mission",
            "severity": "serious",
            "happened_at": datetime.now(UTC).isoformat(),
            "place": "Ain al-Asad air base, Anbar",
            "attributed_to": "armed_groups",
            "account": "Rockets struck inside the base.",
        }
        await self._write("us-recorder", "/incidents", report)
        self._tell(f"rockets are reported: the period is {(await self._stability())['status']}")
        await self._write("hmc-authority", "/incidents/rockets/confirmations", {"reason": "Seen by both sides."})
        self._tell(f"they are confirmed: counted anew {_span(await self._stability())}")
        await self._write("hmc-authority", "/incidents/rockets/resolutions", {"reason": "The launchers were seized."})

    async def _consent(self) -> None:
        try:
            await self._write("officer", "/phases/sfa_programs/advance", {})
        except Refused as refused:
            self._tell(f"too early: {refused.problem['detail']}")
        for party in ("us", "iraq"):
            await self._write(f"{party}-representative", "/consents", {"phase": "sfa_programs"})
            self._tell(f"{party} consents")

    async def _tell_of_children(self) -> None:
        """Prints the status of the child programs once each has a ledger, and records published figures in them."""
        children = await self._wait_for(self._children, lambda found: all(one["standing"] == "running" for one in found))
        for child in children:
            count = await record_figures(self._service, self._people["checker"], child)
            block = child["blocking"]
            self._tell(f"{child['title']}: {count} figures; {block['sentence']} [{', '.join(block['owes'])}]")

    async def _say_what_blocks(self) -> None:
        gates = (await self._read("/blocking"))["gates"]
        for block in gates[:MOST_BLOCKS]:
            owes = f" [{', '.join(block['owes'])} owes the next act]" if block["owes"] else ""
            self._tell(f"next, {block['phase']}: {block['sentence']}{owes}")

    async def _children(self) -> Any:
        return (await self._read("/family"))["children"]

    async def _stability(self) -> Any:
        return (await self._phase("stability"))["stability"]

    async def _phase(self, name: str) -> Any:
        return next(phase for phase in await self._read("/phases") if phase["name"] == name)

    async def _wait_until(self, name: str, status: str) -> None:
        await self._wait_for(partial(self._phase, name), lambda phase: phase["status"] == status)
        self._tell(f"phase {name} is {status}")

    async def _wait_for(self, ask: Callable[[], Awaitable[Any]], is_so: Callable[[Any], bool]) -> Any:
        """The first response that satisfies a condition. Raises TimeoutError."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_so(found := await ask()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"still not so: {str(found)[:500]}")
            await asyncio.sleep(0.2)
        return found

    async def _write(self, person: str, path: str, body: dict[str, Any]) -> Any:
        return await self._service.write(self._people[person], f"/programs/{self._program}{path}", body)

    async def _read(self, path: str, **query: str) -> Any:
        return await self._service.read(self._people["officer"], f"/programs/{self._program}{path}", **query)

    def _tell(self, text: str) -> None:
        self._say(f"{time.monotonic() - self._begun:5.1f} s  {text}")


def _span(stability: dict[str, Any]) -> str:
    return f"from {stability['counted_from'][11:19]} to {stability['completes_at'][11:19]} UTC"


def demonstrate(home: Path, say: Say) -> None:
    """Runs the demonstration on the running service of a data folder, or on a temporary one.

    The pages of a temporary service end with it.
    """
    addresses = home / "addresses.json"
    if addresses.exists():
        asyncio.run(_on(json.loads(addresses.read_text())["api"], home, say))
        return
    with tempfile.TemporaryDirectory(prefix="accord-demo-") as folder, _own_service(Path(folder), say) as api:
        asyncio.run(_on(api, Path(folder), say))


async def _on(api: str, home: Path, say: Say) -> None:
    if not (home / "tokens.json").exists():
        raise NoTokens(home)
    people = {person.name: person for person in first_people.read(home / "tokens.json")}
    async with ServiceClient(api) as service:
        await Demo(service, people, say, api).run()


@contextmanager
def _own_service(folder: Path, say: Say) -> Iterator[str]:
    """A temporary service on free ports."""
    say("No service runs here; starting one for the demonstration.")
    port, temporal_port = str(free_port()), str(free_port())
    command = [sys.executable, "-m", "cli.entry_point", "run", "--home", str(folder), "--port", port]
    command += ["--temporal-port", temporal_port]
    of_others = {"DATABASE_URL", "DATABASE_OWNER_URL", "TEMPORAL_ADDRESS", "ACCORD_DOCUMENTS"}
    environment = {name: value for name, value in os.environ.items() if name not in of_others}
    with subprocess.Popen(  # noqa: S603  ourselves
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment
    ) as service:
        try:
            deadline = time.monotonic() + PATIENCE_SECONDS
            while not (folder / "first-run").exists():
                if service.poll() is not None or time.monotonic() > deadline:
                    raise TimeoutError(f"the service did not start: {service.stderr.read() if service.stderr else ''}")
                time.sleep(0.2)
            yield f"http://127.0.0.1:{port}"
        finally:
            service.send_signal(signal.SIGINT)
            service.wait(timeout=PATIENCE_SECONDS)
