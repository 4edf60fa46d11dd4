"""Ten things that somebody wants to do on the first day: each from the desk, by what stands on the pages, in four clicks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from hashlib import sha256

import pytest
from playwright.async_api import FilePayload

from tests.api.conftest import Door
from tests.api.pages.chromium import MISSING, PATH, chromium
from tests.api.pages.visitor import Visitor

pytestmark = [pytest.mark.skipif(PATH is None, reason=MISSING), pytest.mark.own_service]

MOST_CLICKS = 4
PROGRAM = "Truce and trade"


@pytest.fixture
async def visitor(door: Door, served: str) -> AsyncIterator[Visitor]:
    """A browser; what has been done in the program so far is a word that waits to be verified, and a proposal."""
    word = {"evidence": "e1", "milestone": "announced", "shows": "word", "text": "We mean it."}
    assert (await door.post("nils", "/programs/{program}/evidence", word)).status_code == 201
    matter = {"kind": "waive", "milestone": "safety"}
    proposal = {"proposal": "p1", "procedure": "joint", "matter": matter, "reason": "It is late."}
    assert (await door.post("saul", "/programs/{program}/proposals", proposal)).status_code == 201
    async with AsyncExitStack() as stack:
        browser = await stack.enter_async_context(chromium())
        yield await stack.enter_async_context(Visitor.arriving(browser, served))


@asynccontextmanager
async def newcomer(visitor: Visitor, door: Door, person: str) -> AsyncIterator[Visitor]:
    """Somebody who has just signed in, and does one thing."""
    await visitor.sign_in(door.secrets[person])
    yield visitor
    assert visitor.clicks <= MOST_CLICKS, visitor.clicks


async def test_ten_things_take_four_clicks_each(visitor: Visitor, door: Door) -> None:
    async with newcomer(visitor, door, "nora") as one:  # finds what she owes
        assert "Announced" in await one.page.locator("[data-live=mine]").inner_text()
    async with newcomer(visitor, door, "nora") as one:  # records evidence
        await one.click("Announced", within="[data-live=mine]")
        await one.click("Record evidence", within="main")
        await one.do(shows="text", files={"document": FilePayload(name="a.txt", mimeType="text/plain", buffer=b"Announced.")})
    async with newcomer(visitor, door, "sven") as one:  # verifies
        await one.click("Announced", within="[data-live=mine]")
        await one.click("Verify", within="main")
        await one.do()
    async with newcomer(visitor, door, "moss") as one:  # sees why it is closed
        await one.click(PROGRAM, within="main")
        assert await one.title() == "Why is the next part not open?"
        assert "Owed by South" in await one.text()
    async with newcomer(visitor, door, "moss") as one:  # reports an incident
        await one.click(PROGRAM, within="main")
        await one.click("Report an incident")
        happened = "2026-11-01T10:00:00"
        await one.do(incident_kind="attack", severity="serious", place="The bridge", happened_at=happened, account="Shots.")
    async with newcomer(visitor, door, "nils") as one:  # consents
        asked = one.page.locator("[data-live=mine] tr").filter(has_text="Proposal").get_by_role("link").first
        await one.click(await asked.inner_text(), within="[data-live=mine]")
        await one.click("Consent", within="main")
        await one.do()


async def test_and_so_do_the_others(visitor: Visitor, door: Door) -> None:
    verdict = {"milestone": "announced", "outcome": "not_achieved", "reason": "The text is missing."}
    assert (await door.post("cleo", "/programs/{program}/determinations", verdict)).status_code == 201
    async with newcomer(visitor, door, "moss") as one:  # finds who decided
        await one.click(PROGRAM, within="main")
        await one.click("Milestones")
        await one.click("Announced", within="main")
        decided = await one.page.get_by_role("region", name="What was found and decided").inner_text()
        assert "cleo" in decided
        assert "The text is missing." in decided
    async with newcomer(visitor, door, "moss") as one:  # compares two dates
        await one.click(PROGRAM, within="main")
        await one.click("What has changed")
        await one.page.get_by_label("To").fill("")
        await one.click("Compare")
        assert "What stands otherwise" in await one.text()
    async with newcomer(visitor, door, "olga") as one:  # issues a token
        await one.click(PROGRAM, within="main")
        await one.click("Members")
        await one.page.get_by_label("For", exact=True).select_option("moss/monitor/")
        await one.click("Issue")
        assert (await one.page.locator("[data-secret]").inner_text()).startswith("accord_")
    async with newcomer(visitor, door, "olga") as one:  # prints the report
        await one.click(PROGRAM, within="main")
        await one.click("Report to print")
        await one.page.emulate_media(media="print")
        assert PROGRAM in await one.title()
        for left_out in ("header.top", "form.filters", "nav.tabs"):
            assert not await one.page.locator(left_out).is_visible()


async def test_what_can_be_chosen_follows_from_what_was_chosen_before(visitor: Visitor, door: Door) -> None:
    """Without a page that is loaded anew: what was written stays."""
    await visitor.sign_in(door.secrets["nora"])
    await visitor.open(f"/programs/{door.program}/act/record_evidence")
    await visitor.fill(text="We announce.", milestone="announced")
    await visitor.page.locator("select#field-shows").wait_for()
    await visitor.fill(shows="text")
    assert await visitor.page.locator("#field-text").input_value() == "We announce."
    assert await visitor.page.locator("#field-milestone").input_value() == "announced"


async def test_a_file_is_sent_with_its_progress_and_its_hash_is_shown(visitor: Visitor, door: Door) -> None:
    """A refusal is shown in the same way, and with another file it goes on from there."""
    await visitor.page.add_init_script(
        "window.shown = []; new MutationObserver(() => {"
        " if (document.querySelector('progress')) window.shown.push(1); }).observe(document, {childList: true, subtree: true})"
    )
    await visitor.sign_in(door.secrets["nora"])
    await visitor.open(f"/programs/{door.program}/act/record_evidence?milestone=announced&shows=text")
    too_much = FilePayload(name="a.txt", mimeType="text/plain", buffer=b"x" * (1024 * 1024 + 1))
    await visitor.fill(files={"document": too_much})
    await visitor.page.locator("#field-document").evaluate("input => input.setCustomValidity('')")
    assert await visitor.preview() == []
    assert "too_large" in await visitor.refusal()
    await visitor.fill(files={"document": FilePayload(name="a.txt", mimeType="text/plain", buffer=b"Announced.")})
    assert await visitor.preview()
    assert await visitor.page.evaluate("window.shown.length") > 0
    assert sha256(b"Announced.").hexdigest() in await visitor.text()
    assert await visitor.sign()
