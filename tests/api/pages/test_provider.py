"""Signing in with an OpenID provider: a real one on this machine, and what is not believed of it."""

from __future__ import annotations

import json
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from pydantic import ValidationError

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of what it stands on
    from oidc_provider_mock import run_server_in_thread

from api.connection_limits import ConnectionLimits
from api.openid import ProviderSettings
from rules.acts import Member, Role
from tests.api.conftest import Door, application, serving
from tests.api.pages.conftest import Browser, Page
from tests.rules.small_plan import PLAN

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the provider's, in its thread


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A provider that lets everybody in under the name that they give."""
    with run_server_in_thread() as server:
        address = f"http://localhost:{server.server_port}"
        monkeypatch.setenv("ACCORD_OIDC_ISSUER", address)
        monkeypatch.setenv("ACCORD_OIDC_SECRET", "a secret")
        monkeypatch.setenv("ACCORD_OIDC_NAME", "ministry")
        yield address


@pytest.fixture
def named(issuer: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Layla may start programs, and somebody else whom nobody knows here."""
    monkeypatch.setenv("ACCORD_OIDC_STARTERS", "ministry:layla, ministry:4711")
    return issuer


@pytest.fixture
async def browser(issuer: str, served: str) -> AsyncIterator[Browser]:
    async with httpx2.AsyncClient(base_url=served, trust_env=False, follow_redirects=True, timeout=30) as client:
        yield Browser(client)


async def at_the_provider(browser: Browser, person: str) -> httpx2.Response:
    """The provider's answer to who has given a name there: it leads back with a code."""
    there = await browser.client.get("/sign-in/provider?next=/programs")
    assert "/oauth2/authorize" in str(there.url)
    return await browser.client.post(str(there.url), data={"sub": person}, follow_redirects=False)


async def test_whoever_the_provider_knows_comes_in_as_a_member(issuer: str, browser: Browser, door: Door) -> None:
    """The name of the provider and the subject are the person; roles are those of the ledger."""
    member = Member(person="ministry:layla", role=Role.VERIFIER, party="south")
    admitted = await door.post("saul", "/programs/{program}/members", {"member": member.model_dump(mode="json")})
    assert admitted.status_code == 201, admitted.text
    back = await at_the_provider(browser, "layla")
    page = await browser.open(back.headers["location"])
    assert (page.status, page.path) == (200, "/programs")
    there = await browser.open(f"/programs/{door.program}/milestones/announced")
    assert "You act as verifier (South)" in " ".join(there.tree.text_content().split())


async def test_who_holds_several_roles_is_asked_once_as_whom(issuer: str, browser: Browser, door: Door) -> None:
    for role in (Role.VERIFIER, Role.RECORDER):
        body = {"member": {"person": "ministry:layla", "role": role, "party": "south"}}
        assert (await door.post("saul", "/programs/{program}/members", body)).status_code == 201
    await browser.open((await at_the_provider(browser, "layla")).headers["location"])
    asked = await browser.open(f"/programs/{door.program}/as")
    action = f"/programs/{door.program}/as"
    await browser.send(asked.form(action), press=("whom", "recorder/south"))
    page = await browser.open(f"/programs/{door.program}/milestones/announced")
    assert "You act as recorder (South)" in " ".join(page.tree.text_content().split())
    stolen = await browser.send(asked.form(action), press=("whom", "authority/commission"))
    assert stolen.status == 404


async def test_a_stranger_to_all_programs_sees_none(issuer: str, browser: Browser, door: Door) -> None:
    await browser.open((await at_the_provider(browser, "olga")).headers["location"])
    assert (await browser.open(f"/programs/{door.program}")).status == 404


async def test_whom_a_setting_names_starts_a_program_and_is_its_first_officer(named: str, browser: Browser) -> None:
    """Nobody had to give them a token; in the program they are an officer because its ledger says so."""
    await browser.open((await at_the_provider(browser, "layla")).headers["location"])
    assert "/programs/new" in (await browser.open("/programs")).links()
    chosen = await browser.open("/programs/new")
    read = await browser.send(chosen.form("/programs/new"), press=("step", "read"), document=json.dumps(PLAN))
    program = await browser.send(read.form("/programs/new"), press=("step", "start"))
    assert program.status == 200, program.text
    assert "You act as officer" in " ".join(program.tree.text_content().split())
    first = await browser.open(f"{program.path}/ledger/1")
    assert "ministry:layla, officer" in first.text


async def test_whom_no_setting_names_is_told_how_to_be_allowed_and_starts_nothing(named: str, browser: Browser) -> None:
    await browser.open((await at_the_provider(browser, "olga")).headers["location"])
    page = await browser.open("/programs")
    assert "under the name ministry:olga" in page.text
    assert "/programs/new" not in page.links()
    refused = await browser.open("/programs/new")
    assert refused.status == 403
    assert "ministry:olga in the service's setting ACCORD_OIDC_STARTERS" in refused.text
    form = {"step": "start", "document": json.dumps(PLAN), "csrf": page.form("/sign-out").fields["csrf"], "key": "k"}
    assert (await browser.client.post("/programs/new", data=form)).status_code == 403
    assert (await browser.open("/programs")).text.count("Truce and trade") == 0


@pytest.mark.parametrize("written", ["layla", "oidc:layla", "ministry:layla another"])
def test_a_name_that_is_nobody_of_the_provider_stops_the_start(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    """It would open nothing, and whoever wrote it would believe that it does."""
    monkeypatch.setenv("ACCORD_OIDC_NAME", "ministry")
    monkeypatch.setenv("ACCORD_OIDC_STARTERS", written)
    with pytest.raises(ValidationError, match="write ministry:SUBJECT"):
        ProviderSettings()


async def test_a_code_of_another_browser_opens_nothing(issuer: str, browser: Browser, door: Door, served: str) -> None:
    """Somebody is led to a link that would sign them in as somebody else; or the state is made up."""
    back = (await at_the_provider(browser, "layla")).headers["location"]
    async with httpx2.AsyncClient(base_url=served, trust_env=False, follow_redirects=True) as victim:
        page = await Browser(victim).open(back)
        assert (page.status, page.path) == (401, "/sign-in/provider/back")
        assert not victim.cookies
    query = parse_qs(urlsplit(back).query)
    forged = await browser.open(f"/sign-in/provider/back?code={query['code'][0]}&state=another")
    assert forged.status == 401


async def test_a_code_is_of_use_once(issuer: str, browser: Browser, door: Door) -> None:
    back = (await at_the_provider(browser, "layla")).headers["location"]
    assert (await browser.open(back)).status == 200
    again: Page = await browser.open(back)
    assert again.status == 401


async def test_where_the_provider_is_away_a_token_still_opens(
    monkeypatch: pytest.MonkeyPatch, url: str, tmp_path: Path, secrets: dict[str, str]
) -> None:
    for name, value in {"DATABASE_URL": url, "ACCORD_DOCUMENTS": str(tmp_path), "TEMPORAL_ADDRESS": "127.0.0.1:1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("ACCORD_OIDC_ISSUER", "http://127.0.0.1:1")
    async with serving(application, ConnectionLimits()) as (port, _):
        address = f"http://127.0.0.1:{port}"
        async with httpx2.AsyncClient(base_url=address, trust_env=False, follow_redirects=True) as client:
            browser = Browser(client)
            page = await browser.open("/sign-in/provider")
            assert (page.status, "cannot be reached" in page.text) == (503, True)
            assert (await browser.send(page.form("/sign-in"), token=secrets["nora"])).path == "/"
