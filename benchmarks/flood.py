"""`python -m benchmarks.flood`: a connection flood, and its effect on other clients.

Bounded in sockets and seconds, and to this machine only. All connections are opened as fast as possible; closed ones are
reopened at a limited rate. Client and server share one machine: with `--again 0`, which is unlimited, the result mostly shows
how they share its processors.
"""

from __future__ import annotations

import multiprocessing
import resource
import selectors
import socket
import sys
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Annotated
from urllib.parse import urlsplit

import typer

from benchmarks.tables import show
from tests.whole.running import Service, service

HALF_BODY = (
    b'POST /api/v1/programs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{"plan": "'
)
KINDS = {"half bodies": HALF_BODY, "half heads": HALF_BODY[:60], "silence": b""}
MOST_SOCKETS, MOST_SECONDS = 20_000, 60
OPENED_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Order:
    """The parameters of a flood."""

    port: int
    kind: str
    sockets: int
    sources: int
    seconds: float
    again: int


class Flood:
    """Holds connections from a number of addresses, and reopens closed ones."""

    def __init__(self, order: Order, most: int) -> None:
        self._order, self._sent = order, KINDS[order.kind]
        self._sockets = min(order.sockets, most)
        self._selector = selectors.DefaultSelector()
        self.opened = self.held = self.most_held = 0

    def run(self) -> None:
        begun = time.monotonic()
        while (lasted := time.monotonic() - begun) < self._order.seconds:
            allowed = self._sockets + int(lasted * self._order.again) if self._order.again else sys.maxsize
            for _ in range(min(OPENED_AT_ONCE, self._sockets - self.held, allowed - self.opened)):
                if not self._open():
                    break
            for key, events in self._selector.select(0.01):
                self._go_on(key, events)
            self.most_held = max(self.most_held, self.held)

    def _open(self) -> bool:
        one = socket.socket()
        one.setblocking(False)
        source = self.opened % self._order.sources
        try:
            # All of 127/8 is loopback on Linux, so that one machine has many addresses.
            one.bind((f"127.0.{1 + source // 250}.{1 + source % 250}", 0))
            with suppress(BlockingIOError):
                one.connect(("127.0.0.1", self._order.port))
        except OSError:  # no port or descriptor is left; the next turn retries
            one.close()
            return False
        self._selector.register(one, selectors.EVENT_WRITE)
        self.opened += 1
        self.held += 1
        return True

    def _go_on(self, key: selectors.SelectorKey, events: int) -> None:
        one = key.fileobj
        assert isinstance(one, socket.socket)
        try:
            if events & selectors.EVENT_WRITE:
                one.send(self._sent)
                self._selector.modify(one, selectors.EVENT_READ)
            elif not one.recv(4096):
                self._drop(one)
        except BlockingIOError:
            return
        except OSError:
            self._drop(one)

    def _drop(self, one: socket.socket) -> None:
        self._selector.unregister(one)
        one.close()
        self.held -= 1


def _flood(order: Order, told: multiprocessing.Queue[int]) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    flood = Flood(order, hard - 50)
    flood.run()
    told.put(flood.opened)
    told.put(flood.most_held)


@dataclass(slots=True)
class Visitor(Thread):
    """Repeats one request on connections of its own, ten times a second."""

    ask: Callable[[], None]
    seconds: float
    took: deque[float] = field(default_factory=deque)
    failed: int = 0

    def __post_init__(self) -> None:
        Thread.__init__(self, daemon=True)

    __hash__ = Thread.__hash__

    def run(self) -> None:
        until = time.monotonic() + self.seconds
        while time.monotonic() < until:
            begun = time.monotonic()
            try:
                self.ask()
            except (OSError, HTTPException, AssertionError):
                self.failed += 1
            self.took.append(time.monotonic() - begun)
            time.sleep(max(0.0, 0.1 - self.took[-1]))

    def percentile(self, share: float) -> float:
        ordered = sorted(self.took)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


def prepare_request(port: int, path: str, token: str | None = None) -> Callable[[], None]:
    def ask() -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
        finally:
            connection.close()

    return ask


def measure_flood(running: Service, order: Order) -> list[object]:
    """One flood, and what two other clients see: of health, and of a read with a token."""
    told: multiprocessing.Queue[int] = multiprocessing.Queue()
    attack = multiprocessing.Process(target=_flood, args=(order, told))
    token = running.people["officer"].token
    visitors = [
        Visitor(prepare_request(order.port, "/api/v1/health/live"), order.seconds),
        Visitor(prepare_request(order.port, "/api/v1/programs", token), order.seconds),
    ]
    attack.start()
    for visitor in visitors:
        visitor.start()
    time.sleep(order.seconds / 2)
    descriptors = len(list(Path(f"/proc/{running.children()['API']}/fd").iterdir()))
    attack.join()
    for visitor in visitors:
        visitor.join()
    opened, held = told.get(), told.get()
    cells: list[object] = [order.kind, order.sources, opened, held, descriptors]
    for visitor in visitors:
        cells += [visitor.percentile(0.5), visitor.percentile(0.99), visitor.percentile(1), visitor.failed]
    return cells


NOTICED = ("p50 ms", "p99", "worst", "failed")
HEAD = (
    "what is held",
    "addresses",
    "opened",
    "held",
    "fds of the API",
    *(f"{who} {what}" for who in ("health", "reader") for what in NOTICED),
)


def main(
    sockets: Annotated[int, typer.Option(max=MOST_SOCKETS, help="Sockets that are held at a time.")] = MOST_SOCKETS,
    seconds: Annotated[int, typer.Option(max=MOST_SECONDS, help="Length of each flood.")] = 15,
    sources: Annotated[str, typer.Option(help="Numbers of addresses that a flood comes from.")] = "1,1000",
    again: Annotated[int, typer.Option(help="Connections a second that are opened anew.")] = 1000,
) -> None:
    """Floods a service of its own, and prints what other clients see."""
    lines = []
    with TemporaryDirectory(prefix="accord-flood-") as folder:
        Path(folder).chmod(0o711)  # as root, the database server runs as another user
        with service(Path(folder) / "home") as running:
            port = urlsplit(running.api).port or 0
            for number in map(int, sources.split(",")):
                lines += [measure_flood(running, Order(port, kind, sockets, number, seconds, again)) for kind in KINDS]
    show(f"Floods of {sockets} sockets for {seconds} s, {again or 'all'} a second opened anew", HEAD, lines)


if __name__ == "__main__":
    typer.run(main)
