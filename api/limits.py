"""How much a request may carry. Documents have a limit of their own, which is larger and streamed."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 2 * 1024 * 1024
"""Of a request that is not a document: a batch of 500 acts fits."""


class BodyLimit:
    """Ends a request that carries too much with 413, whether it says so beforehand or not."""

    def __init__(self, app: ASGIApp, most: int = MOST_BYTES) -> None:
        self._app, self._most = app, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] == "GET" or scope["path"].endswith("/documents"):
            await self._app(scope, receive, send)
            return
        received = 0

        async def limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._most or _announced(scope) > self._most:
                raise HTTPException(413, f"A request of more than {self._most // 2**20} MiB is not read.")
            return message

        await self._app(scope, limited, send)


def _announced(scope: Scope) -> int:
    length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(length) if length.isdigit() else 0
