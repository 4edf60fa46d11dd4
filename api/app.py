"""The ASGI application factory: resources opened in the lifespan, middleware and routes. Nothing is done at import."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, MutableMapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from typing import Any, TypedDict

import httpx2
import structlog
from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp

from api import docs_page, problem_handlers
from api.authentication import AuthenticationMiddleware
from api.body_limit import BodyLimitMiddleware
from api.checkpoints import CheckpointSigner
from api.cors import CorsMiddleware
from api.identity import TokenCache
from api.openapi import complete, operation_id
from api.openid import Provider, ProviderSettings
from api.pages.app import create_mount
from api.problem_responses import problem_responses
from api.rate_limit import RateLimits
from api.request_id import RequestIdMiddleware
from api.routers import (
    across,
    acts,
    checks,
    disputes,
    documents,
    evidence,
    family,
    health,
    incidents,
    ledger,
    plans,
    proofs,
    proposals,
    releases,
    views,
)
from api.routers import problems as problem_routes
from api.routers import programs as program_routes
from api.routers import temporal as temporal_routes
from api.routers import tokens as token_routes
from api.state import Settings, State
from api.strict_queries import check_request
from db.change_feed import ChangeFeed
from db.check_runs import CheckRuns
from db.connection_settings import pool_sizes
from db.documents import Documents, store_at
from db.garbage import collect_less_often
from db.metrics import create_metrics, register_metrics, serve_metrics
from db.plan_reader import PlanReader
from db.pools import LedgerPool, OperationalPool, ReadPool
from db.program_cache import ProgramCache
from db.queries import Queries
from db.record_statistics import RecordStatistics
from db.recorder import Recorder
from db.sessions import SessionCache, Sessions
from db.snapshots import Snapshots
from db.tokens import Tokens
from logs.lines import configure
from telemetry.observer import UNOBSERVED
from telemetry.settings import TelemetrySettings
from workflows.client import TemporalSettings, connect

log = structlog.get_logger()

DESCRIPTION = """
Agreements whose next step depends on proof. A **program** follows a **plan**: phases, each gated on
milestones, decided on evidence, under clocks that run for years.

