"""The service on a real port over a real database, and people with tokens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI

from api.app import create_app
from api.connection_limits import ConnectionLimits, Connections
from api.server import bind_socket, create_server
from cli.checkpoint_key import create
from cli.postgres import Postgres
from db.pools import OperationalPool, ReadPool
from db.tokens import Tokens
from tests.conftest import database
from tests.rules.small_plan import EVERYBODY, PLAN

STRANGER = "stranger"


@cache
def application() -> FastAPI:
    """The application, which keeps nothing while it is not served; its OpenAPI document takes a third of a second to make."""
    return create_app()


@dataclass(frozen=True, slots=True)
class Door:
    """A client, a token for each person, and a program of the small plan."""

    client: httpx2.AsyncClient
    secrets: Mapping[str, str]
    program: str

    def address(self, path: str) -> str:
        return f"/api/v1{path.replace('{program}', self.program)}"

    def headers(self, person: str, key: str | None = None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secrets[person]}", "Idempotency-Key": key or str(uuid4())}

    async def post(self, person: str, path: str, body: Any = None, *, key: str | None = None, **query: Any) -> httpx2.Response:
        headers = self.headers(person, key)
        return await self.client.post(self.address(path), json=body, params=query, headers=headers)

    async def get(self, person: str, path: str, **query: Any) -> httpx2.Response:
        return await self.client.get(self.address(path), params=query, headers=self.headers(person))


@dataclass(frozen=True, slots=True)
class Running:
    """An API and the database behind it."""

    address: str
    secrets: Mapping[str, str]


@asynccontextmanager
async def running(url: str, documents: Path, **settings: str) -> AsyncIterator[Running]:
    """An API over a database, with a token for everybody. Temporal is nowhere: the door must not need it."""
    key = documents.with_name("checkpoint.key")
    if not key.exists():
        create(key)
    usual = {
        "ACCORD_CHECKPOINT_KEY": str(key),
        "DATABASE_URL": url,
        "ACCORD_DOCUMENTS": str(documents),
        "ACCORD_LARGEST_DOCUMENT": str(1024 * 1024),
        "TEMPORAL_ADDRESS": "127.0.0.1:1",
    }
    async with AsyncExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:  # settings are read at the start, and are no matter of other tests
            for name, value in {**usual, **settings}.items():
                patch.setenv(name, value)
            port, _ = await stack.enter_async_context(serving(application, ConnectionLimits()))
        yield Running(f"http://127.0.0.1:{port}", await tokens_for_everybody(url))


@pytest.fixture(scope="session")
async def shared(server: Postgres, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """One service for all tests that look at a program of their own and at nothing beside it."""
    with database(server, template) as owner_url:
        url = owner_url.replace("postgresql://postgres@", "postgresql://accord_service@")
        documents = tmp_path_factory.mktemp("documents")
        async with running(url, documents, ACCORD_EXPENSIVE_A_MINUTE="1000000000") as it:
            yield it


@pytest.fixture
async def own(url: str, tmp_path: Path) -> AsyncIterator[Running]:
    """A service of this test alone."""
    async with running(url, tmp_path / "documents") as it:
        yield it


@pytest.fixture
def service(request: pytest.FixtureRequest) -> Running:
    """The shared service; one of its own for a test that is marked so, looks into the database or changes settings."""
    alone = {"url", "owner_url", "monkeypatch"} & {*request.fixturenames} or request.node.get_closest_marker("own_service")
    found: Running = request.getfixturevalue("own" if alone else "shared")
    return found


@pytest.fixture
def served(service: Running) -> str:
    """The address of a running API."""
    return service.address


@pytest.fixture
def secrets(service: Running) -> Mapping[str, str]:
    """A token for everybody of the small plan, for an auditor of the installation, and for a stranger."""
    return service.secrets


@asynccontextmanager
async def serving(app: Callable[[], FastAPI], limits: ConnectionLimits) -> AsyncIterator[tuple[int, Connections]]:
    """An application on the server that we run it on; its port and its connections."""
    bound, running = bind_socket("127.0.0.1", 0), create_server(app, limits)
    task = asyncio.create_task(running.serve(sockets=[bound]))
    while not running.started:
        await asyncio.sleep(0.01)
    yield int(bound.getsockname()[1]), running.config.connections
    running.should_exit = True
    await task


async def tokens_for_everybody(url: str) -> dict[str, str]:
    async with ReadPool(url, size=1) as reader, OperationalPool(url, size=1) as operational:
        tokens = Tokens(reader, operational)
        held = {}
        for person, role, party in [
            *((member.person, member.role, member.party) for member in EVERYBODY),
            ("auditor", "auditor", None),
            (STRANGER, "representative", "north"),
        ]:
            held[person], _ = await tokens.issue(person, lifetime=timedelta(hours=1), role=role, party=party)
        return held


@pytest.fixture
async def door(served: str, secrets: Mapping[str, str]) -> AsyncIterator[Door]:
    """A started program of the small plan."""
    async with httpx2.AsyncClient(base_url=served, trust_env=False, timeout=30, verify=False) as client:
        members = [member.model_dump(mode="json") for member in EVERYBODY]
        started = await Door(client, secrets, "").post("olga", "/programs", {"document": PLAN, "members": members})
        assert started.status_code == 201, started.text
        yield Door(client, secrets, started.json()["program"])
