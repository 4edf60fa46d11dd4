"""The desk and the list of programs: in the words of each program's plan, and found by what it is, by phase and by party."""

from __future__ import annotations

import pytest

from tests.api.conftest import Door
from tests.api.pages.conftest import SignIn
from tests.api.test_proposals import amendment
from tests.api.test_releases import half_announced, started
from tests.rules.small_plan import PLAN


@pytest.mark.own_service
async def test_the_desk_calls_parties_and_phases_as_their_plan_does(door: Door, sign_in: SignIn) -> None:
    desk = await (await sign_in("moss")).open("/")
    owed_by = {cell.text_content() for cell in desk.tree.xpath("//td[@data-label='Owed by']")}
    phases = {cell.text_content() for cell in desk.tree.xpath("//td[@data-label='Open phases']")}
    assert (owed_by, phases) == ({"North"}, {PLAN["phases"]["move"]["title"]})


async def test_programs_are_found_by_plan_phase_and_party(door: Door, sign_in: SignIn) -> None:
    browser = await sign_in("moss")
    page = await browser.open("/programs")
    form = page.form("/programs")
    for name in ("plan", "phase", "party", "owes"):
        options = [one for one in form.inputs[name].value_options if one]
        assert options, name
        found = await browser.open(f"/programs?{name}={options[0]}")
        assert found.status == 200
        assert found.form("/programs").inputs[name].value == options[0]
    nowhere = await browser.open("/programs?phase=a_phase_of_another_plan")
    assert f"/programs/{door.program}" not in nowhere.links()
    assert f"/programs/{door.program}" in page.links()


async def test_the_plan_is_drawn_and_says_what_was_amended(door: Door, sign_in: SignIn) -> None:
    browser = await sign_in("nora")
    path = f"/programs/{door.program}/plan"
    page = await browser.open(path)
    drawn = [text.text_content() for text in page.tree.xpath("//svg//text[@class='phase-title']")]
    assert PLAN["phases"]["move"]["title"] in drawn
    assert page.tree.xpath("//svg//path[@class='arrow']")
    assert "What was amended" not in page.text
    body = await amendment(door, '"on_advance"', '"automatically"')
    assert (await door.post("nils", "/programs/{program}/proposals", body)).status_code == 201
    for person in ("nils", "saul"):
        assert (await door.post(person, "/programs/{program}/consents", {"proposal": "p1"})).status_code == 201
    page = await browser.open(path)
    (amended,) = page.tree.xpath("//section[@aria-labelledby='versions']//tbody/tr")
    assert [cell.text_content() for cell in amended][:2] == ["phases.trade.opens", "on_advance"]
    assert f"/programs/{door.program}/proposals/p1" in page.links()


async def test_a_release_is_drawn_as_its_accounts_stand(door: Door, sign_in: SignIn) -> None:
    """Each part is as wide as its share of the whole; the table below says the same."""
    program = await started(door)
    await half_announced(door, program)
    page = await (await sign_in("moss")).open(f"{program}/releases")
    for article in page.tree.xpath("//article"):
        widths = [float(width) for width in article.xpath(".//svg/rect/@width")]
        assert abs(sum(widths) - 760) < 1
        (label,) = article.xpath(".//svg/@aria-label")
        for account, amount in article.xpath(".//table[@class='facts-table']//tr"):
            held = amount.text_content().split()[0]
            assert (f"{account.text_content()} {held}" in label) == (not held.startswith(("-", "0"))), (label, held)
