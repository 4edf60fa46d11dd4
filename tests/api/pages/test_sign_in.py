"""Coming in and going out: who has a session, for how long, and that nobody else gets one."""

from __future__ import annotations

from datetime import timedelta

import httpx2
import pytest

from db.pools import OperationalPool, ReadPool
from db.sessions import Sessions
from db.tokens import Tokens
from tests.api.conftest import Door
from tests.api.pages.conftest import Browser, SignIn


async def test_a_token_opens_the_desk_and_is_not_kept(door: Door, sign_in: SignIn) -> None:
    browser = await sign_in("olga")
    desk = await browser.open("/")
    assert "Truce and trade" in desk.text
    (cookie,) = browser.client.cookies.jar
    assert door.secrets["olga"] not in (cookie.value or "")
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "lax"


async def test_who_is_not_signed_in_is_led_to_the_form_and_then_to_the_page(door: Door, served: str) -> None:
    async with httpx2.AsyncClient(base_url=served, trust_env=False, follow_redirects=True) as client:
        browser = Browser(client)
        page = await browser.open(f"/programs/{door.program}/milestones")
        assert (page.path, page.title) == ("/sign-in", "Sign in")
        there = await browser.send(page.form("/sign-in"), token=door.secrets["nora"])
        assert (there.path, there.title) == (f"/programs/{door.program}/milestones", "Milestones")


@pytest.mark.parametrize("token", ["", "accord_" + "x" * 43, "'; DROP TABLE session; --"])
async def test_another_token_opens_nothing(served: str, token: str) -> None:
    async with httpx2.AsyncClient(base_url=served, trust_env=False, follow_redirects=True) as client:
        browser = Browser(client)
        page = await browser.send((await browser.open("/sign-in")).form("/sign-in"), token=token)
        assert (page.status, page.path) == (401, "/sign-in")
        assert not client.cookies


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "evil"]
)
async def test_signing_in_leads_to_pages_of_ours_alone(door: Door, served: str, elsewhere: str) -> None:
    async with httpx2.AsyncClient(base_url=served, trust_env=False) as client:
        answer = await client.post("/sign-in", data={"token": door.secrets["nora"], "next": elsewhere})
        assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_each_sign_in_has_a_secret_of_its_own(door: Door, served: str) -> None:
    """A cookie that somebody else has set is no session, and does not become one."""
    async with httpx2.AsyncClient(base_url=served, trust_env=False) as client:
        client.cookies.set("accord", "chosen-by-somebody-else")
        await client.post("/sign-in", data={"token": door.secrets["nora"]})
        assert "chosen-by-somebody-else" not in {cookie.value for cookie in client.cookies.jar if cookie.domain == "127.0.0.1"}
    async with httpx2.AsyncClient(base_url=served, trust_env=False, cookies={"accord": "chosen-by-somebody-else"}) as other:
        assert (await other.get("/")).headers["location"] == "/sign-in"


async def test_signing_out_ends_the_session_wherever_its_cookie_is(sign_in: SignIn, served: str) -> None:
    browser = await sign_in("nora")
    copied = dict(browser.client.cookies)
    page = await browser.open("/")
    assert (await browser.send(page.form("/sign-out"))).path == "/sign-in"
    async with httpx2.AsyncClient(base_url=served, trust_env=False, cookies=copied) as thief:
        assert (await thief.get("/")).status_code == 303


async def test_a_session_ends_with_its_token_unused_and_in_the_end(url: str) -> None:
    async with ReadPool(url, size=1) as reader, OperationalPool(url, size=1) as operational:
        tokens = Tokens(reader, operational)
        _, token = await tokens.issue("nora", lifetime=timedelta(hours=1), role="recorder", party="north")
        sessions = Sessions(reader, operational, idle=timedelta(hours=1), longest=timedelta(hours=12))
        secret = await sessions.begin("nora", token)
        found = await sessions.find(secret)
        assert found is not None
        assert (found.person, found.role, found.party) == ("nora", "recorder", "north")
        assert found.expires_at <= token.expires_at
        unused = Sessions(reader, operational, idle=timedelta(0), longest=timedelta(hours=12))
        assert await unused.find(secret) is None
        over = Sessions(reader, operational, idle=timedelta(hours=1), longest=timedelta(0))
        assert await sessions.find(await over.begin("nora", token)) is None
        await tokens.revoke(token.id)
        assert await sessions.find(secret) is None


async def test_the_api_takes_no_cookie_and_the_pages_no_bearer_token(door: Door, sign_in: SignIn) -> None:
    browser = await sign_in("olga")
    assert (await browser.client.get("/api/v1/programs")).status_code == 401
    answer = await door.client.get("/programs", headers=door.headers("olga"))
    assert answer.status_code == 303
