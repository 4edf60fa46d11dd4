"""Shell completion: ids of programs, and names of milestones and phases, from the service."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated, Any

import httpx2
import typer

from cli.remote.client import Client, UsageError
from cli.remote.login import NotLoggedIn, load_login
from cli.service import Refused, ServiceClient

PATIENCE_SECONDS = 2
"""The timeout: the shell blocks meanwhile."""


def _found(question: Callable[[Client], Awaitable[Iterable[tuple[str, str]]]], begun: str) -> list[tuple[str, str]]:
    """Matching names with descriptions; none where the service cannot be asked, since completion cannot show errors."""

    async def client() -> Iterable[tuple[str, str]]:
        login = load_login()
        async with asyncio.timeout(PATIENCE_SECONDS), ServiceClient(login.api) as service:
            return await question(Client(service, login))

    try:
        return [(name, what) for name, what in asyncio.run(client()) if name.startswith(begun)]
    except (NotLoggedIn, UsageError, Refused, TimeoutError, httpx2.HTTPError, httpx2.InvalidURL, ValueError):
        return []


def programs(incomplete: str) -> list[tuple[str, str]]:
    """Ids of programs, with their titles."""

    async def question(client: Client) -> list[tuple[str, str]]:
        return [(line["id"], line["title"]) for line in await client.lines("/programs", "programs", 200)]

    return _found(question, incomplete)


def _in_program(path: str, ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    async def question(client: Client) -> list[tuple[str, str]]:
        lines: list[dict[str, Any]] = await client.read(f"/programs/{await client.program(ctx.params['program'])}/{path}")
        return [(line["name"], line["title"]) for line in lines]

    return _found(question, incomplete) if ctx.params.get("program") else []


def milestones(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Names of the program's milestones, with their titles."""
    return _in_program("milestones", ctx, incomplete)


def phases(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Names of the program's phases, with their titles."""
    return _in_program("phases", ctx, incomplete)


Named = Annotated[
    str,
    typer.Argument(
        metavar="PROGRAM", help="Its id, or the beginning of it that no other has.", autocompletion=programs, show_default=False
    ),
]
Milestone = Annotated[str, typer.Argument(help="Its name in the plan.", autocompletion=milestones, show_default=False)]
Phase = Annotated[str, typer.Argument(help="Its name in the plan.", autocompletion=phases, show_default=False)]
