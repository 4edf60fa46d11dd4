"""HTTP client of the running service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Protocol, Self
from uuid import uuid4

import httpx2


class TokenHolder(Protocol):
    """An object with a token."""

    @property
    def token(self) -> str: ...


class Refused(Exception):
    """A response that is a problem body."""

    def __init__(self, status: int, problem: dict[str, Any], retry_after: str | None = None) -> None:
        self.status, self.problem, self.retry_after = status, problem, retry_after
        super().__init__(f"{status} {problem.get('code')}: {problem.get('detail')}")

    @property
    def code(self) -> str:
        return str(self.problem.get("code"))


class ServiceClient:
    """A client of `/api/v1`."""

    def __init__(self, api: str) -> None:
        self._http = httpx2.AsyncClient(base_url=f"{api}/api/v1", timeout=30, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def write(self, person: TokenHolder, path: str, body: Any, *, key: str | None = None, **query: str) -> Any:
        """Sends an act with an idempotency key. Raises Refused."""
        headers = _headers(person) | {"Idempotency-Key": key or str(uuid4())}
        return _body(await self._http.post(path, json=body, params=query, headers=headers))

    async def send(self, person: TokenHolder, path: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> Any:
        """Sends a POST. Raises Refused."""
        answer = await self._http.post(path, json=body, headers=_headers(person) | (headers or {}))
        return _body(answer)

    async def file(self, person: TokenHolder, path: str, name: str, content: bytes | AsyncIterator[bytes], **query: str) -> Any:
        """Files a document. Raises Refused."""
        headers = _headers(person) | {"Content-Type": "application/octet-stream"}
        return _body(await self._http.post(path, params={"name": name, **query}, content=content, headers=headers))

    @asynccontextmanager
    async def download(self, person: TokenHolder, path: str) -> AsyncIterator[httpx2.Response]:
        """A response as a stream. Raises Refused."""
        async with self._http.stream("GET", path, headers=_headers(person)) as answer:
            if answer.is_error:
                await answer.aread()
                _body(answer)
            yield answer

    async def read(self, person: TokenHolder, path: str, **query: str) -> Any:
        """Sends a GET. Raises Refused."""
        return _body(await self._http.get(path, params=query, headers=_headers(person)))


def _headers(person: TokenHolder) -> dict[str, str]:
    return {"Authorization": f"Bearer {person.token}"}


def _body(answer: httpx2.Response) -> Any:
    if answer.is_error:
        raise Refused(answer.status_code, answer.json(), answer.headers.get("Retry-After"))
    return answer.json()
