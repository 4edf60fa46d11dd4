"""Whoever holds connections without asking anything makes room for those who ask."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI, Request

from api import connection_limits, protocol
from api.connection_limits import ConnectionLimits, Connections, Place
from api.server import bind_socket
from tests.api.conftest import Door, serving

FEW = ConnectionLimits(accord_connections=20, accord_connections_per_address=10)
HEAD = b"POST /told HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"


def echo() -> FastAPI:
    """Reads a body, and answers a large one, without asking who is there."""
    app = FastAPI()

    @app.post("/told")
    async def told(request: Request) -> int:
        return len(await request.body())

    @app.get("/live")
    async def live() -> str:
        return "live"

    @app.get("/large")
    async def large() -> str:
        return "a" * 30_000_000

    return app


@pytest.fixture
async def few() -> AsyncIterator[tuple[int, Connections]]:
    async with serving(echo, FEW) as running:
        yield running


@asynccontextmanager
async def connected(port: int, sent: bytes, address: str = "127.0.0.1") -> AsyncIterator[asyncio.StreamReader]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
    try:
        writer.write(sent)
        await writer.drain()
        yield reader
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def ended(reader: asyncio.StreamReader) -> bytes:
    """What came until the other side ended the connection, however it did."""
    came = b""
    with suppress(ConnectionError):
        while piece := await asyncio.wait_for(reader.read(65_536), 10):
            came += piece
    return came


@pytest.mark.parametrize("sent", [HEAD + b'{"a": ', HEAD[:40], b""], ids=["half bodies", "half heads", "silence"])
@pytest.mark.parametrize("sources", [1, 60])
async def test_a_flood_holds_no_more_than_its_places_and_others_are_answered(
    few: tuple[int, Connections], sent: bytes, sources: int
) -> None:
    port, held = few
    async with AsyncExitStack() as stack, httpx2.AsyncClient(trust_env=False, headers={"Connection": "close"}) as visitor:
        for number in range(120):
            with suppress(ConnectionError):
                await stack.enter_async_context(connected(port, sent, f"127.0.0.{1 + number % sources}"))
            if number % 10 == 9:
                assert (await visitor.get(f"http://127.0.0.1:{port}/live")).json() == "live"
        assert len(held) <= (10 if sources == 1 else 20)
        assert held.gave_way >= 90
        assert held.turned_away == 0


async def test_a_body_without_a_token_is_refused_before_it_is_sent(door: Door) -> None:
    head = HEAD.replace(b"/told", b"/api/v1/programs").replace(b"100", b"1000000")
    async with connected(int(door.client.base_url.port or 0), head) as reader:
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        assert answer.startswith(b"HTTP/1.1 401")
        assert b"x-request-id" in answer


async def test_a_head_that_does_not_end_is_told_so(few: tuple[int, Connections], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.2)
    async with connected(few[0], HEAD[:40]) as reader:
        assert problem(await ended(reader)) == (408, "too_slow")
    async with connected(few[0], b"") as reader:
        assert await ended(reader) == b""
    assert few[1].late >= 2


async def test_a_body_that_drips_has_so_long_as_its_bytes_would_take(
    few: tuple[int, Connections], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "BODY_SECONDS", 0.3)
    async with connected(few[0], HEAD + b"{") as reader:
        assert problem(await ended(reader)) == (408, "too_slow")
    monkeypatch.setattr(protocol, "BODY_BYTES_PER_SECOND", 1)
    async with connected(few[0], HEAD + b"a" * 90) as reader, asyncio.timeout(10):
        # Ninety bytes have given it ninety seconds more: it outlives looks at the deadline that end an empty one.
        async with connected(few[0], HEAD) as empty:
            await ended(empty)
        assert not reader.at_eof()


async def test_an_answer_that_is_not_taken_is_given_up(few: tuple[int, Connections], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_limits, "SENDING_SECONDS", 0.2)
    with socket.create_connection(("127.0.0.1", few[0])) as slow:
        slow.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        async with asyncio.timeout(10):
            while not few[1].late:
                await asyncio.sleep(0.05)
            while len(few[1]):
                await asyncio.sleep(0.05)


async def test_what_is_no_http_is_answered_with_a_problem(few: tuple[int, Connections]) -> None:
    for sent in (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", b"GET /" + b"a" * 70_000):
        async with connected(few[0], sent) as reader:
            assert problem(await ended(reader)) == (400, "unreadable")


async def test_one_connection_carries_many_requests(few: tuple[int, Connections]) -> None:
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{few[0]}", trust_env=False) as client:
        for _ in range(5):
            assert (await client.get("/live")).status_code == 200
            assert (await client.post("/told", content=b"a" * 200_000)).json() == 200_000
    assert few[1].gave_way == 0


def test_small_packets_are_not_kept_back() -> None:
    """asyncio sees to that for sockets that call themselves TCP only; else each answer took 40 ms."""
    with bind_socket("127.0.0.1", 0) as bound:
        assert bound.proto == socket.IPPROTO_TCP


def problem(answer: bytes) -> tuple[int, str]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    told: dict[str, Any] = json.loads(body)
    return int(head.split()[1]), told["code"]


class Somebody:
    """Holds a place."""

    def __init__(self) -> None:
        self.gone = False

    def evict(self) -> None:
        self.gone = True

    def time_out(self) -> None:
        self.gone = True


def place_of(held: Connections, address: str = "192.0.2.1") -> tuple[Somebody, Place]:
    somebody = Somebody()
    place = held.admit(somebody, address, 1.0)
    assert place is not None
    return somebody, place


def test_who_has_shown_a_token_stays_longest() -> None:
    held = Connections(most=3, per_address=3)
    (known, first), (idle, second), (stranger, _) = (place_of(held) for _ in range(3))
    first.proven = second.proven = True
    held.mark_waiting(first, 1.0)
    held.mark_waiting(second, 1.0, idle=True)
    place_of(held)
    assert (known.gone, idle.gone, stranger.gone) == (False, False, True)


def test_who_is_being_answered_gives_way_to_nobody() -> None:
    held = Connections(most=2, per_address=2)
    for _ in range(2):
        held.mark_answering(place_of(held)[1])
    assert held.admit(Somebody(), "192.0.2.9", 1.0) is None
    assert (len(held), held.turned_away) == (2, 1)


def test_one_address_pushes_out_itself_alone() -> None:
    held = Connections(most=10, per_address=2)
    other, _ = place_of(held, "192.0.2.7")
    many = [place_of(held)[0] for _ in range(5)]
    assert [one.gone for one in many] == [True, True, True, False, False]
    assert not other.gone


def test_a_network_of_ipv6_is_one_address() -> None:
    held = Connections(most=10, per_address=1)
    first, _ = place_of(held, "2001:db8:0:1::1")
    place_of(held, "2001:db8:0:1::2")
    elsewhere, _ = place_of(held, "2001:db8:0:2::1")
    assert (first.gone, elsewhere.gone, len(held)) == (True, False, 2)


def test_nothing_is_kept_of_who_has_left() -> None:
    held = Connections(most=10, per_address=2)
    places = [place_of(held)[1] for _ in range(2)]
    for place in (*places, *places):
        held.release(place)
    assert (len(held), held._addresses) == (0, {})  # noqa: SLF001  what must not grow has no other face