* Every write carries an `Idempotency-Key`: send it again and you get the first receipt.
* `?preview=true` answers what an act would do, and writes nothing.
* `GET /programs/{program}/blocking` says why a phase is not open, and who owes the next act.
* Errors are problem bodies (RFC 9457) with a stable `code`.
"""


class Lifespan(TypedDict):
    resources: State


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[Lifespan]:
    """Opens the database, Temporal and all other resources, and closes them in reverse order."""
    async with AsyncExitStack() as stack:
        try:
            resources = await _open_resources(stack)
        except Exception as error:
            log.critical("cannot_start", exc_info=error)  # the server would log the traceback, with the values that it quotes
            raise
        yield {"resources": resources}


async def _open_resources(stack: AsyncExitStack) -> State:
    if not structlog.is_configured():
        configure()  # under another server, structlog would write local variables
    settings = Settings()
    url, max_use = settings.database_url, settings.accord_database_seconds
    writers, readers, operational_size = pool_sizes(settings.accord_database_connections, 4, 2, 1)
    writer = await stack.enter_async_context(LedgerPool(url, size=writers, max_use=max_use))
    reader = await stack.enter_async_context(ReadPool(url, size=readers, max_use=max_use))
    operational = await stack.enter_async_context(OperationalPool(url, size=operational_size, max_use=max_use))
    plans = PlanReader()
    await plans.start()
    stack.push_async_callback(plans.close)
    snapshots = Snapshots(reader, operational, plans)
    stack.push_async_callback(snapshots.close)
    programs = ProgramCache(reader, plans, snapshots)
    telemetry = TelemetrySettings()
    metrics = create_metrics(telemetry.accord_metrics)
    recorder = Recorder(writer, programs, plans, observer=metrics or UNOBSERVED)
    stack.push_async_callback(recorder.close)
    store = store_at(settings.accord_documents)
    tokens = Tokens(reader, operational)
    known = TokenCache(tokens)
    uses = asyncio.create_task(known.write_uses())
    stack.push_async_callback(_cancel, uses)
    sessions = Sessions(
        reader,
        operational,
        idle=timedelta(minutes=settings.accord_session_idle_minutes),
        longest=timedelta(hours=settings.accord_session_hours),
    )
    change_feed = ChangeFeed(reader, programs)
    stack.push_async_callback(change_feed.close)
    if metrics is not None and telemetry.accord_metrics is not None:
        figures = RecordStatistics(reader)
        register_metrics(metrics, recorder, programs, (writer, reader, operational), figures)
        await stack.enter_async_context(serve_metrics(telemetry.accord_metrics, metrics, figures))
    collect_less_often()
    return State(
        settings=settings,
        recorder=recorder,
        programs=programs,
        plans=plans,
        rate_limits=RateLimits(settings.accord_expensive_a_minute),
        queries=Queries(reader),
        reader=reader,
        operational=operational,
        documents=Documents(reader, operational, store, largest=settings.accord_largest_document),
        temporal=await connect(TemporalSettings(), lazy=True),
        runs=CheckRuns(reader, operational),
        known=known,
        tokens=tokens,
        sessions=sessions,
        session_cache=SessionCache(sessions),
        change_feed=change_feed,
        provider=Provider(ProviderSettings(), await stack.enter_async_context(httpx2.AsyncClient(trust_env=False))),
        observer=metrics or UNOBSERVED,
        checkpoints=CheckpointSigner.of(settings.accord_checkpoint_key, settings.accord_checkpoint_name),
    )


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def is_health(scope: MutableMapping[str, Any]) -> bool:
    """Whether a request is a health check. These come every few seconds and are neither logged nor traced."""
    return bool(scope.get("path", "").startswith("/api/v1/health"))


class Application(FastAPI):
    """The FastAPI application. It completes its OpenAPI document for client generators."""

    def __init__(self, **settings: Any) -> None:
        self._describing = threading.Lock()
        super().__init__(**settings)

    def setup(self) -> None:
        async def document(_: Request) -> JSONResponse:
            return JSONResponse(await self.load_openapi())

        self.add_route(self.openapi_url or "", document, include_in_schema=False)

    def build_middleware_stack(self) -> ASGIApp:
        return RequestIdMiddleware(super().build_middleware_stack())

    def openapi(self) -> dict[str, Any]:
        with self._describing:
            document = self.openapi_schema or complete(super().openapi())
            self.openapi_schema = document
        return document

    async def load_openapi(self) -> dict[str, Any]:
        """The OpenAPI document. The first call generates it in a thread: half a second of processor time."""
        return await asyncio.to_thread(self.openapi) if self.openapi_schema is None else self.openapi_schema


def create_app() -> FastAPI:
    """Creates the ASGI application. Settings are read when it starts, not here."""
    app = Application(
        title="Accord",
        version="1",
        summary="Milestone-conditioned program management",
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        generate_unique_id_function=operation_id,
        separate_input_output_schemas=False,  # one schema for input and output
        # Request spans only: FastAPI's other spans quote callers' data, and our own metrics cost half as much.
        telemetry={"metrics": False, "logs": False, "operation_spans": False, "auto_configure": False, "exclude": is_health},
    )
    # Routes are matched in this order. Acts are the most frequent requests, so they stand first.
    for room in (
        acts,
        incidents,
        proposals,
        disputes,
        checks,
        program_routes,
        views,
        releases,
        ledger,
        proofs,
        across,
        family,
        evidence,
        documents,
        token_routes,
        plans,
        temporal_routes,
        health,
        problem_routes,
    ):
        app.include_router(
            room.router, prefix="/api/v1", dependencies=[Depends(check_request)], responses=problem_responses(406, 422)
        )
    problem_handlers.install(app)
    docs_page.install(app)
    app.router.routes.append(create_mount())
    app.add_middleware(BodyLimitMiddleware)
    app.add_middleware(AuthenticationMiddleware)
    app.add_middleware(CorsMiddleware)  # the middleware that is added last runs first
    return app
