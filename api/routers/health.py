"""Health: whether the process lives, and whether each thing that it rests on is ready."""

from __future__ import annotations

import asyncio
from typing import Literal

from fastapi import APIRouter, Response
from psycopg import OperationalError
from psycopg_pool import PoolTimeout
from pydantic import BaseModel, Field

from api.state import StateOf
from db.migrations import at_head
from workflows.client import answers

router = APIRouter(prefix="/health", tags=["health"])


class Live(BaseModel):
    status: Literal["live"] = "live"


class Ready(BaseModel):
    """Acts can be recorded when database and migrations are ready, with or without Temporal."""

    status: Literal["ready", "unready"]
    database: Literal["ready", "unreachable"]
    migrations: Literal["ready", "behind", "unknown"]
    temporal: Literal["ready", "unreachable"] = Field(description="unreachable: acts are recorded, clocks wait")
    documents: Literal["ready", "unreachable"] = Field(description="unreachable: acts are recorded, documents are not read")


@router.get("/live")
async def live() -> Live:
    """The process answers."""
    return Live()


@router.get("/ready", responses={503: {"model": Ready}})
async def ready(state: StateOf, response: Response) -> Ready:
    """What the process rests on, told apart."""
    try:
        migrated: bool | None = await at_head(state.reader)
    except (OperationalError, PoolTimeout):
        migrated = None
    temporal, documents = await asyncio.gather(answers(state.temporal), state.documents.answers())
    if not migrated:
        response.status_code = 503
    return Ready(
        status="ready" if migrated else "unready",
        database="unreachable" if migrated is None else "ready",
        migrations="unknown" if migrated is None else "ready" if migrated else "behind",
        temporal="ready" if temporal else "unreachable",
        documents="ready" if documents else "unreachable",
    )
