"""Looking at a page in one of the modes: for what axe finds, errors, requests to others, width, and parts that jump."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Self
from urllib.parse import urlsplit

import httpx2
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, Request

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 800}
MODES: dict[str, dict[str, Any]] = {
    "light": {"viewport": WIDE, "color_scheme": "light", "locale": "en"},
    "dark": {"viewport": WIDE, "color_scheme": "dark", "locale": "en"},
    "phone": {"viewport": PHONE, "color_scheme": "light", "locale": "en", "has_touch": True},
    "arabic": {"viewport": WIDE, "color_scheme": "light", "locale": "ar"},
}
SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const shift of list.getEntries()) if (!shift.hadRecentInput) window.shifted += shift.value;
}).observe({ type: "layout-shift", buffered: true });
"""
JUDGED = """(colours) => axe.run({
  resultTypes: ["violations"], preload: false, rules: {"color-contrast": {enabled: colours}},
}).then((found) => found.violations)"""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SEEN_SHIFT = 0.005
"""The share of the screen that moves, times its way. A page that comes in parts, on a busy machine, has a tenth of that."""
PAINTED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


class Looker:
    """A browser in one mode, in which one person after another sits."""

    def __init__(self, context: BrowserContext, page: Page, address: str) -> None:
        self.page, self._context, self._address = page, context, address
        self._told: list[str] = []
        page.on("console", lambda said: self._told.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self._told.append(str(error)))
        page.on("request", self._asked)

    @classmethod
    @asynccontextmanager
    async def arriving(cls, browser: Browser, address: str, mode: str) -> AsyncIterator[Self]:
        context = await browser.new_context(base_url=address, **MODES[mode])
        await context.add_init_script(SHIFTS + Axe().axe_script)
        try:
            yield cls(context, await context.new_page(), address)
        finally:
            await context.close()

    def _asked(self, request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(self._address).netloc:
            self._told.append(f"asks {request.url}")

    async def seat(self, cookies: Mapping[str, str]) -> None:
        """Somebody whose session has begun sits down."""
        await self._context.clear_cookies()
        await self._context.add_cookies([{"name": name, "value": held, "url": self._address} for name, held in cookies.items()])

    async def faults(self, path: str, *, colours: bool = True) -> list[str]:
        """What is wrong with a page; nothing of one that is not for this person. Without `colours` contrasts are left out."""
        self._told.clear()
        answer = await self.page.goto(path)
        if answer is None or answer.status != 200:
            return []  # the console tells of every answer that is an error
        judged = await self.page.evaluate(JUDGED, colours)
        found = [f"{one['id']}: {[node['html'] for node in one['nodes']][:3]}" for one in judged]
        if (wide := await self.page.evaluate(TOO_WIDE)) > 0:
            found.append(f"{wide} pixels too wide")
        await self.page.evaluate(PAINTED)
        if (shifted := await self.page.evaluate("window.shifted")) > SEEN_SHIFT:
            found.append(f"its layout shifts by {shifted:.4f}")
        return [f"{path}: {one}" for one in (*found, *self._told)]


async def session_of(address: str, token: str) -> dict[str, str]:
    """The cookies of somebody who has signed in with a token, and has been offered the tour before."""
    async with httpx2.AsyncClient(base_url=address, trust_env=False) as client:
        answer = await client.post("/sign-in", data={"token": token})
        assert answer.status_code == 303, answer.text
        return {**answer.cookies}
