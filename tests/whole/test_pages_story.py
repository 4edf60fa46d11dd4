"""The report's plan from the announcement to an open program, by people in browsers who see nothing but the pages."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import FilePayload

from cli import first_people
from cli.demo import PLAN, SHORT
from tests.api.pages.chromium import MISSING, PATH, chromium
from tests.api.pages.visitor import Visitor
from tests.whole.acting import Insisting
from tests.whole.running import PATIENCE_SECONDS, NotInTime, Service

pytestmark = pytest.mark.skipif(PATH is None, reason=MISSING)

BROWSERS = ("recorder", "verifier", "authority", "representative", "monitor")
BAGHDAD = ZoneInfo("Asia/Baghdad")
QUIET = "PT15S"
"""Long enough for a report that is written already to be dated and signed in it on a slow machine."""


class Story:
    """Five browsers; in each sits whoever of the cast holds that role, and gives place to the next."""

    def __init__(self, service: Service, browsers: dict[str, Visitor], program: str) -> None:
        self._people, self._browsers, self.program = service.people, browsers, program
        self._sits: dict[str, str] = {}
        self._pieces = 0

    @property
    def path(self) -> str:
        return f"/programs/{self.program}"

    async def at(self, person: str, path: str = "") -> Visitor:
        """A person at a page of the program."""
        role = self._people[person].role
        visitor = self._browsers[role]
        if self._sits.get(role) != person:
            await visitor.sign_in(self._people[person].token)
            self._sits[role] = person
        await visitor.open(f"{self.path}{path}")
        return visitor

    async def show(self, milestone: str, shows: str, *, by: str, document: str = "", text: str = "") -> str:
        """Records a piece of evidence from the milestone's page; its name."""
        self._pieces += 1
        piece = f"piece-{self._pieces}"
        visitor = await self.at(by, f"/milestones/{milestone}")
        await visitor.click("Record evidence", within="main")
        files = {"document": FilePayload(name=document, mimeType="text/plain", buffer=piece.encode())} if document else {}
        recorded = await visitor.do(evidence=piece, shows=shows, text=text, files=files)
        assert piece in recorded[0]
        return piece

    async def verify(self, piece: str, *, by: str) -> None:
        visitor = await self.at(by, f"/evidence/{piece}")
        await visitor.click("Verify")
        await visitor.do()

    async def determine(self, milestone: str) -> None:
        """Achieved, as soon as whoever is assessed has had time to observe."""
        visitor = await self.at("hmc-authority", f"/milestones/{milestone}")
        await visitor.click("Determine")
        await visitor.fill(outcome="achieved", reason="Everything asked for is shown.")
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (await visitor.preview() and await visitor.sign()):
            refusal = await visitor.refusal()
            assert "observation_open" in refusal or "effects_changed" in refusal, refusal
            assert time.monotonic() < deadline

    async def within_quiet(self, client: Insisting) -> datetime:
        """A whole second of the period of quiet, as soon as there has been one: forms take no fractions of it."""
        await self.until("stability", "open", client)
        phases = await client.read("officer", f"/programs/{self.program}/phases")
        begun = next(one["stability"]["counted_from"] for one in phases if one["name"] == "stability")
        while (now := datetime.now(UTC).replace(microsecond=0)) <= datetime.fromisoformat(begun):
            await asyncio.sleep(0.1)
        return now

    async def until(self, phase: str, status: str, client: Insisting) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            phases = await client.read("officer", f"/programs/{self.program}/phases")
            if next(one for one in phases if one["name"] == phase)["status"] == status:
                return
            await asyncio.sleep(0.1)
        raise NotInTime(f"{phase} is not {status}")


@asynccontextmanager
async def begun(service: Service, client: Insisting, **settings: Any) -> AsyncIterator[Story]:
    """A program of the report's plan with short clocks, and five browsers before it."""
    quiet = settings.pop("quiet")
    body = first_people.start_of(tuple(service.people.values()), PLAN) | {"parameters": SHORT | {"stability_length": quiet}}
    program = await client.start_with(body, f"pages-{time.monotonic_ns()}")
    async with AsyncExitStack() as stack:
        browser = await stack.enter_async_context(chromium())
        arriving = {role: Visitor.arriving(browser, service.api, **settings) for role in BROWSERS}
        browsers = {role: await stack.enter_async_context(one) for role, one in arriving.items()}
        yield Story(service, browsers, program)


