"""Every page as everybody: who may see it, and that what people have written stays text on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from fastapi.routing import APIRoute

from api.pages.app import PAGE_MODULES
from tests.api.conftest import STRANGER, Door
from tests.api.pages.conftest import Page, SignIn
from tests.api.test_restriction import WORDS, secret

__all__ = ["secret"]

SHOWN = "\"'><img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}</textarea>"
PLACES = {
    "piece": "e1",
    "sha256": "0" * 64,
    "name": "announced",
    "kind": "verify",
    "proposal": "p1",
    "seq": "2",
    "first": "1",
    "last": "3",
}
OUTSIDE = {"/sign-in", "/sign-in/provider", "/sign-in/provider/back", "/events"}
"""Not pages for who is signed in, and a stream."""


def paths(program: str) -> Iterator[str]:
    """Every page, as somebody would ask for it."""
    for route in (route for module in PAGE_MODULES for route in module.router.routes):
        if isinstance(route, APIRoute) and "GET" in (route.methods or ()) and route.path not in OUTSIDE:
            yield re.sub(r"\{(\w+)\}", lambda found: {**PLACES, "program": program}[found[1]], route.path)
    yield f"/programs/{program}/act/record_evidence"
    yield f"/programs/{program}/together/record_measurement"


@pytest.fixture
async def filled(door: Door) -> Door:
    """A program in which every text that people write is hostile."""

    async def done(person: str, path: str, body: dict[str, Any]) -> None:
        answer = await door.post(person, path, body)
        assert answer.status_code == 201, answer.text

    program = "/programs/{program}"
    await done("nils", f"{program}/evidence", {"evidence": "e1", "milestone": "announced", "shows": "word", "text": SHOWN})
    document = {"sha256": "0" * 64, "name": SHOWN[:100]}
    evidence = {"evidence": "e2", "milestone": "announced", "shows": "text", "document": document, "reference": SHOWN}
    await done("nora", f"{program}/evidence", evidence)
    await done("sven", f"{program}/verifications", {"evidence": "e1", "note": SHOWN})
    await done("sven", f"{program}/returns", {"evidence": "e2", "reason": SHOWN})
    incident = {"incident": "i1", "incident_kind": "attack", "severity": "serious", "happened_at": "2026-11-01T10:00:00Z"}
    await done("moss", f"{program}/incidents", incident | {"place": SHOWN, "account": SHOWN})
    account = {"account": "a1", "severity": "minor", "text": SHOWN}
    await done("sara", f"{program}/incidents/i1/accounts", account)
    matter = {"kind": "waive", "milestone": "safety"}
    await done("nils", f"{program}/proposals", {"proposal": "p1", "procedure": "joint", "matter": matter, "reason": SHOWN})
    await done("saul", f"{program}/proposals/p1/objections", {"reason": SHOWN})
    await done("nils", f"{program}/disputes", {"dispute": "d1", "ladder": "compliance", "reason": SHOWN})
    await done("cleo", f"{program}/disputes/d1/settlements", {"outcome": SHOWN})
    await done(
        "fred", f"{program}/assessments", {"milestone": "announced", "assessor": "fund", "grade": "met", "reason": SHOWN}
    )
    await done("nils", f"{program}/suspensions", {"reason": SHOWN})
    return door


def assert_is_text(page: Page) -> None:
    """Nothing of what people wrote has become a part of the page."""
    assert page.tree.xpath("//img[@src='x']") == []
    assert page.tree.xpath("//@onerror") == []
    assert all(script.text is None for script in page.tree.xpath("//script"))
    assert "49" not in [cell.text_content() for cell in page.tree.xpath("//main//*[text()='49']")]


async def test_whatever_people_write_is_text_on_every_page(filled: Door, sign_in: SignIn) -> None:
    seen = ""
    for person in ("olga", "saul", "cleo"):
        browser = await sign_in(person)
        for path in paths(filled.program):
            page = await browser.open(path)
            assert page.status in (200, 403) or "/documents/" in path, (person, path, page.text[:300])
            assert_is_text(page)
            seen += page.text
    assert "<script>alert(2)</script>" in seen  # it was shown, as text


async def test_an_entry_says_who_acted_also_for_no_party(door: Door, sign_in: SignIn) -> None:
    page = await (await sign_in("moss")).open(f"/programs/{door.program}/ledger/1")
    assert page.status == 200
    assert "olga, officer" in page.text


async def test_what_stands_in_an_address_is_text_on_its_page(door: Door, sign_in: SignIn) -> None:
    browser = await sign_in("moss")
    for path in ("/act/report_incident", "/ledger", "/evidence", "/checks", "/as"):
        for name in ("place", "subject", "status", "asked", "back", "incident"):
            answer = await browser.client.get(f"/programs/{door.program}{path}", params={name: SHOWN})
            page = await browser.open(str(answer.url))
            assert page.status in (200, 422)
            assert_is_text(page)


async def test_the_name_of_a_field_is_text_on_the_page_that_refuses_it(door: Door, sign_in: SignIn) -> None:
    """Names of fields that nobody asked for are shown, also where a format would read them as one."""
    browser, action = await sign_in("moss"), f"/programs/{door.program}/act/report_incident"
    form = await browser.open(action)
    for name in (SHOWN, "100%", "%(name)s %d"):
        page = await browser.send(form.form(action), press=("step", "preview"), **{name: "x"})
        assert page.status == 422
        assert_is_text(page)


async def test_members_see_every_page_and_strangers_none(filled: Door, sign_in: SignIn, served: str) -> None:
    for person, expected in (("nora", {200, 403}), ("auditor", {200, 403}), (STRANGER, {404})):
        browser = await sign_in(person)
        for path in paths(filled.program):
            if filled.program in path and "/documents/" not in path:
                page = await browser.open(path)
                assert page.status in expected, (person, path)
    async with httpx2.AsyncClient(base_url=served, trust_env=False) as client:
        for path in paths(filled.program):
            assert (await client.get(path)).headers["location"].startswith("/sign-in"), path


async def test_restricted_evidence_is_on_no_page(door: Door, secret: str, sign_in: SignIn) -> None:
    """Not for those either who may read it: a reading is an act, and is recorded."""
    for person in ("olga", "saul", "nick"):
        browser = await sign_in(person)
        for path in paths(door.program):
            answer = await browser.client.get(path.replace("announced", "safety"))
            assert WORDS not in answer.text
            assert secret not in answer.text
