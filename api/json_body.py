"""Strict parsing of JSON bodies: rejects what two parsers could read differently."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect

from rules.exact_json import Inexact, read_json


class ExactRequest(Request):
    """A request whose JSON is parsed strictly."""

    async def json(self) -> Any:
        """Raises Inexact, or ValueError for what is no JSON."""
        if not hasattr(self, "_json"):
            self._json = read_json(await self.body())
        return self._json


class JsonRoute(APIRoute):
    """A route with a JSON body. Ambiguous JSON is rejected with its place, before validation."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            exact = request if isinstance(request, ExactRequest) else ExactRequest(request.scope, request.receive)
            if "json" in exact.headers.get("content-type", ""):
                try:
                    await exact.json()
                except Inexact as fault:
                    place = ("body",) if fault.key is None else ("body", fault.key)
                    said = {"type": "value_error", "loc": place, "input": None, "ctx": {"error": str(fault)}}
                    raise RequestValidationError([said]) from None
                except (ValueError, RecursionError, ClientDisconnect):
                    pass  # FastAPI parses it again, and reports where the syntax error is
            return await handler(exact)

        return handle
