"""The load generator: a process that sends prepared requests over persistent connections and measures each response.

    python -m benchmarks.load      one order a line on stdin, one outcome a line on stdout, both JSON

Requests are prepared bytes, and of a response only status and length are parsed, so that the server is measured: a
request takes about 20 µs of processor time here. A lane is a sequence of requests that depend on each other; a client has
lanes of its own and takes one request of each in turn.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

HOST = "127.0.0.1"
KEPT_FAILURES = 3


@dataclass(slots=True)
class Lanes:
    """Requests to one port, and the position in each lane."""

    port: int
    requests: list[deque[bytes]]
    repeats: bool = False


@dataclass(slots=True)
class Measurements:
    micros: list[int] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


class ClientConnection(asyncio.Protocol):
    """One connection with one request under way at a time."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def ask(self, request: bytes) -> asyncio.Future[tuple[int, bytes]]:
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._answer

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self._buffer[:end]).lower()
        start = head.find(b"content-length:")
        length = int(head[start + 15 :].split(b"\r\n", 1)[0]) if start >= 0 else 0
        whole = end + 4 + length
        if len(self._buffer) >= whole and self._answer is not None:
            body = bytes(self._buffer[end + 4 : whole])
            del self._buffer[:whole]
            self._answer.set_result((int(head[9:12]), body))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError("closed by the server"))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


async def _client(held: Lanes, lanes: list[deque[bytes]], *, until: float, pause: float, to: Measurements) -> None:
    _, line = await asyncio.get_running_loop().create_connection(ClientConnection, HOST, held.port)
    due = time.perf_counter()
    try:
        while lanes and time.perf_counter() < until:
            for lane in lanes:
                if time.perf_counter() >= until:
                    break
                request = lane[0] if held.repeats else lane.popleft()
                begun = time.perf_counter()
                status, body = await line.ask(request)
                ended = time.perf_counter()
                to.micros.append(int((ended - begun) * 1e6))
                to.statuses[status] += 1
                if status >= 300 and len(to.failures) < KEPT_FAILURES:
                    to.failures.append(body[:300].decode(errors="replace"))
                if pause:
                    due = max(due + pause, ended - 10 * pause)
                    await asyncio.sleep(max(0.0, due - time.perf_counter()))
            lanes = lanes if held.repeats else [lane for lane in lanes if lane]
    finally:
        line.close()


async def _run(held: Lanes, order: dict[str, Any]) -> dict[str, Any]:
    """Runs an order. `rate` is in requests a second over all clients; without it each client sends after each response."""
    clients, seconds, rate = int(order["clients"]), float(order["seconds"]), float(order.get("rate", 0))
    measured = Measurements()
    lanes = [lane for lane in held.requests if lane]
    begun = time.perf_counter()
    until = begun + seconds
    pause = clients / rate if rate else 0.0
    shares = [lanes[number::clients] for number in range(clients)]
    # A garbage collection during a run would be measured as the server's time.
    gc.collect()
    gc.disable()
    processor = time.process_time()
    await asyncio.gather(*(_client(held, list(share), until=until, pause=pause, to=measured) for share in shares))
    processor = time.process_time() - processor
    lasted = time.perf_counter() - begun
    gc.enable()
    return {
        "micros": measured.micros,
        "statuses": dict(measured.statuses),
        "failures": measured.failures,
        "lasted": lasted,
        "processor": processor,
        "left": sum(len(lane) for lane in held.requests),
    }


def main() -> None:
    held: dict[str, Lanes] = {}
    for text in sys.stdin:
        order = json.loads(text)
        if order["do"] == "hold":
            requests = [deque(request.encode() for request in lane) for lane in order["lanes"]]
            held[order["name"]] = Lanes(order["port"], requests, repeats=bool(order.get("repeats")))
            outcome: dict[str, Any] = {"held": sum(len(lane) for lane in requests)}
        else:
            outcome = asyncio.run(_run(held[order["name"]], order))
        sys.stdout.write(json.dumps(outcome) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
