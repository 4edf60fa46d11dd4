"""Settings and resources of the application, created in the lifespan."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, cast

from fastapi import Depends, Request
from pydantic import Field
from pydantic_settings import BaseSettings
from temporalio.client import Client

from api.checkpoints import CheckpointSigner
from api.identity import TokenCache
from api.openid import Provider
from api.rate_limit import UNITS_PER_MINUTE, RateLimits
from db.change_feed import ChangeFeed
from db.check_runs import CheckRuns
from db.documents import Documents
from db.plan_reader import PlanReader
from db.pools import OperationalPool, ReadPool
from db.program_cache import ProgramCache
from db.queries import Queries
from db.recorder import Recorder
from db.sessions import SessionCache, Sessions
from db.tokens import Tokens
from telemetry.observer import Observer


class Settings(BaseSettings):
    """Settings, read from environment variables with these names in upper case."""

    database_url: str = Field(description="PostgreSQL, as the service's role")
    accord_database_seconds: float = Field(
        default=2.0, gt=0, le=60, description="how long the database may take for one answer before the caller is told 503"
    )
    accord_database_connections: int = Field(
        default=21, ge=3, le=1000, description="most connections of a process to the database"
    )
    accord_documents: str = Field(default=".accord/documents", description="folder or URL of the document store")
    accord_plans: Path = Field(default=Path("plans"), description="folder of plans that can be started by name")
    accord_largest_document: int = Field(default=50 * 1024 * 1024, description="bytes")
    accord_expensive_a_minute: int = Field(
        default=UNITS_PER_MINUTE, ge=1, description="units of what is expensive that one person may ask for"
    )
    accord_address: str | None = Field(
        default=None,
        pattern=r"^https?://[^/\s]+$",
        description="address by which people reach the pages; with https their cookie goes over TLS alone",
    )
    accord_session_idle_minutes: int = Field(default=60, ge=1, description="after which a session that is not used ends")
    accord_session_hours: int = Field(default=12, ge=1, le=24 * 31, description="after which a session ends")
    accord_checkpoint_key: Path | None = Field(
        default=None, description="file with the seed of the keys that sign checkpoints; without it they are not signed"
    )
    accord_checkpoint_name: str | None = Field(
        default=None, max_length=100, description="how checkpoints name this service; made of its public key if left out"
    )
    accord_temporal_ui: str | None = Field(
        default=None, pattern=r"^https?://[^/\s]+$", description="origin of Temporal's pages, which may ask to decode"
    )


@dataclass(frozen=True, slots=True)
class State:
    """Resources of the application, for dependencies."""

    settings: Settings
    recorder: Recorder
    programs: ProgramCache
    plans: PlanReader
    rate_limits: RateLimits
    queries: Queries
    reader: ReadPool
    operational: OperationalPool
    documents: Documents
    temporal: Client
    runs: CheckRuns
    tokens: Tokens
    known: TokenCache
    sessions: Sessions
    session_cache: SessionCache
    change_feed: ChangeFeed
    provider: Provider
    observer: Observer
    checkpoints: CheckpointSigner


async def state_of(request: Request) -> State:
    # async: FastAPI would call a plain function in a thread pool, 0.3 ms instead of a microsecond.
    return cast("State", request.state.resources)


StateOf = Annotated[State, Depends(state_of)]
"""The application's state, as a dependency."""
