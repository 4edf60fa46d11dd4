"""A browser without a screen: it keeps cookies, follows forms, and shows what stands on a page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import httpx2
import pytest
from lxml import html

from tests.api.conftest import Door


@dataclass(frozen=True, slots=True)
class Page:
    """What a browser shows: status, address, and the tree of the page."""

    answer: httpx2.Response
    tree: Any

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def path(self) -> str:
        return urlsplit(str(self.answer.url)).path

    @property
    def title(self) -> str:
        return " ".join(self.tree.xpath("//h1")[0].text_content().split())

    @property
    def text(self) -> str:
        return " ".join(self.tree.xpath("//main")[0].text_content().split())

    def form(self, action: str) -> Any:
        (found,) = [form for form in self.tree.forms if (form.get("action") or "").startswith(action)]
        return found

    def links(self) -> list[str]:
        return [str(link) for link in self.tree.xpath("//main//a/@href")]


class Browser:
    """Of one person. Redirects are followed, as browsers do."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client

    async def open(self, path: str, **headers: str) -> Page:
        return _page(await self.client.get(path, headers=headers))

    async def send(self, form: Any, *, press: tuple[str, str] | None = None, **values: Any) -> Page:
        """Sends a form of a page as it is filled, with some fields filled otherwise and a button pressed."""
        filled = [(name, value) for name, value in form.form_values() if name not in values]
        for name, value in values.items():
            filled += [(name, one) for one in ([value] if isinstance(value, str) else value)]
        filled += [press] if press else []
        data: dict[str, Any] = {}
        for name, value in filled:
            data.setdefault(name, []).append(value)
        return _page(await self.client.post(form.get("action"), data=data))


def _page(answer: httpx2.Response) -> Page:
    return Page(answer, html.document_fromstring(answer.text or "<html><body><main></main></body></html>"))


SignIn: TypeAlias = Callable[[str], Awaitable[Browser]]


@pytest.fixture
async def sign_in(door: Door, served: str) -> AsyncIterator[SignIn]:
    """Browsers of people of the small plan, each signed in."""
    async with AsyncExitStack() as stack:

        async def signed_in(person: str) -> Browser:
            client = httpx2.AsyncClient(base_url=served, trust_env=False, timeout=30, follow_redirects=True)
            browser = Browser(await stack.enter_async_context(client))
            page = await browser.open("/sign-in")
            desk = await browser.send(page.form("/sign-in"), token=door.secrets[person])
            assert (desk.status, desk.path) == (200, "/"), desk.text
            return browser

        yield signed_in
