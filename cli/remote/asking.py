"""Asking the service, and saying what it says where it refuses."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn, TypeVar
from uuid import UUID

import httpx2
import typer

from cli.remote.login import Login, NotLoggedIn, kept
from cli.service import Refused, Service

T = TypeVar("T")

MOST_LOOKED_THROUGH = 1_000
"""Programs among which one is looked for by the beginning of its id."""
PAGE = 100


class Asked:
    """A service, asked as one person."""

    def __init__(self, service: Service, login: Login) -> None:
        self._service, self._login = service, login

    async def read(self, path: str, **query: object) -> Any:
        """The answer; parameters that are None are left out. Raises Refused."""
        given = {name: str(value) for name, value in query.items() if value is not None}
        return await self._service.read(self._login, path, **given)

    async def lines(self, path: str, lines: str, most: int, **query: object) -> list[dict[str, Any]]:
        """The lines of an answer in pages, `most` of them at most. Raises Refused."""
        found: list[dict[str, Any]] = []
        after = None
        while len(found) < most:
            page = await self.read(path, after=after, limit=min(PAGE, most - len(found)), **query)
            found += page[lines]
            if (after := page["next"]) is None:
                break
        return found

    async def program(self, named: str) -> str:
        """The id of a program by itself, or by the beginning that no other has. Raises Unclear or Refused."""
        try:
            return str(UUID(named))
        except ValueError:
            lines = await self.lines("/programs", "programs", MOST_LOOKED_THROUGH)
        found = [line for line in lines if line["id"].startswith(named.lower())]
        if len(found) == 1:
            return str(found[0]["id"])
        more = "; ".join(f"{line['id']} ({line['title']})" for line in found[:5])
        raise Unclear(
            f"{named} begins the ids of several programs: {more}" if found else f"no program's id begins with {named}"
        )


class Unclear(Exception):
    """A program that is named so that none or several are meant."""


def ask(question: Callable[[Asked], Awaitable[T]], login: Login | None = None) -> T:
    """Asks the service as was logged in, and ends the command with what it says where it refuses."""
    try:
        return asyncio.run(_asked(question, login or kept()))
    except (NotLoggedIn, Unclear) as reason:
        stop(str(reason))
    except Refused as refused:
        accepted = refused.problem.get("accepted")
        faults = [f"  {one['where']}: {one['message']}" for one in refused.problem.get("faults", ())]
        stop("\n".join([str(refused), *faults, *([f"  accepted: {accepted}"] if accepted else [])]))
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        where = (login or kept()).api
        stop(f"{where} does not answer as a service of this kind: {type(error).__name__} {error}")


async def _asked(question: Callable[[Asked], Awaitable[T]], login: Login) -> T:
    async with Service(login.api) as service:
        return await question(Asked(service, login))


def stop(message: str) -> NoReturn:
    """Says why and ends the command with status 1."""
    typer.echo(f"accord: {message}", err=True)
    raise typer.Exit(1)


def as_json(answer: Any) -> None:
    """The answer as the API gives it, for programs."""
    typer.echo(json.dumps(answer, indent=2, ensure_ascii=False))
