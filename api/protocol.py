"""HTTP/1.1 protocol for uvicorn, with connection limits and deadlines (`api/connection_limits.py`)."""

from __future__ import annotations

import asyncio
import json
import logging
from http import HTTPStatus
from typing import Any

import h11
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from api.connection_limits import (
    BODY_BYTES_PER_SECOND,
    BODY_SECONDS,
    HEAD_SECONDS,
    IDLE_SECONDS,
    LINGER_SECONDS,
    Connections,
    Place,
)


class BoundedConfig(Config):
    """Uvicorn's configuration, with the places of the process."""

    connections: Connections


class BoundedProtocol(H11Protocol):
    """One connection. What it waits for is updated after each received piece and each response."""

    config: BoundedConfig

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        # Any client can cause warnings at will, which would flood the log: errors only.
        self.logger = logging.getLogger("uvicorn.protocol")
        self.logger.setLevel(logging.ERROR)
        self._connections = self.config.connections
        self._place: Place | None = None
        self._state, self._asked = "head", False
        self._received, self._body_begun = 0, 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn itself has it
        super().connection_made(transport)
        host = self.client[0] if self.client else "local"
        self._place = self._connections.admit(self, host, self.loop.time() + HEAD_SECONDS)
        if self._place is None:
            self._answer(503, "unavailable", "All connections are being answered.", "the same request, in a moment")

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._place is not None:
            self._connections.release(self._place)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self._received += len(data)
        super().data_received(data)

    def handle_events(self) -> None:
        """Called by uvicorn for each received piece, and after a response for what has arrived meanwhile."""
        before = self.cycle
        super().handle_events()
        if self.cycle is not before:
            # The request's task has not begun yet. Authentication reports a valid token through this function.
            self._asked = True
            self.scope["state"]["connection"] = self._place
        self._update_deadline()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._update_deadline()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._place is not None:
            self._place.blocked_since = self.loop.time()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._place is not None:
            self._place.blocked_since = None

    def evict(self) -> None:
        self.transport.abort()

    def time_out(self) -> None:
        """Answers 408 to a begun request; closes a connection that has sent nothing."""
        begun = self._state == "body" or (self._state == "head" and self._received)
        if self.transport.is_closing() or not begun:
            self.transport.abort()
            return
        self._answer(408, "too_slow", "The request did not arrive in time.", "the whole request, sent without pauses")

    def send_400_response(self, msg: str) -> None:
        """Uvicorn's answer to invalid HTTP, as a problem body."""
        self._answer(400, "unreadable", msg, "a request in HTTP/1.1, with headers of less than 16 KiB")

    def _update_deadline(self) -> None:
        if self._place is None or self.transport.is_closing():
            return
        now, state = self.loop.time(), self._now()
        fresh, self._state = state != self._state, state
        match state:
            case "head" if fresh:
                self._connections.mark_waiting(self._place, now + HEAD_SECONDS)
            case "body":
                self._await_body(now, fresh=fresh)
            case "idle" if fresh:
                self._connections.mark_waiting(self._place, now + IDLE_SECONDS, idle=True)
            case "linger" if fresh:
                self._connections.mark_waiting(self._place, now + LINGER_SECONDS, idle=True)
            case "answered" if fresh:
                self._connections.mark_answering(self._place)
            case _:
                return

    def _await_body(self, now: float, *, fresh: bool) -> None:
        place = self._place
        if place is None:
            return
        if fresh:
            self._received, self._body_begun = 0, now
        # While reading is paused for back-pressure, the client is not late.
        since = now if self.flow.read_paused else self._body_begun
        deadline = since + BODY_SECONDS + self._received / BODY_BYTES_PER_SECOND
        if fresh:
            self._connections.mark_waiting(place, deadline)
        else:
            place.deadline = deadline

    def _now(self) -> str:
        answered = not self._asked or self.cycle.response_complete
        match self.conn.their_state:
            case h11.IDLE:
                return "idle" if self._asked and not self.conn.trailing_data[0] else "head"
            case h11.SEND_BODY:
                return "linger" if answered else "body"
            case _:
                return "idle" if answered else "answered"

    def _answer(self, status: int, code: str, detail: str, accepted: str) -> None:
        """Answers outside of the application, and closes the connection."""
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            problem = {"type": f"/api/v1/problems/{code}", "title": HTTPStatus(status).phrase, "status": status}
            body = json.dumps(problem | {"detail": detail, "code": code, "accepted": accepted}).encode()
            headers = [
                ("content-type", "application/problem+json"),
                ("content-length", str(len(body))),
                ("connection", "close"),
            ]
            if status == 503:
                headers.append(("retry-after", "1"))
            events = (h11.Response(status_code=status, headers=headers), h11.Data(data=body), h11.EndOfMessage())
            self.transport.write(b"".join(part for part in map(self.conn.send, events) if part))
        self.transport.close()
        if self._place is not None:
            # The response is dropped if the client does not read it in this time.
            self._place.deadline = self.loop.time() + LINGER_SECONDS