async def test_from_the_announcement_to_an_open_program_in_five_browsers(whole: Service) -> None:
    async with Insisting(whole) as client, begun(whole, client, quiet=QUIET) as story:
        await _the_united_states_move_first(story)
        await _a_mistake_is_taken_back(story)
        await _iraq_responds(story, client)
        await _quiet_is_broken(story, client)
        await _both_consent(story, client)
        assert await whole.faults([story.program]) == []


async def test_the_main_path_needs_no_script(whole: Service) -> None:
    """Evidence, verification, determination, a refusal, consents; without JavaScript in any of the browsers."""
    async with Insisting(whole) as client, begun(whole, client, quiet="PT2S", java_script_enabled=False) as story:
        piece = await story.show("coalition_mission_ended", "announcement", by="us-recorder", document="end.txt")
        await story.verify(piece, by="iraq-verifier")
        await story.determine("coalition_mission_ended")
        await achieve(client, story.program, "announcement")
        await achieve(client, story.program, "guarantees")
        await story.until("stability", "complete", client)
        for person in ("us-representative", "iraq-representative"):
            visitor = await story.at(person)
            await visitor.click("Consent")
            await visitor.do()
        await story.until("sfa_programs", "open", client)
        monitor = await story.at("monitor", "/incidents")
        await monitor.click("Report an incident")
        assert await monitor.preview() == []
        assert "place" in await monitor.refusal()


async def _the_united_states_move_first(story: Story) -> None:
    """Documents are uploaded, parties give their word, and somebody of another side looks at each piece."""
    pieces = [
        await story.show("coalition_mission_ended", "announcement", by="us-recorder", document="end.txt"),
        await story.show("partial_withdrawal_announced", "announcement", by="us-recorder", document="troops.txt"),
        await story.show("training_mission_at_invitation", "mandate", by="us-recorder", document="mandate.txt"),
        await story.show("credited_to_hmc", "communique", by="us-recorder", document="communique.txt"),
        await story.show("sovereignty_commitment_given", "commitment", by="us-representative", text="We commit ourselves."),
        await story.show("credited_to_hmc", "agreed", by="us-representative", text="It is the commission's plan."),
        await story.show("training_mission_at_invitation", "invitation", by="iraq-representative", text="We invite them."),
        await story.show("credited_to_hmc", "agreed", by="iraq-representative", text="It is the commission's plan."),
    ]
    verifier = await story.at("hmc-verifier", "/together/verify")
    await verifier.click("Choose all")
    assert len(await verifier.do()) >= len(pieces)


async def _a_mistake_is_taken_back(story: Story) -> None:
    """A verification is taken back before anything was determined on it, and given again."""
    verifier = await story.at("hmc-verifier", "/evidence/piece-1")
    await verifier.click("Take the verification back")
    recorded = await verifier.do(reason="I had looked at another announcement.")
    assert "piece-1" in recorded[0]
    authority = await story.at("hmc-authority", "/milestones/coalition_mission_ended")
    await authority.click("Determine")
    await authority.fill(outcome="achieved", reason="So it seems.")
    assert await authority.preview() == []
    assert "What would be accepted:" in await authority.refusal()
    await story.verify("piece-1", by="hmc-verifier")
    for milestone in (
        "coalition_mission_ended",
        "partial_withdrawal_announced",
        "training_mission_at_invitation",
        "sovereignty_commitment_given",
        "credited_to_hmc",
    ):
        await story.determine(milestone)


async def _iraq_responds(story: Story, client: Insisting) -> None:
    """Over the API, but for the last word, which begins the period of quiet."""
    await achieve(client, story.program, "guarantees", but="campaign_begun")


