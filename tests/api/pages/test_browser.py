"""Every page in a real browser, light and dark, on a phone and from right to left: nothing wrong in it, for anybody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import BrowserContext, Page, Request

from tests.api.conftest import Door
from tests.api.pages.chromium import MISSING, PATH, chromium
from tests.api.pages.test_every_page import filled, paths

__all__ = ["filled"]

pytestmark = pytest.mark.skipif(PATH is None, reason=MISSING)

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 800}
MODES: dict[str, dict[str, Any]] = {
    "light": {"viewport": WIDE, "color_scheme": "light", "locale": "en"},
    "dark": {"viewport": WIDE, "color_scheme": "dark", "locale": "en"},
    "phone": {"viewport": PHONE, "color_scheme": "light", "locale": "en", "has_touch": True},
    "arabic": {"viewport": WIDE, "color_scheme": "light", "locale": "ar"},
}
ROLE = {"light": "olga", "dark": "saul", "phone": "cleo", "arabic": "nora"}


class Watched:
    """What goes wrong behind a page: errors in its console, and requests to other hosts."""

    def __init__(self, page: Page, host: str) -> None:
        self.page, self.wrong, self._host = page, list[str](), host
        page.on("console", lambda said: self.wrong.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("request", self._asked)

    def _asked(self, request: Request) -> None:
        if urlsplit(request.url).netloc != self._host:
            self.wrong.append(f"asks {request.url}")


@pytest.fixture(params=list(MODES))
async def signed_in(request: pytest.FixtureRequest, filled: Door, served: str) -> AsyncIterator[Watched]:
    """Somebody who has come in by a link, in one of the modes."""
    async with chromium() as browser:
        context: BrowserContext = await browser.new_context(base_url=served, **MODES[request.param])
        watched = Watched(await context.new_page(), urlsplit(served).netloc)
        await watched.page.goto(f"/sign-in#{filled.secrets[ROLE[request.param]]}")
        await watched.page.wait_for_url(f"{served}/")
        assert "accord_" not in watched.page.url
        yield watched
        await context.close()


async def test_every_page_is_fit_for_everybody(signed_in: Watched, filled: Door) -> None:
    """Nothing that axe finds, no error, no request to another host, nothing that has to be scrolled sideways."""
    page, wrong = signed_in.page, dict[str, Any]()
    for path in paths(filled.program):
        answer = await page.goto(path)
        assert answer is not None
        if answer.status != 200:
            signed_in.wrong.clear()  # the console tells of every answer that is an error
            continue
        found = await Axe().run(page)
        if found.violations_count:
            wrong[path] = [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found.response["violations"]]
        wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            wrong[f"{path} is too wide"] = wide
    assert wrong == {}
    assert signed_in.wrong == []
