"""Somebody at a browser: reads pages, clicks on what stands there, fills in forms, and counts the clicks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Self

from playwright.async_api import Browser, FilePayload, Locator, Page

PATIENCE_MILLISECONDS = 30_000
LOOKS = 5


class Visitor:
    """One person in a browser of their own. Everything is done as people do it: by the words on links, buttons and labels."""

    def __init__(self, page: Page, address: str) -> None:
        page.set_default_timeout(PATIENCE_MILLISECONDS)
        self.page, self._address, self.clicks = page, address, 0

    @classmethod
    @asynccontextmanager
    async def arriving(cls, browser: Browser, address: str, **context: Any) -> AsyncIterator[Self]:
        """With no cookie and nothing kept. `context` is how the browser is set up."""
        opened = await browser.new_context(base_url=address, locale="en", **context)
        try:
            yield cls(await opened.new_page(), address)
        finally:
            await opened.close()

    async def sign_in(self, token: str) -> None:
        """By the form, in the place of whoever was signed in before; the desk stands open then."""
        await self.page.context.clear_cookies()
        await self.page.goto("/sign-in")
        await self.page.get_by_label("Your token").fill(token)
        await self.page.locator("#sign-in button").click()
        await self.page.wait_for_url(f"{self._address}/")
        self.clicks = 0

    async def open(self, path: str) -> None:
        await self.page.goto(path)

    async def click(self, name: str, *, within: str = "body") -> None:
        """The first link or button of that name that can be seen, in a part of the page."""
        part = self.page.locator(within)
        found = part.get_by_role("link", name=name, exact=True).or_(part.get_by_role("button", name=name, exact=True))
        self.clicks += 1
        await found.filter(visible=True).first.click()
        await self.page.wait_for_load_state()
        await self.page.locator("main:not([aria-busy])").wait_for()  # a file is sent without leaving the page

    async def unfold(self, words: str) -> None:
        """A part of the page that is folded."""
        self.clicks += 1
        await self.page.locator("summary").filter(has_text=words).first.click()

    async def fill(self, files: Mapping[str, FilePayload] | None = None, **values: str) -> None:
        """Fields of a form by their names; `__` stands for the dot of a part."""
        for name, value in values.items():
            await self._fill(self._field(name), value)
        for name, file in (files or {}).items():
            await self._field(name).set_input_files(file)

    def _field(self, name: str) -> Locator:
        return self.page.locator(f"#field-{name.replace('__', '-')}")

    @staticmethod
    async def _fill(field: Locator, value: str) -> None:
        if await field.evaluate("field => field.tagName") == "SELECT":
            await field.select_option(value)
        else:
            await field.fill(value)

    async def preview(self) -> list[str]:
        """What the signature would do, sentence by sentence; nothing of it where the act is refused."""
        await self.click("See what it would do")
        return await self.page.locator(".effects > li").all_inner_texts()

    async def sign(self) -> list[str]:
        """Signs, and returns what was recorded; nothing where it was refused."""
        await self.click("Sign and record")
        return await self.page.locator(".entries .sentence").all_inner_texts() if await self.title() == "Recorded" else []

    async def do(self, **values: Any) -> list[str]:
        """Fills in the form that is open, looks at what it would do, and signs that.

        Looks again where something else would follow meanwhile: with clocks of seconds one may strike in between.
        """
        await self.fill(**values)
        for _ in range(LOOKS):
            assert await self.preview(), await self.refusal()
            if recorded := await self.sign():
                return recorded
            refusal = await self.refusal()
            assert "effects_changed" in refusal, refusal
        raise AssertionError(f"each time something else would follow: {refusal}")

    async def title(self) -> str:
        return await self.page.locator("h1").first.inner_text()

    async def text(self) -> str:
        return await self.page.locator("main").inner_text()

    async def refusal(self) -> str:
        """Why an act is not recorded, and what would be accepted; as the page says it."""
        summary = self.page.locator("#summary")
        return await summary.inner_text() if await summary.count() else await self.text()
