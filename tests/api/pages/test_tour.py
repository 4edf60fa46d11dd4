"""The guided tour: from the desk to the report in as many steps as it says, by forms alone, and gone when it is declined."""

from __future__ import annotations

from typing import Any

import pytest

from api.pages.tour import COOKIE, STEPS, Tour
from tests.api.conftest import Door
from tests.api.pages.conftest import Browser, Page, SignIn


def the_form(page: Page) -> Any:
    (aside,) = page.tree.xpath("//aside[@class='tour']")
    return aside.xpath(".//form")[0]


def is_shown(page: Page) -> bool:
    return bool(page.tree.xpath("//aside[@class='tour']"))


async def press(browser: Browser, page: Page, step: str) -> Page:
    """A button of the tour, as it stands on a page."""
    assert step in the_form(page).xpath(".//button/@value")
    return await browser.send(the_form(page), press=("step", step))


async def test_it_leads_from_the_desk_to_the_report_without_a_script(door: Door, sign_in: SignIn) -> None:
    browser = await sign_in("moss")
    page = await press(browser, await browser.open("/"), "begin")
    seen = [page.path]
    while "on" in the_form(page).xpath(".//button/@value"):
        page = await press(browser, page, "on")
        assert page.status == 200
        seen.append(page.path)
    named = {"program": door.program, "milestone": "announced"}
    assert seen == [step.format(**named).partition("?")[0] for step in STEPS.values()]
    assert (await press(browser, page, "back")).path == f"/programs/{door.program}/plan"


async def test_it_waits_on_the_page_of_its_step(door: Door, sign_in: SignIn) -> None:
    """Who looks at something else meanwhile finds the way back."""
    browser = await sign_in("moss")
    page = await press(browser, await browser.open("/"), "begin")
    await press(browser, page, "on")
    elsewhere = await browser.open(f"/programs/{door.program}/members")
    assert the_form(elsewhere).xpath(".//a/@href") == [f"/programs/{door.program}"]


async def test_who_declines_it_is_not_asked_again_and_can_begin_it_at_the_foot_of_a_page(sign_in: SignIn) -> None:
    browser = await sign_in("nora")
    page = await press(browser, await browser.open("/"), "end")
    assert (page.path, is_shown(page)) == ("/", False)
    again = await browser.open("/programs")
    assert is_shown(again) is False
    (foot,) = again.tree.xpath("//footer//form")
    assert is_shown(await browser.send(foot, press=("step", "begin")))


async def test_it_is_offered_to_nobody_without_a_program(door: Door, sign_in: SignIn) -> None:
    assert is_shown(await (await sign_in("stranger")).open("/")) is False


async def test_it_begins_by_a_form_of_ours_alone(door: Door, sign_in: SignIn) -> None:
    browser = await sign_in("moss")
    answer = await browser.client.post("/tour", data={"step": "begin", "csrf": "0" * 64})
    assert answer.status_code == 403


@pytest.mark.parametrize("cookie", ["", "over", "why", "why.x.announced", "why.{program}.<b>", "nowhere.{program}.announced"])
async def test_a_cookie_that_says_no_step_is_no_tour(door: Door, sign_in: SignIn, cookie: str) -> None:
    browser = await sign_in("moss")
    browser.client.cookies.set(COOKIE, cookie.replace("{program}", door.program))
    page = await browser.open("/programs")
    assert (page.status, is_shown(page)) == (200, False)


def test_a_cookie_says_where_somebody_stands() -> None:
    stands = Tour.read("why.00000000-0000-0000-0000-000000000001.announced")
    assert stands is not None
    assert Tour.read(stands.moved_by(1).cookie) == stands.moved_by(1)
    assert (stands.number, stands.moved_by(-5).step, stands.moved_by(99).step) == (2, "desk", "report")
