"""A minimal HTTP server for metrics and health, on an address of its own, without authentication."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeAlias

SECONDS = 10.0
"""Limit of a connection's lifetime, in seconds."""

MOST_HEAD, MOST_AT_ONCE = 16 * 1024, 32


@dataclass(frozen=True, slots=True)
class Page:
    status: int
    media_type: str
    body: bytes


Pages: TypeAlias = Mapping[str, Callable[[], Awaitable[Page]]]
"""Handlers by path."""


@asynccontextmanager
async def serving(host: str, port: int, pages: Pages) -> AsyncIterator[int]:
    """Serves GET for these pages while the block lasts, one request per connection; yields the port. Raises OSError."""
    places = asyncio.Semaphore(MOST_AT_ONCE)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            if not places.locked():
                async with places, asyncio.timeout(SECONDS):
                    head = await reader.readuntil(b"\r\n\r\n")
                    writer.write(_encode(await _page(head, pages)))
                    await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, host, port, limit=MOST_HEAD)
    async with server:
        yield int(server.sockets[0].getsockname()[1])


async def _page(head: bytes, pages: Pages) -> Page:
    method, _, rest = head.partition(b" ")
    path = rest.partition(b" ")[0].partition(b"?")[0].decode(errors="replace")
    if method != b"GET":
        return _error_page(HTTPStatus.METHOD_NOT_ALLOWED)
    if (page := pages.get(path)) is None:
        return _error_page(HTTPStatus.NOT_FOUND)
    return await page()


def _error_page(status: HTTPStatus) -> Page:
    return Page(status, "text/plain", f"{status.phrase}\n".encode())


def _encode(page: Page) -> bytes:
    lines = [
        f"HTTP/1.1 {page.status} {HTTPStatus(page.status).phrase}",
        f"Content-Type: {page.media_type}",
        f"Content-Length: {len(page.body)}",
        "Cache-Control: no-store",
        "Connection: close",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + page.body
