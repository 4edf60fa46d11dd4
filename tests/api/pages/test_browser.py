"""Every page in a real browser, light and dark, on a phone and from right to left: nothing wrong in it, for anybody.

Each page is looked at as each role once, and in each mode, with the modes dealt out in turn; `python -m tests.api.pages.matrix`
looks at every page as every role in every mode.
"""

from __future__ import annotations

import re

import httpx2
import pytest

from api.pages.tour import COOKIE
from rules.acts import Role
from tests.api.conftest import Door
from tests.api.pages.chromium import MISSING, PATH, chromium
from tests.api.pages.looking import MODES, Looker, session_of
from tests.api.pages.test_every_page import filled, paths
from tests.rules.small_plan import EVERYBODY

__all__ = ["filled"]

pytestmark = pytest.mark.skipif(PATH is None, reason=MISSING)

PEOPLE = [next(one.person for one in EVERYBODY if one.role is role) for role in Role if role is not Role.CLOCK]
"""Somebody of each role."""

TOURIST = PEOPLE[1]
"""Who goes along the guided tour, and sees it on every page."""

COLOURS = ("light", "dark")
"""The modes that differ in colours: in the others, and for who comes second to a page, contrasts are those judged before."""

OWN = re.compile(
    r"[0-9a-f]{64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|-[0-9a-f]{8}\b|<span>\w+</span>|<time.*?</span>|You act as.*?</p>"
)
"""What differs on the same page of two people: their names and roles, their forms' secrets and ids, and the moment."""


def dealt(pages: list[str], mode: int) -> dict[str, list[str]]:
    """Who looks at which page in a mode: all of them once in all modes together, and somebody at each page in each mode."""
    found: dict[str, list[str]] = {person: [] for person in PEOPLE}
    for (number, page), (seat, person) in ((page, seat) for page in enumerate(pages) for seat in enumerate(PEOPLE)):
        if (number + seat) % len(MODES) == mode:
            found[person].append(page)
    return found


@pytest.mark.parametrize("mode", MODES)
async def test_every_page_is_fit_for_everybody(filled: Door, served: str, mode: str) -> None:
    """Nothing that axe finds, no error, no request to another host, nothing to be scrolled sideways, nothing that jumps.

    A page that is written as another role saw it in this mode is not looked at twice.
    """
    wrong, seen, coloured = list[str](), set[str](), set[str]()
    async with chromium() as browser, Looker.arriving(browser, served, mode) as looker:
        for person, pages in dealt([*paths(filled.program)], [*MODES].index(mode)).items():
            cookies = await session_of(served, filled.secrets[person])
            if person == TOURIST:
                cookies[COOKIE] = f"why.{filled.program}.announced"
            await looker.seat(cookies)
            async with httpx2.AsyncClient(base_url=served, cookies=cookies, trust_env=False) as client:
                for path in pages:
                    written = OWN.sub("", (await client.get(path)).text)
                    if written not in seen:
                        seen.add(written)
                        with_colours = mode in COLOURS and path not in coloured
                        coloured.add(path)
                        wrong += [f"{person}: {fault}" for fault in await looker.faults(path, colours=with_colours)]
    assert wrong == []


def test_modes_are_dealt_out_so_that_all_pairs_occur() -> None:
    pages = [f"/{number}" for number in range(10)]
    cards = [(mode, person, page) for mode in range(4) for person, held in dealt(pages, mode).items() for page in held]
    assert sorted((person, page) for _, person, page in cards) == sorted((person, page) for person in PEOPLE for page in pages)
    assert len({(mode, page) for mode, _, page in cards}) == 4 * len(pages)
    assert len({(mode, person) for mode, person, _ in cards}) == 4 * len(PEOPLE)


async def test_a_link_signs_in_and_leaves_no_token_in_the_address(door: Door, served: str) -> None:
    async with chromium() as browser, Looker.arriving(browser, served, "light") as looker:
        await looker.page.goto(f"/sign-in#{door.secrets['moss']}")
        await looker.page.wait_for_url(f"{served}/")
        assert "accord_" not in looker.page.url
