"""HTTP client of the remote commands, with their error messages and exit codes.

Exit code 0: done. 1: the service refuses or the user does not confirm. 2: the command or the request is not valid. 3: the
service cannot be reached.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, NoReturn, TypeVar
from uuid import UUID

import httpx2
import typer

from cli.remote.login import Login, NotLoggedIn, load_login
from cli.service import Refused, ServiceClient

T = TypeVar("T")

REFUSED, UNREADABLE, UNREACHABLE = 1, 2, 3
"""Exit codes of failures."""

MOST_SEARCHED = 1_000
"""The most programs among which a prefix of an id is searched."""
PAGE = 100
RETRY_DELAYS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Delays before retries of an act, in seconds."""
LONGEST_WAIT = 30.0


class Client:
    """A client of a service for one person."""

    def __init__(self, service: ServiceClient, login: Login) -> None:
        self._service, self._login = service, login

    async def read(self, path: str, **query: object) -> Any:
        """The response; parameters that are None are left out. Raises Refused."""
        given = {name: str(value) for name, value in query.items() if value is not None}
        return await self._service.read(self._login, path, **given)

    async def lines(self, path: str, lines: str, most: int, **query: object) -> list[dict[str, Any]]:
        """The items of a paged response, `most` of them at most. Raises Refused."""
        found: list[dict[str, Any]] = []
        after = None
        while len(found) < most:
            page = await self.read(path, after=after, limit=min(PAGE, most - len(found)), **query)
            found += page[lines]
            if (after := page["next"]) is None:
                break
        return found

    async def program(self, named: str) -> str:
        """The id of a program, given or by a unique prefix. Raises UsageError or Refused."""
        try:
            return str(UUID(named))
        except ValueError:
            lines = await self.lines("/programs", "programs", MOST_SEARCHED)
        found = [line for line in lines if line["id"].startswith(named.lower())]
        if len(found) == 1:
            return str(found[0]["id"])
        more = "; ".join(f"{line['id']} ({line['title']})" for line in found[:5])
        raise UsageError(
            f"{named} begins the ids of several programs: {more}" if found else f"no program's id begins with {named}"
        )

    async def preview(self, path: str, body: Any, key: str) -> Any:
        """The effects of an act. Raises Refused."""
        return await self._service.write(self._login, path, body, key=key, preview="true")

    async def act(self, path: str, body: Any, key: str, **query: str) -> Any:
        """The receipt of an act. Without a response it is retried with the same idempotency key.

        Raises Refused, or NoResponse when it is not known whether it was recorded.
        """
        for wait in (*RETRY_DELAYS, None):
            try:
                return await self._service.write(self._login, path, body, key=key, **query)
            except httpx2.TransportError as error:
                if wait is None:
                    raise NoResponse(key) from error
                pause, why = wait, f"no answer ({type(error).__name__})"
            except Refused as refused:
                if refused.status != 503 or wait is None:
                    raise
                pause, why = _seconds(refused.retry_after, wait), str(refused.problem.get("detail"))
            typer.echo(f"accord: {why}; asking again under the same key in {pause:g} s", err=True)
            await asyncio.sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    async def file(self, path: str, name: str, content: Callable[[], AsyncIterator[bytes]], sha256: str) -> Any:
        """Files a document. Raises Refused."""
        return await self._service.file(self._login, path, name, content(), sha256=sha256)

    def download(self, path: str) -> AbstractAsyncContextManager[httpx2.Response]:
        """A document as a stream. Raises Refused."""
        return self._service.download(self._login, path)


class UsageError(Exception):
    """An argument that is ambiguous, unknown or not valid."""


class NoResponse(Exception):
    """It is not known whether the act was recorded."""

    def __init__(self, key: str) -> None:
        super().__init__(f"no answer came, so it may be recorded or not: the same command with --key {key} finishes it")


def run_question(question: Callable[[Client], Awaitable[T]], login: Login | None = None) -> T:
    """Runs a request with the stored login, and exits with a message where it fails."""
    try:
        return asyncio.run(_send(question, login or load_login()))
    except (NotLoggedIn, UsageError) as reason:
        exit_with(str(reason), UNREADABLE)
    except NoResponse as reason:
        exit_with(str(reason), UNREACHABLE)
    except Refused as refused:
        accepted = refused.problem.get("accepted")
        faults = [f"  {one['where']}: {one['message']}" for one in refused.problem.get("faults", ())]
        exit_with("\n".join([str(refused), *faults, *([f"  accepted: {accepted}"] if accepted else [])]), _exit_code(refused))
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        where = (login or load_login()).api
        exit_with(f"{where} does not answer as a service of this kind: {type(error).__name__} {error}", UNREACHABLE)


async def _send(question: Callable[[Client], Awaitable[T]], login: Login) -> T:
    async with ServiceClient(login.api) as service:
        return await question(Client(service, login))


def _exit_code(refused: Refused) -> int:
    if refused.status == 503:
        return UNREACHABLE
    return UNREADABLE if refused.code == "unreadable" else REFUSED


def _seconds(retry_after: str | None, otherwise: float) -> float:
    return min(float(retry_after), LONGEST_WAIT) if retry_after and retry_after.isdigit() else otherwise


def exit_with(message: str, code: int = REFUSED) -> NoReturn:
    """Prints why, and exits."""
    typer.echo(f"accord: {message}", err=True)
    raise typer.Exit(code)