async def _quiet_is_broken(story: Story, client: Insisting) -> None:
    """An attack is reported, another account differs from it, an authority decides, and the count begins anew."""
    recorder = await story.at("us-recorder", "/incidents")
    await recorder.click("Report an incident")
    await recorder.fill(
        incident="rockets",
        incident_kind="attack_on_foreign_mission",
        severity="serious",
        place="Ain al-Asad air base, Anbar",
        attributed_to="armed_groups",
        account="Rockets struck inside the base.",
    )
    await story.determine("campaign_begun")
    now = await story.within_quiet(client)
    await recorder.do(happened_at=now.astimezone(BAGHDAD).strftime("%Y-%m-%dT%H:%M:%S"))
    monitor = await story.at("monitor")
    await monitor.page.get_by_role("heading", name="Stability").first.wait_for()
    iraq = await story.at("iraq-representative", "/incidents")
    await iraq.click("Contest", within="#rockets")
    await iraq.do(reason="Nobody was inside the base.")
    monitor = await story.at("monitor", "/incidents")
    await monitor.click("Give another account", within="#rockets")
    await monitor.do(severity="minor", attributed_to="armed_groups", text="They fell outside the fence.")
    await monitor.open(f"{story.path}/incidents")
    told = await monitor.page.locator("#rockets").inner_text()
    assert "contested" in told
    assert "Rockets struck inside the base." in told
    assert "They fell outside the fence." in told
    watching = await story.at("us-representative")
    await watching.page.get_by_text("Frozen until this incident is decided:").wait_for()
    authority = await story.at("hmc-authority", "/incidents")
    await authority.click("Confirm", within="#rockets")
    await authority.do(severity="serious", reason="Both sides have seen the craters.")
    await authority.open(f"{story.path}/incidents")
    await authority.click("Resolve", within="#rockets")
    await authority.do(reason="The launchers were seized.")
    await watching.open(story.path)
    await watching.page.get_by_text("Started anew by incident").wait_for()


async def _both_consent(story: Story, client: Insisting) -> None:
    """A signature is bound to what it was shown to do; the other side's consent makes it do more, which is shown again."""
    iraq = await story.at("iraq-representative", "/act/advance_phase?phase=sfa_programs")
    assert await iraq.preview() == []
    assert "What would be accepted:" in await iraq.refusal()
    await story.until("stability", "complete", client)
    iraq = await story.at("iraq-representative")
    await iraq.click("Consent")
    assert len(await iraq.preview()) == 1
    await client.act("us-representative", story.program, "/consents", {"phase": "sfa_programs"})
    assert await iraq.sign() == []
    assert "effects_changed" in await iraq.refusal()
    assert any("OPEN" in effect for effect in await iraq.preview())
    assert any("OPEN" in sentence for sentence in await iraq.sign())
    await iraq.open(story.path)
    assert "Accession to the World Trade Organization" in await iraq.text()


async def achieve(client: Insisting, program: str, phase: str, *, but: str = "") -> None:
    """What is still missing of a phase, over the API; all but one determination."""
    milestones = await client.read("officer", f"/programs/{program}/milestones?phase={phase}")
    for milestone in milestones:
        for shown in milestone["shown_by"]:
            if shown["outcome"] != "met":
                await _show(client, program, milestone, shown)
    for milestone in milestones:
        if milestone["name"] != but and milestone["status"] != "achieved":
            await _determine(client, program, milestone)


async def _show(client: Insisting, program: str, milestone: dict[str, Any], shown: dict[str, Any]) -> None:
    is_word = shown["kind"] == "attestation"
    parties = [party for party in ("us", "iraq") if is_word and party in shown["sentence"]] or milestone["owed_by"]
    for party in parties:
        piece = f"{milestone['name']}-{shown['name']}-{party}"
        body = {"evidence": piece, "milestone": milestone["name"], "shows": shown["name"]}
        said: dict[str, Any] = {"text": "We state it."}
        if shown["kind"] == "document":
            said = {"document": {"sha256": "0" * 64, "name": "order.txt"}, "reference": "The archive."}
        await client.act(f"{party}-{'representative' if is_word else 'recorder'}", program, "/evidence", body | said)
        verifier = [one for one in milestone["verified_by"] if one != party][-1]
        seen = {"evidence": piece, "seen_at": "The archive"}
        await client.act(f"{verifier}-verifier", program, "/verifications", seen)


async def _determine(client: Insisting, program: str, milestone: dict[str, Any]) -> None:
    """As soon as the time to observe is over."""
    verdict = {"milestone": milestone["name"], "outcome": "achieved", "reason": "Everything asked for is shown."}
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            await client.act("hmc-authority", program, "/determinations", verdict)
        except AssertionError as refused:
            if "observation_open" not in str(refused) or time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.2)
        else:
            return


async def test_a_first_run_prints_a_link_for_each_person_that_signs_in(whole: Service) -> None:
    said = whole.home.with_suffix(".said").read_text()
    links = {line.split()[0]: line.split()[1] for line in said.splitlines() if "/sign-in#" in line}
    assert links.keys() == whole.people.keys()
    async with chromium() as browser, Visitor.arriving(browser, whole.api) as visitor:
        await visitor.page.goto(links["monitor"])
        await visitor.page.wait_for_url(f"{whole.api}/")
        assert await visitor.title() == "Your desk"
        assert "accord_" not in visitor.page.url
