"""CORS for one path and one origin: the codec endpoint, which Temporal's pages call from a browser."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PATH = "/api/v1/temporal/decode"
ALLOWED = {
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "authorization, content-type, x-namespace",
    "Access-Control-Max-Age": "600",
}


class CorsMiddleware:
    """Allows the origin in the settings to read responses of one path. No other origin or path is allowed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        allowed = origin is not None and origin == scope["state"]["resources"].settings.accord_temporal_ui
        if allowed and scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            await Response(status_code=204, headers={**ALLOWED, **_cors_headers(origin)})(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if allowed and message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_cors_headers(origin))
            await send(message)

        await self._app(scope, receive, sent)


def _cors_headers(origin: str | None) -> dict[str, str]:
    return {"Access-Control-Allow-Origin": origin or "", "Vary": "Origin"}
