"""Benchmark of the web pages: rendering, transferred bytes, long ledgers, and open pages beside acts."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from threading import Event, Thread

import httpx2

from benchmarks import size, workload
from benchmarks.stage import Stage
from benchmarks.tables import median, show, verdict
from benchmarks.workload import Request
from cli import first_people
from cli.demo import PLAN
from cli.service import ServiceClient as Api

PROGRAMS, STREAMS, SHORT = 50, 50, 100


def measure_pages(stage: Stage, entries: int, rounds: int, seconds: float) -> None:
    """The page of a program of the report's plan, the desk over fifty programs, and a program with a long ledger."""
    people = stage.service.people
    fifty = asyncio.run(_resets(stage, PROGRAMS))
    short, long = asyncio.run(workload.programs(stage.service.api, people, 2))
    asyncio.run(size.fill(stage, short, SHORT))
    asyncio.run(size.fill(stage, long, entries))
    stage.wait_idle()
    cookie = _sign_in(stage, "officer")
    paths = {
        "program of the report's plan": f"/programs/{fifty[0]}",
        "desk over 50 programs": "/",
        f"program of {SHORT} entries": f"/programs/{short}",
        f"program of {entries} entries": f"/programs/{long}",
    }
    for name, path in paths.items():
        stage.load.hold(name, stage.service.port, [[_page(path, cookie)]], repeats=True)
    found: dict[str, list[float]] = {name: [] for name in paths}
    for _ in range(rounds):
        for name in paths:
            found[name].append(stage.load.run(name, clients=1, seconds=seconds, expect=200).percentile(0.5))
    show("Pages, one client", ("", "p50 ms"), [(name, median(values)) for name, values in found.items()])
    program, desk, few, many = (median(values) for values in found.values())
    ratio = median(b / a for a, b in zip(*list(found.values())[2:], strict=True))
    verdict("the page of a program of the report's plan, p50 ms", program, most=25)
    verdict("the desk over 50 programs, p50 ms", desk, most=60)
    verdict(f"the page of a program of {entries} entries ({many:.1f} ms), times one of {SHORT} ({few:.1f} ms)", ratio, most=1.3)
    _first_load(stage, paths["program of the report's plan"], cookie)
    _beside_acts(stage, fifty, cookie, rounds, seconds)


async def _resets(stage: Stage, number: int) -> list[str]:
    """Programs of the report's plan, each with all people as members."""
    people = stage.service.people
    async with Api(stage.service.api) as service:
        body = first_people.start_of(tuple(people.values()), PLAN)
        return [str((await service.write(people["officer"], "/programs", body))["program"]) for _ in range(number)]


def _sign_in(stage: Stage, person: str) -> str:
    """A session cookie."""
    token = stage.service.people[person].token
    with httpx2.Client(base_url=stage.service.api, trust_env=False) as client:
        client.post("/sign-in", data={"token": token})
        return f"accord={client.cookies['accord']}"


def _page(path: str, cookie: str) -> Request:
    return Request(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\nAccept-Encoding: gzip\r\n\r\n")


def _first_load(stage: Stage, path: str, cookie: str) -> None:
    """Transferred bytes of the page and its files, without a browser cache."""
    headers = {"Cookie": cookie, "Accept-Encoding": "gzip"}
    sent: dict[str, int] = {}
    with httpx2.Client(base_url=stage.service.api, trust_env=False, headers=headers) as client:
        text = client.get(path).text
        for one in [path, *dict.fromkeys(re.findall(r'(?:href|src)="(/static/[^"]+)"', text))]:
            with client.stream("GET", one) as answer:
                sent[one.partition("?")[0]] = sum(len(part) for part in answer.iter_raw())
    show("First load of a program's page, bytes as sent", ("", "bytes"), sent.items())
    verdict("bytes of the first load, kB", sum(sent.values()) / 1000, most=60)


def _beside_acts(stage: Stage, programs: list[str], cookie: str, rounds: int, seconds: float) -> None:
    """Acts while fifty pages are open, and while none is, in turns."""
    people, found = stage.service.people, dict[bool, list[float]]({False: [], True: []})
    (busy,) = asyncio.run(workload.programs(stage.service.api, people, 1))
    for turn in range(2 * rounds):
        watched = bool(turn % 2)
        stage.load.hold("acts", stage.service.port, [list(workload.statements(busy, people, 2_000, f"w{turn}-"))])
        with _open_streams(stage, [busy, *programs][:STREAMS] if watched else [], cookie):
            found[watched].append(stage.load.run("acts", clients=1, seconds=seconds).percentile(0.5))
    ratio = median(b / a for a, b in zip(found[False], found[True], strict=True))
    lines = [("no page open", median(found[False])), (f"{STREAMS} open", median(found[True]))]
    show("An act while pages are open", ("", "p50 ms"), lines)
    verdict(f"an act while {STREAMS} event streams are open, times one while none is", ratio, most=1.1)


@contextmanager
def _open_streams(stage: Stage, programs: list[str], cookie: str) -> Iterator[None]:
    """An event stream for each program, read and discarded."""
    if not programs:
        yield
        return
    stop, ready = Event(), Event()
    thread = Thread(target=lambda: asyncio.run(_read(stage.service.api, programs, cookie, ready, stop)))
    thread.start()
    try:
        ready.wait(30)
        yield
    finally:
        stop.set()
        thread.join()


async def _read(api: str, programs: list[str], cookie: str, ready: Event, stop: Event) -> None:
    async with AsyncExitStack() as stack:
        limits = httpx2.Limits(max_connections=None)
        client = await stack.enter_async_context(
            httpx2.AsyncClient(base_url=api, trust_env=False, headers={"Cookie": cookie}, timeout=None, limits=limits)
        )
        for program in programs:
            stream = await stack.enter_async_context(client.stream("GET", "/events", params={"program": program}))
            stream.raise_for_status()
        ready.set()
        while not stop.is_set():
            await asyncio.sleep(0.05)
