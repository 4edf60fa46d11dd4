"""`accord load-test`: throughput and latency of acts on a service on this machine."""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Annotated
from urllib.parse import urlsplit
from uuid import uuid4

import httpx2
import typer

from cli import first_people
from cli.addresses import HomeFolder, NotRunning, api_address
from cli.first_people import Person
from cli.first_run import PLAN
from cli.home import Home
from cli.service import Refused, ServiceClient

MOST_CLIENTS, MOST_SECONDS, MOST_ACTS, MOST_PROGRAMS = 64, 60, 50_000, 64

_REASON = "Load is put on this machine alone: {host} is no loopback address. Nothing was sent."


@dataclass(slots=True)
class LoadResult:
    """The result: the latency of each recorded act in milliseconds, and the number of other responses by code."""

    acts: int
    taken: list[float] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    left: int = 0

    def __post_init__(self) -> None:
        self.left = self.acts


def command(
    home: HomeFolder = Path(".accord"),
    clients: Annotated[int, typer.Option(min=1, max=MOST_CLIENTS, help="That send acts at the same time.")] = 16,
    seconds: Annotated[int, typer.Option(min=1, max=MOST_SECONDS, help="At the longest.")] = 10,
    acts: Annotated[int, typer.Option(min=1, max=MOST_ACTS, help="At the most.")] = 5_000,
    programs: Annotated[int, typer.Option(min=1, max=MOST_PROGRAMS, help="Programs that they are spread over.")] = 16,
) -> None:
    """Put load on the service that runs here, and say how many acts a second it records.

    Starts programs of the report's plan, called "Load test", records statements in them, and terminates them: a ledger keeps
    what was recorded. Uses the tokens of the first run. Only for a service on this machine.
    """
    try:
        load, took = asyncio.run(_run(home, clients, seconds, acts, programs))
    except (NotRunning, NotLoopback, Refused, OSError, httpx2.HTTPError) as reason:
        typer.echo(f"accord: {str(reason) or type(reason).__name__}", err=True)
        raise typer.Exit(1) from reason
    typer.echo(f"{len(load.taken)} acts in {took:.1f} s by {clients} clients: {len(load.taken) / took:.0f} a second.")
    if len(load.taken) > 1:
        cuts = quantiles(load.taken, n=100)
        typer.echo(f"An act took {cuts[49]:.1f} ms at the median, {cuts[94]:.1f} ms at 95 %, {cuts[98]:.1f} ms at 99 %.")
    for answer, times in sorted(load.others.items()):
        typer.echo(f"{times} were answered {answer}.")


class NotLoopback(Exception):
    """The service is on another machine."""


def loopback(address: str) -> str:
    """The address. Raises NotHere unless it is a loopback address."""
    host = urlsplit(address).hostname or ""
    try:
        here = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        here = False
    if not here:
        raise NotLoopback(_REASON.format(host=host or address))
    return address


async def _run(home: Path, clients: int, seconds: int, acts: int, programs: int) -> tuple[LoadResult, float]:
    api = loopback(api_address(home))
    people = {person.name: person for person in first_people.read(Home(home).tokens)}
    load = LoadResult(acts)
    async with ServiceClient(api) as service:
        body = first_people.start_of(tuple(people.values()), PLAN) | {"title": "Load test"}
        ids = [(await service.write(people["officer"], "/programs", body))["program"] for _ in range(programs)]
        begun = time.perf_counter()
        sender, until = people["us-representative"], begun + seconds
        await asyncio.gather(*(_send(service, sender, ids[one % programs], load, until) for one in range(clients)))
        took = time.perf_counter() - begun
        for program in ids:
            reason = {"reason": "The load test is over."}
            await service.write(people["hmc-authority"], f"/programs/{program}/terminations", reason)
    return load, took


async def _send(service: ServiceClient, person: Person, program: str, load: LoadResult, until: float) -> None:
    body = {"milestone": "sovereignty_commitment_given", "shows": "commitment", "text": "For a load test."}
    while load.left > 0 and time.perf_counter() < until:
        load.left -= 1
        begun = time.perf_counter()
        try:
            await service.write(person, f"/programs/{program}/evidence", body | {"evidence": f"load-{uuid4()}"})
        except Refused as refused:
            load.others[f"{refused.status} {refused.code}"] += 1
        except httpx2.HTTPError as fault:
            load.others[type(fault).__name__] += 1
        else:
            load.taken.append((time.perf_counter() - begun) * 1000)
