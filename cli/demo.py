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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cli import cast
from cli.cast import Person
from cli.figures import record_figures
from cli.first_run import sign_in_link
from cli.service import Refused, Service
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

Say = Callable[[str], None]


class NoTokens(Exception):
    """Nobody can act in the service that runs."""

    def __init__(self, home: Path) -> None:
        super().__init__(f"{home} holds no tokens: `accord run --first-run` issues one for each role.")


class Demo:
    """One run; every line that it says is something that the service has answered."""

    def __init__(self, service: Service, people: dict[str, Person], say: Say, pages: str = "") -> None:
        """`pages`: the address of the pages, which show what happens as it does; empty: nothing is said of them."""
        self._pages = pages
        self._service, self._people, self._say = service, people, say
        self._program = ""
        self._begun = time.monotonic()
        self._pieces = 0

    async def run(self) -> None:
        """The whole story. Raises Refused, or TimeoutError when a clock does not strike."""
        await self._start()
        self._chapter("The United States moves first")
        await self._achieve("announcement")
        self._chapter("Iraq responds")
        await self._achieve("guarantees")
        self._chapter("Quiet is kept, and broken")
        await self._be_attacked()
        await self._until("stability", "complete")
        self._chapter("The program opens")
        await self._consent()
        await self._until("sfa_programs", "open")
        self._chapter("It opens four programs")
        for child in await self._children():
            await self._tell_of(child)
        self._chapter("What blocks next")
        await self._say_what_blocks()

    async def _start(self) -> None:
        body = cast.start_of(tuple(self._people.values()), PLAN)
        body |= {"title": "Demonstration with short clocks", "parameters": SHORT}
        started = await self._service.write(self._people["officer"], "/programs", body)
        self._program = started["program"]
        self._tell(f"started program {self._program}: quiet of {SHORT['stability_length']} instead of months")
        if self._pages:
            self._say(f"  watch it at {self._pages}/programs/{self._program}")

    async def _achieve(self, phase: str) -> None:
        for milestone in await self._read("/milestones", phase=phase):
            for showing in milestone["shown_by"]:
                await self._show(milestone, showing)
        for milestone in await self._read("/milestones", phase=phase):
            await self._determine(milestone)
        await self._until(phase, "complete")

    async def _show(self, milestone: dict[str, Any], showing: dict[str, Any]) -> None:
        attestation = showing["kind"] == "attestation"
        parties = list(milestone["owed_by"])
        if attestation:
            plan_parties = ("us", "iraq")
            parties = [party for party in plan_parties if party in showing["sentence"]] or parties
        for party in parties:
            self._pieces += 1
            name = f"piece-{self._pieces}"
            recorder = self._people[f"{party}-{'representative' if attestation else 'recorder'}"]
            evidence: dict[str, Any] = {"evidence": name, "milestone": milestone["name"], "shows": showing["name"]}
            if showing["kind"] == "document":
                evidence["document"] = await self._file(recorder, showing)
            else:
                evidence["text"] = f"We state {showing['what']}."
            await self._write(recorder.name, "/evidence", evidence)
            await self._verify(milestone, name, party)
        self._tell(f"{' and '.join(parties)}: {showing['what']} (verified by somebody else)")

    async def _file(self, recorder: Person, showing: dict[str, Any]) -> dict[str, Any]:
        content = f"{showing['what']} ({datetime.now(UTC):%Y-%m-%d %H:%M:%S})".encode()
        path = f"/programs/{self._program}/documents"
        filed = await self._service.file(recorder, path, f"{showing['name']}.txt", content)
        return {name: filed[name] for name in ("sha256", "name", "size")}

    async def _verify(self, milestone: dict[str, Any], evidence: str, recorded_by: str) -> None:
        verifiers = [party for party in milestone["verified_by"] if party != recorded_by]
        await self._write(f"{verifiers[-1]}-verifier", "/verifications", {"evidence": evidence})

    async def _determine(self, milestone: dict[str, Any]) -> None:
        verdict = {"milestone": milestone["name"], "outcome": "achieved", "reason": "Everything asked for is shown."}
        authority = f"{milestone['determined_by'][0]}-authority"
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                await self._write(authority, "/determinations", verdict)
            except Refused as refused:
                if refused.code != "observation_open" or time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.2)
            else:
                break
        self._tell(f"{authority} determines: {milestone['title']}")

    async def _be_attacked(self) -> None:
        before = await self._stability()
        self._tell(f"quiet is counted from {before['counted_from'][11:19]} UTC to {before['completes_at'][11:19]} UTC")
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
        after = await self._stability()
        self._tell(f"confirmed: counted anew from {after['counted_from'][11:19]} to {after['completes_at'][11:19]} UTC")
        await self._write("hmc-authority", "/incidents/rockets/resolutions", {"reason": "The launchers were seized."})

    async def _consent(self) -> None:
        try:
            await self._write("officer", "/phases/sfa_programs/advance", {})
        except Refused as refused:
            self._tell(f"too early: {refused.problem['detail']}")
        for party in ("us", "iraq"):
            await self._write(f"{party}-representative", "/consents", {"phase": "sfa_programs"})
            self._tell(f"{party} consents")

    async def _children(self) -> list[dict[str, Any]]:
        """The child programs, once each of them has a ledger of its own."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            family = await self._read("/family")
            children: list[dict[str, Any]] = family["children"]
            if all(child["standing"] == "running" for child in children):
                return children
            if time.monotonic() > deadline:
                raise TimeoutError(f"not opened: {[child['name'] for child in children if child['standing'] != 'running']}")
            await asyncio.sleep(0.2)

    async def _tell_of(self, child: dict[str, Any]) -> None:
        """Where a child program stands, with the published figures recorded for its indicators."""
        count = await record_figures(self._service, self._people["checker"], child)
        block = child["blocking"]
        self._tell(f"{child['title']}: {child['standing']}; {count} published figures recorded")
        self._tell(f"    {block['sentence']} [{', '.join(block['owes'])}]")

    async def _say_what_blocks(self) -> None:
        for block in (await self._read("/blocking"))["gates"]:
            owes = f" [{', '.join(block['owes'])} owes the next act]" if block["owes"] else ""
            self._tell(f"{block['phase']}: {block['sentence']}{owes}")

    async def _stability(self) -> dict[str, Any]:
        phases = await self._read("/phases")
        found: dict[str, Any] = next(phase["stability"] for phase in phases if phase["name"] == "stability")
        return found

    async def _until(self, name: str, status: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            phase = next(phase for phase in await self._read("/phases") if phase["name"] == name)
            if phase["status"] == status:
                self._tell(f"phase {name} is {status}")
                return
            if time.monotonic() > deadline:
                raise TimeoutError(f"{name} is still {phase['status']}: {[b['sentence'] for b in phase['blocking']]}")
            await asyncio.sleep(0.2)

    async def _write(self, person: str, path: str, body: dict[str, Any]) -> Any:
        return await self._service.write(self._people[person], f"/programs/{self._program}{path}", body)

    async def _read(self, path: str, **query: str) -> Any:
        return await self._service.read(self._people["officer"], f"/programs/{self._program}{path}", **query)

    def _chapter(self, title: str) -> None:
        self._say(f"\n{title}")

    def _tell(self, text: str) -> None:
        self._say(f"  {time.monotonic() - self._begun:5.1f} s  {text}")


def demonstrate(home: Path, say: Say) -> None:
    """Runs the demonstration on the service of a data folder, or on one of its own where none runs.

    The pages of a service of its own go with it.
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
    people = {person.name: person for person in cast.read(home / "tokens.json")}
    async with Service(api) as service:
        say(f"To watch it in a browser, sign in by this link, which is secret: {sign_in_link(api, people['officer'])}")
        await Demo(service, people, say, api).run()


@contextmanager
def _own_service(folder: Path, say: Say) -> Iterator[str]:
    """A whole service on free ports, gone with the block."""
    say("No service runs here; starting one for the demonstration.")
    port, temporal_port = str(free_port()), str(free_port())
    command = [sys.executable, "-m", "cli.entry", "run", "--home", str(folder), "--port", port]
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
